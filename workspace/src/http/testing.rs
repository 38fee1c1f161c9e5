//! A workspace with people in it, asked over HTTP without a network.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::{App, Routes, guarded, router};
use crate::{
    data::sessions::{self, NewSession, Owner},
    db::Database,
    model::{Administrator, KeyKind, NewKey, Role},
    service::{
        Config, NewAdministrator, NewOwner, Password, SESSION_SECONDS, Secret, SignedIn, Workspace,
    },
    settings::{Options, Settings},
    testing::{self, Time},
};

/// The password of every administrator here.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A workspace that is served, and its time.
#[derive(Clone)]
pub(crate) struct Lab {
    pub(crate) app: App,
    pub(crate) time: Time,
    service: TowerToHyperService<Router>,
}

/// What a browser has kept, and how it asks.
#[derive(Clone)]
pub(crate) struct Browser {
    lab: Lab,
    pub(crate) cookies: BTreeMap<String, String>,
    headers: Vec<(&'static str, String)>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// The settings of a workspace on this machine.
pub(crate) fn settings(origin: &str) -> Settings {
    let options = Options {
        origin: Some(origin.to_owned()),
        data_dir: Some(PathBuf::from("/nowhere")),
        name: Some("Test workspace".to_owned()),
        ..Options::default()
    };
    options.check().unwrap()
}

impl Lab {
    pub(crate) async fn new() -> Self {
        Self::at("http://localhost:8080").await
    }

    pub(crate) async fn at(origin: &str) -> Self {
        let time = Time::default();
        let config = Config { clock: time.clock(), ..Config::new(origin, "Test workspace") };
        let database = Database::in_memory().await.unwrap();
        Self::of(testing::workspace_on(database, config).await, origin, time)
    }

    pub(crate) fn of(workspace: Workspace, origin: &str, time: Time) -> Self {
        Self::set_to(workspace, settings(origin), time)
    }

    /// A workspace that is served as these settings say.
    pub(crate) fn set_to(workspace: Workspace, settings: Settings, time: Time) -> Self {
        let app = App::new(workspace, Arc::new(settings));
        Self { service: TowerToHyperService::new(router(app.clone())), app, time }
    }

    /// The same workspace with other routes.
    pub(crate) fn serving(&self, routes: Routes) -> Self {
        let router = guarded(routes.into_router(), self.app.clone());
        Self { service: TowerToHyperService::new(router), ..self.clone() }
    }

    pub(crate) fn workspace(&self) -> &Workspace {
        &self.app.workspace
    }

    /// A browser that has kept nothing yet.
    pub(crate) fn browser(&self) -> Browser {
        Browser { lab: self.clone(), cookies: BTreeMap::new(), headers: Vec::new() }
    }

    /// The first owner, who has just set the workspace up.
    pub(crate) async fn owner(&self) -> SignedIn {
        let link = self.workspace().new_set_up_link().await.unwrap().unwrap();
        let new = NewOwner {
            user_name: "owner".to_owned(),
            name: "First Owner".to_owned(),
            password: Password::from(PASSWORD),
        };
        self.workspace().set_up(&link, &new).await.unwrap()
    }

    /// One more administrator, who has just chosen a password.
    pub(crate) async fn administrator(&self, user_name: &str, role: Role) -> SignedIn {
        let new = NewAdministrator {
            user_name: user_name.to_owned(),
            name: format!("The {user_name}"),
            role,
        };
        let actor = testing::administrator();
        let (_, link) = self.workspace().add_administrator(&actor, &new).await.unwrap();
        self.workspace().accept_invitation(&link, &Password::from(PASSWORD)).await.unwrap()
    }

    /// The first owner's browser, signed in.
    pub(crate) async fn owners_browser(&self) -> (Administrator, Browser) {
        let owner = self.owner().await;
        let browser = self.browser().with_session(&owner.secret);
        (owner.administrator, browser)
    }

    /// A user with an active card, and their browser, signed in.
    pub(crate) async fn users_browser(&self, number: u32) -> Browser {
        let actor = testing::administrator();
        let user = testing::user(self.workspace(), number).await;
        let card = NewKey { kind: KeyKind::Card, label: "card".to_owned(), settings: None };
        let key = self.workspace().assign_key(&actor, user.id, &card).await.unwrap();
        let mut tx = self.workspace().db().write().await.unwrap();
        tx.execute("UPDATE keys SET state = 'active' WHERE id = $1", crate::values![key.id])
            .await
            .unwrap();
        let secret = Secret::new().unwrap();
        let now = self.time.now();
        let session = NewSession {
            hash: &secret.hash(),
            owner: Owner::User(user.id, key.id),
            now,
            expires_at: now.plus_seconds(SESSION_SECONDS),
        };
        sessions::begin(&mut tx, &session).await.unwrap();
        tx.commit().await.unwrap();
        self.browser().with_cookie("pocketkey-user", &secret)
    }

    /// How many entries the log has.
    pub(crate) async fn events(&self) -> u64 {
        self.workspace().verify_log().await.unwrap().unwrap()
    }

    /// Asks as a program does, without cookies.
    pub(crate) async fn ask(&self, mut request: Request<Body>) -> Answer {
        let address: std::net::SocketAddr = "192.0.2.7:50000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(address));
        let response = self.service.call(request).await.unwrap();
        let (parts, body) = response.into_parts();
        // An open stream has no end: its beginning is all that is looked at.
        let stream = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let body = if stream {
            Vec::new()
        } else {
            axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec()
        };
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

impl Browser {
    pub(crate) fn with_session(self, secret: &Secret) -> Self {
        self.with_cookie("pocketkey", secret)
    }

    fn with_cookie(mut self, name: &str, secret: &Secret) -> Self {
        self.cookies.insert(name.to_owned(), secret.text().to_string());
        self
    }

    /// Says this with every request.
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The CSRF token that this browser's pages carry: of its session, else of its visit.
    pub(crate) async fn csrf(&mut self) -> String {
        if self.secret().is_none() {
            self.get("/admin/sign-in").await;
        }
        Secret::parse(self.secret().unwrap()).unwrap().derive("csrf")
    }

    fn secret(&self) -> Option<&str> {
        // Under TLS a cookie's name begins with what binds it to this very host.
        let kept = |name| {
            let mut cookies = self.cookies.iter();
            cookies.find(|(kept, _)| kept.strip_prefix("__Host-").unwrap_or(kept) == name)
        };
        let names = ["pocketkey", "pocketkey-user", "pocketkey-visit"];
        names.into_iter().find_map(kept).map(|(_, secret)| secret.as_str())
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, None, String::new()).await
    }

    /// Posts a form with the browser's CSRF token.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf().await;
        let fields: Vec<_> = [("csrf", csrf.as_str())].iter().chain(fields).copied().collect();
        self.post_plain(path, &fields).await
    }

    /// Posts a form with nothing but these fields.
    pub(crate) async fn post_plain(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let kind = Some("application/x-www-form-urlencoded");
        self.ask(Method::POST, path, kind, form(fields)).await
    }

    /// Posts JSON with the browser's CSRF token, as the pages' script does.
    pub(crate) async fn post_json(&mut self, path: &str, body: &str) -> Answer {
        let csrf = self.csrf().await;
        self.clone()
            .with_header("x-csrf-token", &csrf)
            .ask(Method::POST, path, Some("application/json"), body.to_owned())
            .await
    }

    pub(crate) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        kind: Option<&str>,
        body: String,
    ) -> Answer {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let mut request = Request::builder().method(method).uri(path).header("cookie", cookies);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let answer = self.lab.ask(request.body(Body::from(body)).unwrap()).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let (name, value) =
                cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

impl Answer {
    /// Where the browser is sent.
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether somebody signed in at the panel is what is missing.
    pub(crate) fn asks_for_sign_in(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
            || (self.status == StatusCode::SEE_OTHER
                && self.location().starts_with("/admin/sign-in"))
    }
}

/// As `application/x-www-form-urlencoded`.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| super::page::escape(text).replace('/', "%2F");
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}
