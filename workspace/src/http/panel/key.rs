//! A key's page, and what can be done to a key.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};

use super::{
    Trail, activation::seconds_left, confirm::ConfirmPage, key_trail, user::RECENT_EVENTS,
    user_trail,
};
use crate::{
    http::{
        Admin, App, CsrfForm, Empty, Error, Routes,
        layout::{Section, Shell},
        render, see_other, words,
    },
    model::{Event, EventQuery, Key, KeyId, KeyKind, PageRequest, Role, Ticket, User},
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/admin/keys/{id}", show)
        .post("/admin/keys/{id}/suspend", suspend)
        .post("/admin/keys/{id}/resume", resume)
        .get("/admin/keys/{id}/revoke", ask_revoke)
        .post("/admin/keys/{id}/revoke", revoke)
}

#[derive(Template)]
#[template(path = "keys/key.html")]
pub(super) struct KeyPage {
    pub(super) shell: Shell,
    pub(super) trail: Trail,
    pub(super) user: User,
    pub(super) key: Key,
    pub(super) is_phone: bool,
    pub(super) ticket: Option<Ticket>,
    /// How long the ticket lasts.
    pub(super) seconds_left: i64,
    /// What the phone may sign without asking.
    pub(super) stale: String,
    pub(super) events: Vec<Event>,
    /// Where all of the key's events are.
    pub(super) more: String,
}

async fn show(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
) -> Result<Response, Error> {
    let key = app.workspace.key(id).await?;
    let user = app.workspace.user(key.user).await?;
    let now = app.workspace.now();
    let ticket = app.workspace.open_ticket(id).await?.filter(|ticket| ticket.expires_at > now);
    let query = EventQuery { key: Some(id), ..EventQuery::default() };
    let page = PageRequest { cursor: None, limit: RECENT_EVENTS };
    render(&KeyPage {
        shell: admin.shell(&app, Section::AllUsers),
        trail: user_trail(&user),
        is_phone: key.kind == KeyKind::Smartphone,
        seconds_left: ticket.as_ref().map_or(0, |ticket| seconds_left(ticket, now)),
        ticket,
        stale: words::stale(&key, now),
        events: app.workspace.events(&query, &page).await?.items,
        more: format!("/admin/events?key={id}"),
        user,
        key,
    })
}

async fn suspend(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let key = app.workspace.suspend_key(&admin.actor(), id).await?;
    Ok(see_other(&format!("/admin/keys/{id}"), format!("{} is suspended.", key.label)))
}

async fn resume(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let key = app.workspace.resume_key(&admin.actor(), id).await?;
    Ok(see_other(&format!("/admin/keys/{id}"), format!("{} is active again.", key.label)))
}

async fn ask_revoke(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let key = app.workspace.key(id).await?;
    let user = app.workspace.user(key.user).await?;
    let mut consequences =
        vec![format!("{} can no longer sign in with it: at once at the sign-in page.", user.name)];
    if key.kind == KeyKind::Smartphone {
        consequences.push(
            "At its next check-in the phone erases all its credentials, those for other sites too."
                .to_owned(),
        );
    }
    consequences.push(
        "This cannot be undone: another key would have to be assigned. To stop it for a while only, \
         suspend it."
            .to_owned(),
    );
    render(&ConfirmPage {
        shell: admin.shell(&app, Section::AllUsers),
        trail: key_trail(&user, &key),
        title: format!("Revoke {} of {}?", key.label, user.name),
        consequences,
        button: "Revoke the key".to_owned(),
        back: format!("/admin/keys/{id}"),
    })
}

async fn revoke(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let key = app.workspace.revoke_key(&admin.actor(), id).await?;
    Ok(see_other(&format!("/admin/keys/{id}"), format!("{} is revoked.", key.label)))
}
