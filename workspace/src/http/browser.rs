//! What a browser brings along in its cookies, and is given to keep.

use std::{
    convert::Infallible,
    fmt,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    middleware::Next,
    response::Response,
};
use axum_extra::extract::cookie::{Cookie, SameSite};
use base64ct::{Base64UrlUnpadded, Encoding};
use subtle::ConstantTimeEq;

use super::{App, Error, Flash, layout::Shell};
use crate::service::{Secret, ServiceError};

/// The longest text that the next page can be given, in bytes: a cookie has room for it.
const MAX_FLASH: usize = 512;

/// The cookies' names, without the prefix that binds them to this very host under TLS.
const SESSION: &str = "pocketkey";
const USER_SESSION: &str = "pocketkey-user";
const VISIT: &str = "pocketkey-visit";
const FLASH: &str = "pocketkey-flash";

/// What a request's browser brought along. Every request carries one in its extensions.
#[derive(Clone)]
pub(super) struct Browser(Arc<Inner>);

struct Inner {
    secure: bool,
    session: Option<Secret>,
    user_session: Option<Secret>,
    visit: Option<Secret>,
    new_visit: OnceLock<Secret>,
    flash: Option<String>,
    flash_shown: AtomicBool,
    address: Option<IpAddr>,
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Browser")
    }
}

/// What a handler changes about the browser's session: put into an answer's extensions.
#[derive(Debug, Clone)]
pub(super) enum SessionCookie {
    /// The panel's session begins, or ends.
    Panel(Option<Secret>),
    /// The sign-in page's session begins, or ends.
    User(Option<Secret>),
}

impl Browser {
    fn of(app: &App, request: &Request) -> Self {
        let secure = app.settings.secure();
        let cookie = |name| cookie(request.headers(), secure, name);
        let secret = |name| cookie(name).as_deref().and_then(Secret::parse);
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        Self(Arc::new(Inner {
            secure,
            session: secret(SESSION),
            user_session: secret(USER_SESSION),
            visit: secret(VISIT),
            new_visit: OnceLock::new(),
            flash: cookie(FLASH).as_deref().and_then(read_flash),
            flash_shown: AtomicBool::new(false),
            address: peer.map(|peer| app.settings.client_address(peer, request.headers())),
        }))
    }

    /// Of the request.
    pub(super) fn from_parts(parts: &Parts) -> Result<Self, Error> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            ServiceError::Internal("a request came past the middleware".to_owned()).into()
        })
    }

    /// The secret of the panel's session.
    pub(super) fn session(&self) -> Option<&Secret> {
        self.0.session.as_ref()
    }

    /// The secret of the sign-in page's session.
    pub(super) fn user_session(&self) -> Option<&Secret> {
        self.0.user_session.as_ref()
    }

    /// From where the request came, where that is known.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.0.address
    }

    /// The secret of a browser that is not signed in; the answer gives it to keep.
    fn visit(&self) -> Result<&Secret, Error> {
        match (&self.0.visit, self.0.new_visit.get()) {
            (Some(secret), _) | (None, Some(secret)) => Ok(secret),
            (None, None) => {
                let secret = Secret::new()?;
                Ok(self.0.new_visit.get_or_init(|| secret))
            }
        }
    }

    /// Whether `token` was on a page that was made for this very browser.
    pub(super) fn knows(&self, token: &str) -> bool {
        let mut known = subtle::Choice::from(0);
        for secret in [&self.0.session, &self.0.user_session, &self.0.visit].into_iter().flatten() {
            known |= csrf_token(secret).as_bytes().ct_eq(token.as_bytes());
        }
        known.into()
    }

    /// What stands around a page of this browser, its forms bound to `secret`.
    pub(super) fn shell(&self, app: &App, secret: &Secret) -> Shell {
        self.0.flash_shown.store(true, Ordering::Relaxed);
        Shell {
            workspace: app.settings.name.clone(),
            csrf: csrf_token(secret),
            notice: self.0.flash.clone(),
            ..Shell::default()
        }
    }

    fn keep(&self, response: &mut Response) {
        let flash = response.extensions_mut().remove::<Flash>();
        let session = response.extensions_mut().remove::<SessionCookie>();
        let mut give = |name, value: Option<&str>, same_site, seconds| {
            give(response.headers_mut(), self.0.secure, name, value, same_site, seconds);
        };
        if let Some(secret) = self.0.new_visit.get() {
            // Lax, so that a page reached by an e-mail's link does not replace it.
            give(VISIT, Some(secret.text().as_str()), SameSite::Lax, None);
        }
        match session {
            Some(SessionCookie::Panel(secret)) => {
                let text = secret.map(|secret| secret.text());
                let text = text.as_ref().map(|text| text.as_str());
                give(SESSION, text, SameSite::Strict, Some(crate::service::SESSION_SECONDS));
            }
            Some(SessionCookie::User(secret)) => {
                let text = secret.map(|secret| secret.text());
                let text = text.as_ref().map(|text| text.as_str());
                give(USER_SESSION, text, SameSite::Strict, Some(crate::service::SESSION_SECONDS));
            }
            None => {}
        }
        if let Some(Flash(text)) = flash {
            let text = write_flash(&text);
            give(FLASH, Some(&text), SameSite::Strict, Some(60));
        } else if self.0.flash.is_some() && self.0.flash_shown.load(Ordering::Relaxed) {
            give(FLASH, None, SameSite::Strict, None);
        }
    }
}

