//! The signed-in administrator's own page: password, passkeys, sessions.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use webauthn_rs::prelude::RegisterPublicKeyCredential;

use super::{
    Admin, App, CsrfForm, CsrfJson, Empty, Error, Flash, Routes,
    form::FormErrors,
    layout::Section,
    panel_sign_in::location,
    render_with, see_other,
    session::{with_session, without_session},
    sign_in::Begun,
    views::AccountPage,
};
use crate::{model::PasskeyId, service::Password};

const PAGE: &str = "/admin/account";

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get(PAGE, page)
        .post("/admin/account/password", change_password)
        .post("/admin/account/passkeys/begin", begin_passkey)
        .post("/admin/account/passkeys/finish", finish_passkey)
        .post("/admin/account/passkeys/{id}/remove", remove_passkey)
        .post("/admin/account/sign-out-everywhere", sign_out_everywhere)
}

#[derive(Deserialize)]
struct Passwords {
    current_password: Password,
    new_password: Password,
    new_password_again: Password,
}

/// What a browser answers to a ceremony.
#[derive(Deserialize)]
struct Answer {
    state: String,
    label: String,
    credential: RegisterPublicKeyCredential,
}

async fn page(State(app): State<App>, admin: Admin) -> Result<Response, Error> {
    show(&app, &admin, FormErrors::none()).await
}

async fn show(app: &App, admin: &Admin, errors: FormErrors) -> Result<Response, Error> {
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = AccountPage {
        shell: admin.shell(app, Section::Account),
        administrator: admin.administrator.clone(),
        passkeys: app.workspace.passkeys(admin.administrator.id).await?,
        recent: admin.is_recent(app),
        errors,
    };
    render_with(status, &page)
}

async fn change_password(
    State(app): State<App>,
    admin: Admin,
    CsrfForm(typed): CsrfForm<Passwords>,
) -> Result<Response, Error> {
    let mut errors = FormErrors::none();
    if !typed.new_password.is(&typed.new_password_again) {
        errors.push("new_password_again", "The two passwords are not the same.");
        return show(&app, &admin, errors).await;
    }
    let done = app
        .workspace
        .change_password(
            &admin.administrator,
            &admin.session,
            &typed.current_password,
            &typed.new_password,
        )
        .await;
    match done {
        Ok(secret) => {
            let what = "The password is changed, and your other sessions have ended.";
            Ok(with_session(see_other(PAGE, what), secret))
        }
        Err(error) => show(&app, &admin, FormErrors::from_service(error)?).await,
    }
}

async fn begin_passkey(
    State(app): State<App>,
    admin: Admin,
    CsrfJson(_): CsrfJson<serde_json::Value>,
) -> Result<Json<Begun>, Error> {
    admin.require_recent(&app, PAGE)?;
    Ok(Json(app.workspace.begin_passkey(&admin.administrator, &admin.binding()).await?.into()))
}

async fn finish_passkey(
    State(app): State<App>,
    admin: Admin,
    CsrfJson(answer): CsrfJson<Answer>,
) -> Result<Response, Error> {
    let binding = admin.binding();
    let passkey = app
        .workspace
        .finish_passkey(
            &admin.administrator,
            &binding,
            &answer.state,
            &answer.label,
            &answer.credential,
        )
        .await?;
    let mut response = location(PAGE);
    response.extensions_mut().insert(Flash(format!("The passkey {} is added.", passkey.label)));
    Ok(response)
}

async fn remove_passkey(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<PasskeyId>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require_recent(&app, PAGE)?;
    app.workspace.remove_passkey(&admin.administrator, id).await?;
    Ok(see_other(PAGE, "The passkey is removed."))
}

async fn sign_out_everywhere(
    State(app): State<App>,
    admin: Admin,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    app.workspace.sign_out_everywhere(&admin.administrator).await?;
    Ok(without_session(see_other("/admin/sign-in", "You have signed out everywhere.")))
}
