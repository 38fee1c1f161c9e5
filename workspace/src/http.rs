//! Pages, the JSON API and the phones' endpoints.
//!
//! ```text
//! one file per area      pub fn routes() -> Routes; merged in `routes()` below
//! Admin                  extractor: somebody signed in at the panel; `require(Role)`, `actor()`
//! SignedInUser           extractor: a user with a session of the sign-in page
//! Visitor                extractor: anybody with a browser, for pages before a sign-in
//! CsrfForm<T>            extractor: a form, its `csrf` field proven; CsrfFields, CsrfUpload and
//!                        CsrfJson<T> (header `x-csrf-token`) are the same for other bodies
//! ApiToken               extractor: a program with `Authorization: Bearer`; `require(Scope)`
//! render(&template)      a page; its template has a field `shell: Shell`: `admin.shell(&app, Section)`,
//!                        `visitor.shell(&app)` or `user.shell(&app)`
//! Error                  what every handler fails with: a page, or a problem (RFC 9457) where JSON
//!                        was asked for; ServiceError becomes one by `?`
//! Flash                  what the next page says at its top: `see_other("/admin/users", "Added.")`
//! ```
//!
//! A changing handler names what it needs in this order, the body last:
//! ```ignore
//! async fn block(
//!     State(app): State<App>,
//!     admin: Admin,
//!     Path(id): Path<UserId>,
//!     CsrfForm(_): CsrfForm<Empty>,
//! ) -> Result<Response, Error> {
//!     admin.require(Role::Administrator)?;
//!     app.workspace.block_user(&admin.actor(), id).await?;
//!     Ok(see_other(&format!("/admin/users/{id}"), "Blocked."))
//! }
//! ```
//! Every route is reached through [`Routes`], which keeps a list of them: a test asks each one as
//! everybody, and fails where a route is not in its table.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tokio::sync::watch;
use tower_http::{
    catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer,
};

use crate::{Workspace, service::ServiceError, settings::Settings};

mod account;
mod api;
mod assets;
mod browser;
mod csrf;
mod error;
pub mod form;
mod health;
pub mod layout;
mod limits;
mod page;
mod panel;
mod panel_sign_in;
mod phone;
mod registration;
mod routes;
mod security;
mod session;
mod set_up;
mod sign_in;
mod staff;
mod stream;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod token;
mod tokens;
pub mod views;
pub mod words;

pub use browser::Visitor;
pub use csrf::{CsrfFields, CsrfForm, CsrfJson, CsrfUpload, Empty};
pub use error::Error;
pub use limits::{Limits, Trial};
pub use page::{Flash, render, render_with, see_other};
pub use routes::{Route, Routes};
pub use session::{Admin, SignedInUser, end_user_session, with_user_session};
pub use token::ApiToken;

/// The longest body that is read at all: a CSV file of 100,000 users has room in it.
pub const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// The longest body where a route does not say otherwise (`Routes::map` with a `DefaultBodyLimit`).
const FORM_LIMIT: usize = 256 * 1024;

/// How long the beginning of an answer may take, the reading of the request included.
const PATIENCE: Duration = Duration::from_secs(60);

/// What every handler can reach. Clones are the same.
#[derive(Debug, Clone)]
pub struct App {
    /// The workspace.
    pub workspace: Workspace,
    /// What the operator set.
    pub settings: Arc<Settings>,
    /// How often each address may try.
    pub limits: Limits,
    closed: watch::Receiver<bool>,
}

impl App {
    /// Serves this workspace.
    #[must_use]
    pub fn new(workspace: Workspace, settings: Arc<Settings>) -> Self {
        Self::closing_with(workspace, settings, watch::channel(false).1)
    }

    /// Says true when the server stops.
    fn closed(&self) -> watch::Receiver<bool> {
        self.closed.clone()
    }

    /// Serves this workspace, until `closed` says true: then open pages are let go.
    pub(crate) fn closing_with(
        workspace: Workspace,
        settings: Arc<Settings>,
        closed: watch::Receiver<bool>,
    ) -> Self {
        Self { workspace, settings, limits: Limits::default(), closed }
    }
}

/// Everything that the workspace answers, with what holds for every answer.
pub fn router(app: App) -> Router {
    guarded(routes().into_router(), app)
}

/// These routes, with what holds for every answer.
fn guarded(router: Router<App>, app: App) -> Router {
    let with_app = || app.clone();
    router
        .fallback(|| async { Error::NoSuchPage })
        // From here on outwards: the last one is the first to see a request.
        .layer(CatchPanicLayer::custom(panicked))
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PATIENCE))
        .layer(from_fn_with_state(with_app(), security::same_origin))
        .layer(from_fn_with_state(security::Load::new(), security::limit))
        .layer(from_fn_with_state(with_app(), error::show))
        .layer(from_fn_with_state(with_app(), browser::remember))
        .layer(from_fn_with_state(with_app(), security::headers))
        .layer(from_fn(security::log))
        .with_state(app)
}

/// Every area's routes.
#[must_use]
pub fn routes() -> Routes {
    [
        account::routes(),
        api::routes(),
        assets::routes(),
        health::routes(),
        panel::routes(),
        panel_sign_in::routes(),
        phone::routes(),
        registration::routes(),
        set_up::routes(),
        sign_in::routes(),
        staff::routes(),
        stream::routes(),
        tokens::routes(),
    ]
    .into_iter()
    .fold(Routes::new(), Routes::merge)
}

/// What a handler's bug looks like from outside: the page says that it failed, and no more.
fn panicked(reason: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let reason = reason
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| reason.downcast_ref::<&str>().copied())
        .unwrap_or("it did not say why");
    Error::Service(ServiceError::Internal(format!("a handler panicked: {reason}"))).into_response()
}
