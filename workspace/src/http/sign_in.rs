//! `/signin`: a user signs in with a key; `/me`: who that is; `/activate`: where an activation's link
//! leads to in a browser.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use webauthn_rs::prelude::PublicKeyCredential;

use super::{
    App, CsrfForm, CsrfJson, Empty, Error, Routes, SignedInUser, Trial, Visitor, end_user_session,
    render, see_other,
    views::{ActivatePage, MePage, UserSignInPage},
    with_user_session,
};
use crate::service::Challenge;

/// The routes of sign-in pages and landing page.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/signin", show)
        .post("/signin/begin", begin)
        .post("/signin/finish", finish)
        .post("/signin/out", out)
        .get("/me", me)
        .get("/activate", activate)
}

/// The first half of a ceremony, as `webauthn.js` takes it.
#[derive(Debug, Serialize)]
pub(super) struct Begun {
    state: String,
    #[serde(rename = "publicKey")]
    public_key: Value,
}

impl From<Challenge> for Begun {
    fn from(challenge: Challenge) -> Self {
        Self { state: challenge.state, public_key: challenge.options }
    }
}

/// Where the page goes on after the second half.
#[derive(Debug, Serialize)]
pub(super) struct Done {
    pub(super) location: String,
}

#[derive(Debug, Deserialize)]
struct Begin {
    #[serde(default)]
    user_name: String,
}

#[derive(Deserialize)]
struct Finish {
    state: String,
    credential: PublicKeyCredential,
}

async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Error> {
    render(&UserSignInPage { shell: visitor.shell(&app), refusal: None })
}

async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    CsrfJson(begin): CsrfJson<Begin>,
) -> Result<Json<Begun>, Error> {
    app.limits.count(Trial::Ceremony, visitor.address())?;
    let name = Some(begin.user_name.as_str()).filter(|name| !name.trim().is_empty());
    Ok(Json(app.workspace.begin_sign_in(&visitor.binding(), name).await?.into()))
}

async fn finish(
    State(app): State<App>,
    visitor: Visitor,
    CsrfJson(finish): CsrfJson<Finish>,
) -> Result<Response, Error> {
    app.limits.count(Trial::Ceremony, visitor.address())?;
    let signed_in =
        app.workspace.finish_sign_in(&visitor.binding(), &finish.state, &finish.credential).await;
    let done = Json(Done { location: "/me".to_owned() }).into_response();
    Ok(with_user_session(signed_in?.session, done))
}

async fn me(State(app): State<App>, user: SignedInUser) -> Result<Response, Error> {
    let key = app.workspace.key(user.key).await?;
    render(&MePage { shell: user.shell(&app), user: user.user, key })
}

async fn out(
    State(app): State<App>,
    user: SignedInUser,
    CsrfForm(_): CsrfForm<Empty>,
) -> Result<Response, Error> {
    end_user_session(&app, &user, see_other("/signin", "You are signed out.")).await
}

async fn activate(State(app): State<App>, visitor: Visitor) -> Result<Response, Error> {
    render(&ActivatePage { shell: visitor.shell(&app) })
}