/// Middleware: reads the cookies before, and gives new ones after.
pub(super) async fn remember(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let browser = Browser::of(&app, &request);
    request.extensions_mut().insert(browser.clone());
    let mut response = next.run(request).await;
    browser.keep(&mut response);
    response
}

/// Anybody with a browser: for pages before a sign-in.
#[derive(Debug, Clone)]
pub struct Visitor {
    browser: Browser,
    secret: Secret,
}

impl Visitor {
    /// What stands around the page.
    #[must_use]
    pub fn shell(&self, app: &App) -> Shell {
        self.browser.shell(app, &self.secret)
    }

    /// From where the request came, where that is known: attempts are counted by it.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.browser.address()
    }

    /// What a ceremony that is in flight is bound to: the same for every request of this browser.
    #[must_use]
    pub fn binding(&self) -> Vec<u8> {
        self.secret.hash()
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        let browser = Browser::from_parts(parts)?;
        let secret = browser.visit()?.clone();
        Ok(Self { browser, secret })
    }
}

impl FromRequestParts<App> for Browser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        Self::from_parts(parts)
    }
}

fn csrf_token(secret: &Secret) -> String {
    secret.derive("csrf")
}

fn cookie_name(secure: bool, name: &str) -> String {
    if secure { format!("__Host-{name}") } else { name.to_owned() }
}

fn cookie(headers: &HeaderMap, secure: bool, name: &str) -> Option<String> {
    let name = cookie_name(secure, name);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Gives the browser a cookie, or takes it away where there is no value.
fn give(
    headers: &mut HeaderMap,
    secure: bool,
    name: &str,
    value: Option<&str>,
    same_site: SameSite,
    seconds: Option<i64>,
) {
    let mut cookie =
        Cookie::build((cookie_name(secure, name), value.unwrap_or_default().to_owned()))
            .path("/")
            .http_only(true)
            .secure(secure)
            .same_site(same_site)
            .build();
    match (value, seconds) {
        (None, _) => cookie.set_max_age(time::Duration::ZERO),
        (Some(_), Some(seconds)) => cookie.set_max_age(time::Duration::seconds(seconds)),
        (Some(_), None) => {}
    }
    if let Ok(mut value) = HeaderValue::from_str(&cookie.to_string()) {
        value.set_sensitive(true);
        headers.append(header::SET_COOKIE, value);
    }
}

pub(super) fn write_flash(text: &str) -> String {
    let end = text.char_indices().map(|(at, letter)| at + letter.len_utf8());
    let end = end.take_while(|end| *end <= MAX_FLASH).last().unwrap_or_default();
    Base64UrlUnpadded::encode_string(text.get(..end).unwrap_or_default().as_bytes())
}

fn read_flash(text: &str) -> Option<String> {
    let bytes =
        Base64UrlUnpadded::decode_vec(text).ok().filter(|bytes| bytes.len() <= MAX_FLASH)?;
    String::from_utf8(bytes).ok()
}

/// Never fails; for handlers that only want the address.
pub(super) struct Address(pub(super) Option<IpAddr>);

impl FromRequestParts<App> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self(Browser::from_parts(parts).ok().and_then(|browser| browser.address())))
    }
}
