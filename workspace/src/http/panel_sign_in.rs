//! Administrators sign in, confirm that it is still them, and sign out.

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use webauthn_rs::prelude::PublicKeyCredential;

use super::{
    Admin, App, CsrfForm, CsrfJson, Empty, Error, Routes, Trial, Visitor,
    browser::Browser,
    layout::Section,
    page::local_address,
    render, render_with, see_other,
    session::{with_session, without_session},
    sign_in::{Begun, Done},
    views::{ConfirmPage, SignInPage},
};
use crate::service::{Password, ServiceError};

/// Where somebody goes who has signed in.
const START: &str = "/admin/users";

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/", start)
        .get("/admin", start)
        .get("/admin/sign-in", page)
        .post("/admin/sign-in", sign_in)
        .post("/admin/sign-in/passkey/begin", begin_passkey)
        .post("/admin/sign-in/passkey/finish", finish_passkey)
        .post("/admin/sign-out", sign_out)
        .get("/admin/confirm", confirm_page)
        .post("/admin/confirm", confirm)
        .post("/admin/confirm/passkey/begin", begin_confirmation)
        .post("/admin/confirm/passkey/finish", finish_confirmation)
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    user_name: String,
    password: Password,
    next: Option<String>,
}

/// What a browser answers to a ceremony.
#[derive(Deserialize)]
struct Answer {
    state: String,
    credential: PublicKeyCredential,
    next: Option<String>,
}

/// The panel for who is signed in there, the user's page for who is signed in here, and a sign-in
/// for everybody else.
async fn start(State(app): State<App>, browser: Browser) -> Result<Response, Error> {
    if let Some(secret) = browser.session()
        && app.workspace.panel_session(secret).await?.is_some()
    {
        return Ok(Redirect::to(START).into_response());
    }
    if let Some(secret) = browser.user_session()
        && app.workspace.user_session(secret).await?.is_some()
    {
        return Ok(Redirect::to("/me").into_response());
    }
    Ok(Redirect::to("/admin/sign-in").into_response())
}

async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Error> {
    let refusal = if app.workspace.is_set_up().await? {
        None
    } else {
        Some("The workspace is not set up yet: open the link that its server printed.".to_owned())
    };
    render(&SignInPage {
        shell: visitor.shell(&app),
        user_name: String::new(),
        next: next.map_or_else(String::new, |next| local_address(Some(&next), "")),
        refusal,
    })
}

async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    CsrfForm(typed): CsrfForm<Typed>,
) -> Result<Response, Error> {
    app.limits.count(Trial::Password, visitor.address())?;
    let done = app.workspace.sign_in(&typed.user_name, &typed.password, visitor.address()).await;
    let error = match done {
        Ok(signed_in) => {
            let address = local_address(typed.next.as_deref(), START);
            return Ok(with_session(see_other(&address, ""), signed_in.secret));
        }
        Err(error) => error,
    };
    let (status, refusal, retry_after) = refused(error)?;
    let page = SignInPage {
        shell: visitor.shell(&app),
        user_name: typed.user_name,
        next: local_address(typed.next.as_deref(), ""),
        refusal: Some(refusal),
    };
    Ok((retry_after, render_with(status, &page)?).into_response())
}

async fn begin_passkey(
    State(app): State<App>,
    visitor: Visitor,
    CsrfJson(_): CsrfJson<serde_json::Value>,
) -> Result<Json<Begun>, Error> {
    app.limits.count(Trial::Ceremony, visitor.address())?;
    Ok(Json(app.workspace.begin_passkey_sign_in(&visitor.binding()).await?.into()))
}

async fn finish_passkey(
    State(app): State<App>,
    visitor: Visitor,
    CsrfJson(answer): CsrfJson<Answer>,
) -> Result<Response, Error> {
    app.limits.count(Trial::Ceremony, visitor.address())?;
    let signed_in = app
        .workspace
        .finish_passkey_sign_in(
            &visitor.binding(),
            &answer.state,
            &answer.credential,
            visitor.address(),
        )
        .await?;
    let response = location(&local_address(answer.next.as_deref(), START));
    Ok(with_session(response, signed_in.secret))
}

async fn sign_out(
    State(app): State<App>,
    admin: Admin,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    app.workspace.sign_out(&admin.administrator, &admin.session).await?;
    Ok(without_session(see_other("/admin/sign-in", "You have signed out.")))
}

async fn confirm_page(
    State(app): State<App>,
    admin: Admin,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Error> {
    render(&ConfirmPage {
        shell: admin.shell(&app, Section::Nowhere),
        next: local_address(next.as_deref(), START),
        administrator: admin.administrator,
        refusal: None,
    })
}

async fn confirm(
    State(app): State<App>,
    admin: Admin,
    CsrfForm(typed): CsrfForm<Typed>,
) -> Result<Response, Error> {
    let next = local_address(typed.next.as_deref(), START);
    let done = app.workspace.confirm(&admin.administrator, &admin.session, &typed.password).await;
    let error = match done {
        Ok(secret) => return Ok(with_session(see_other(&next, ""), secret)),
        Err(error) => error,
    };
    let (status, refusal, retry_after) = refused(error)?;
    let page = ConfirmPage {
        shell: admin.shell(&app, Section::Nowhere),
        next,
        administrator: admin.administrator,
        refusal: Some(refusal),
    };
    Ok((retry_after, render_with(status, &page)?).into_response())
}

async fn begin_confirmation(
    State(app): State<App>,
    admin: Admin,
    CsrfJson(_): CsrfJson<serde_json::Value>,
) -> Result<Json<Begun>, Error> {
    Ok(Json(app.workspace.begin_passkey_sign_in(&admin.binding()).await?.into()))
}

async fn finish_confirmation(
    State(app): State<App>,
    admin: Admin,
    CsrfJson(answer): CsrfJson<Answer>,
) -> Result<Response, Error> {
    let secret = app
        .workspace
        .confirm_by_passkey(
            &admin.administrator,
            &admin.session,
            &admin.binding(),
            &answer.state,
            &answer.credential,
        )
        .await?;
    let response = location(&local_address(answer.next.as_deref(), START));
    Ok(with_session(response, secret))
}

/// Where the page's script goes on.
pub(super) fn location(address: &str) -> Response {
    Json(Done { location: address.to_owned() }).into_response()
}

/// A refusal that the form is shown again with: status, text and, after many, when to come back.
#[allow(clippy::type_complexity)]
fn refused(
    error: ServiceError,
) -> Result<(StatusCode, String, Option<[(&'static str, String); 1]>), Error> {
    match error {
        ServiceError::Forbidden(reason) => Ok((StatusCode::FORBIDDEN, reason, None)),
        ServiceError::Throttled { retry_after } => {
            let seconds = retry_after.as_secs().max(1);
            let text = format!("Too many attempts: try again in {seconds} seconds.");
            let header = [("retry-after", seconds.to_string())];
            Ok((StatusCode::TOO_MANY_REQUESTS, text, Some(header)))
        }
        error => Err(error.into()),
    }
}
