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

use std::sync::Arc;

use axum::Router;

use crate::{Workspace, settings::Settings};

mod browser;
mod csrf;
mod error;
pub mod form;
pub mod layout;
mod page;
mod panel;
mod routes;
mod session;
mod token;
pub mod views;
pub mod words;

pub use browser::Visitor;
pub use csrf::{CsrfFields, CsrfForm, CsrfJson, CsrfUpload, Empty};
pub use error::Error;
pub use page::{Flash, render, render_with, see_other};
pub use routes::{Route, Routes};
pub use session::{Admin, SignedInUser, end_user_session, start_user_session};
pub use token::ApiToken;

/// What every handler can reach. Clones are the same.
#[derive(Debug, Clone)]
pub struct App {
    /// The workspace.
    pub workspace: Workspace,
    /// What the operator set.
    pub settings: Arc<Settings>,
}

impl App {
    /// Serves this workspace.
    #[must_use]
    pub fn new(workspace: Workspace, settings: Arc<Settings>) -> Self {
        Self { workspace, settings }
    }
}

/// Everything that the workspace answers, with what holds for every answer.
pub fn router(app: App) -> Router {
    let router = routes().into_router();
    router
        .layer(axum::middleware::from_fn_with_state(app.clone(), error::show))
        .layer(axum::middleware::from_fn_with_state(app.clone(), browser::remember))
        .with_state(app)
}

/// Every area's routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().merge(panel::routes())
}
