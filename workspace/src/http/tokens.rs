//! Owners make and revoke tokens of the JSON API.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{
    Admin, App, CsrfFields, CsrfForm, Empty, Error, Routes, form::FormErrors, layout::Section,
    render_with, see_other, views::TokensPage,
};
use crate::{
    model::{Role, Scope, TokenId},
    service::NewToken,
};

const PAGE: &str = "/admin/tokens";

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get(PAGE, page).post(PAGE, make).post("/admin/tokens/{id}/revoke", revoke)
}

/// What the page shows beside the list.
#[derive(Default)]
struct Shown {
    label: String,
    scopes: Vec<Scope>,
    days: String,
    issued: Option<String>,
    errors: FormErrors,
}

async fn page(State(app): State<App>, admin: Admin) -> Result<Response, Error> {
    admin.require(Role::Owner)?;
    show(&app, &admin, Shown::default()).await
}

async fn show(app: &App, admin: &Admin, shown: Shown) -> Result<Response, Error> {
    let status = if shown.errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = TokensPage {
        shell: admin.shell(app, Section::Tokens),
        tokens: app.workspace.tokens().await?,
        recent: admin.is_recent(app),
        issued: shown.issued,
        label: shown.label,
        scopes: shown.scopes,
        days: shown.days,
        errors: shown.errors,
    };
    render_with(status, &page)
}

async fn make(State(app): State<App>, admin: Admin, fields: CsrfFields) -> Result<Response, Error> {
    admin.require(Role::Owner)?;
    admin.require_recent(&app, PAGE)?;
    let (label, days) = (fields.text("label").to_owned(), fields.text("days").to_owned());
    let scopes: Vec<Scope> = fields.all("scopes").filter_map(Scope::from_name).collect();
    let new = NewToken {
        label: label.clone(),
        scopes: scopes.clone(),
        // What is no number is refused as a number of days that cannot be.
        days: (!days.is_empty()).then(|| days.parse().unwrap_or_default()),
    };
    match app.workspace.create_token(&admin.actor(), &new).await {
        Ok((_, text)) => {
            let shown = Shown { issued: Some(text.to_string()), ..Shown::default() };
            show(&app, &admin, shown).await
        }
        Err(error) => {
            let errors = FormErrors::from_service(error)?;
            show(&app, &admin, Shown { label, scopes, days, issued: None, errors }).await
        }
    }
}

async fn revoke(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<TokenId>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require(Role::Owner)?;
    admin.require_recent(&app, PAGE)?;
    app.workspace.revoke_token(&admin.actor(), id).await?;
    Ok(see_other(PAGE, "The token is revoked."))
}
