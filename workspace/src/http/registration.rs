//! Cards, fingerprint and USB keys are registered in a browser: in the panel, or by whoever has an
//! e-mailed link, whose ticket is in the fragment and is posted.

use axum::{
    Json,
    extract::{Path, State},
    response::Response,
};
use pocketkey_core::protocol::Ticket;
use serde::Deserialize;
use webauthn_rs::prelude::RegisterPublicKeyCredential;

use super::{
    Admin, App, CsrfJson, Empty, Error, Flash, Routes, Trial, Visitor, render,
    sign_in::{Begun, Done},
    views::RegisterPage,
};
use crate::{
    model::{KeyId, Role},
    service::RegistrationAuthority,
};

/// The routes of registration.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/register", show)
        .post("/register/begin", begin)
        .post("/register/finish", finish)
        .post("/admin/keys/{id}/register/begin", begin_in_panel)
        .post("/admin/keys/{id}/register/finish", finish_in_panel)
}

#[derive(Deserialize)]
struct Begin {
    ticket: Ticket,
}

#[derive(Deserialize)]
struct Finish {
    ticket: Ticket,
    state: String,
    credential: RegisterPublicKeyCredential,
}

#[derive(Deserialize)]
struct FinishInPanel {
    state: String,
    credential: RegisterPublicKeyCredential,
}

async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Error> {
    render(&RegisterPage { shell: visitor.shell(&app) })
}

async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    CsrfJson(begin): CsrfJson<Begin>,
) -> Result<Json<Begun>, Error> {
    app.limits.count(Trial::Link, visitor.address())?;
    let authority = RegistrationAuthority::Ticket(begin.ticket);
    Ok(Json(app.workspace.begin_registration(&visitor.binding(), &authority).await?.into()))
}

async fn finish(
    State(app): State<App>,
    visitor: Visitor,
    CsrfJson(finish): CsrfJson<Finish>,
) -> Result<Response, Error> {
    app.limits.count(Trial::Link, visitor.address())?;
    let authority = RegistrationAuthority::Ticket(finish.ticket);
    let binding = visitor.binding();
    app.workspace
        .finish_registration(&binding, &authority, &finish.state, &finish.credential)
        .await?;
    Ok(done("/signin", "Your security key is registered: try it."))
}

async fn begin_in_panel(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
    CsrfJson(_): CsrfJson<Empty>,
) -> Result<Json<Begun>, Error> {
    admin.require(Role::Administrator)?;
    let authority = RegistrationAuthority::Panel(admin.actor(), id);
    Ok(Json(app.workspace.begin_registration(&admin.binding(), &authority).await?.into()))
}

async fn finish_in_panel(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
    CsrfJson(finish): CsrfJson<FinishInPanel>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let authority = RegistrationAuthority::Panel(admin.actor(), id);
    let binding = admin.binding();
    app.workspace
        .finish_registration(&binding, &authority, &finish.state, &finish.credential)
        .await?;
    Ok(done(&format!("/admin/keys/{id}"), "Registered."))
}

fn done(location: &str, said: &str) -> Response {
    use axum::response::IntoResponse;
    let mut response = Json(Done { location: location.to_owned() }).into_response();
    response.extensions_mut().insert(Flash(said.to_owned()));
    response
}
