//! Who is signed in.

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};

use super::{
    App, Error,
    browser::{Browser, SessionCookie},
    layout::{self, Section, Shell},
};
use crate::{
    model::{Actor, ActorKind, Administrator, KeyId, Role, User},
    service::{Secret, Session},
};

/// For how long after a sign-in what gives others power needs no second one, in seconds.
const RECENT: i64 = 10 * 60;

/// Somebody who is signed in at the panel, whatever their role.
#[derive(Debug, Clone)]
pub struct Admin {
    /// Who.
    pub administrator: Administrator,
    /// Their session.
    pub session: Session,
    browser: Browser,
    secret: Secret,
}

impl Admin {
    /// Goes on only where the role is at least this one.
    ///
    /// # Errors
    /// [`Error::RoleNeeded`].
    pub fn require(&self, role: Role) -> Result<(), Error> {
        if self.administrator.role >= role { Ok(()) } else { Err(Error::RoleNeeded(role)) }
    }

    /// Whether the role is at least this one: for what a page offers.
    #[must_use]
    pub fn may(&self, role: Role) -> bool {
        self.administrator.role >= role
    }

    /// Whether the sign-in, or its confirmation, is less than ten minutes old.
    #[must_use]
    pub fn is_recent(&self, app: &App) -> bool {
        app.workspace.now() < self.session.authenticated_at.plus_seconds(RECENT)
    }

    /// Goes on only where [`is_recent`](Self::is_recent); else the administrator confirms that it is
    /// them, and comes back to `page`.
    ///
    /// # Errors
    /// [`Error::ConfirmationNeeded`].
    pub fn require_recent(&self, app: &App, page: &'static str) -> Result<(), Error> {
        if self.is_recent(app) { Ok(()) } else { Err(Error::ConfirmationNeeded(page)) }
    }

    /// Who acts, for the event log.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            kind: ActorKind::Administrator,
            id: self.administrator.id.to_string(),
            name: self.administrator.name.clone(),
        }
    }

    /// What stands around a page.
    #[must_use]
    pub fn shell(&self, app: &App, section: Section) -> Shell {
        let visitor = layout::Visitor {
            name: self.administrator.name.clone(),
            role: self.administrator.role,
        };
        Shell { visitor: Some(visitor), section, ..self.browser.shell(app, &self.secret) }
    }

    /// What the session is recognised by.
    pub(super) const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// What a ceremony that is in flight is bound to: this session.
    #[must_use]
    pub fn binding(&self) -> Vec<u8> {
        self.secret.hash()
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let browser = Browser::from_parts(parts)?;
        let secret = browser.session().cloned().ok_or(Error::SignInNeeded)?;
        let (session, administrator) =
            app.workspace.panel_session(&secret).await?.ok_or(Error::SignInNeeded)?;
        Ok(Self { administrator, session, browser, secret })
    }
}

/// Gives the browser the session that it has signed in to, or another secret of the one it has.
pub(super) fn with_session(mut response: Response, secret: Secret) -> Response {
    response.extensions_mut().insert(SessionCookie::Panel(Some(secret)));
    response
}

/// Takes the session's cookie away.
pub(super) fn without_session(mut response: Response) -> Response {
    response.extensions_mut().insert(SessionCookie::Panel(None));
    response
}

/// A user with a session of the sign-in page: not blocked, and the key that they signed in with is
/// active still.
#[derive(Debug, Clone)]
pub struct SignedInUser {
    /// Who.
    pub user: User,
    /// With which key.
    pub key: KeyId,
    /// Their session.
    pub session: Session,
    browser: Browser,
    secret: Secret,
}

impl SignedInUser {
    /// Who acts, for the event log.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { kind: ActorKind::User, id: self.user.id.to_string(), name: self.user.name.clone() }
    }

    /// What stands around a page.
    #[must_use]
    pub fn shell(&self, app: &App) -> Shell {
        self.browser.shell(app, &self.secret)
    }
}

impl FromRequestParts<App> for SignedInUser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let browser = Browser::from_parts(parts)?;
        let secret = browser.user_session().cloned().ok_or(Error::UserSignInNeeded)?;
        let (session, user, key) =
            app.workspace.user_session(&secret).await?.ok_or(Error::UserSignInNeeded)?;
        Ok(Self { user, key, session, browser, secret })
    }
}

/// A session of the sign-in page has begun: `response` gives the browser its cookie.
#[must_use]
pub fn with_user_session(secret: Secret, mut response: Response) -> Response {
    response.extensions_mut().insert(SessionCookie::User(Some(secret)));
    response
}

/// Ends a session of the sign-in page: `response` takes the cookie away.
///
/// # Errors
/// Where the database fails.
pub async fn end_user_session(
    app: &App,
    user: &SignedInUser,
    mut response: Response,
) -> Result<Response, Error> {
    app.workspace.end_session(user.session.id).await?;
    response.extensions_mut().insert(SessionCookie::User(None));
    Ok(response)
}
