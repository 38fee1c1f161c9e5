//! The outbox.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use serde::Deserialize;

use super::address::{Pages, address};
use crate::{
    http::{
        Admin, App, CsrfForm, Empty, Error, Routes,
        layout::{Section, Shell},
        render, see_other, words,
    },
    model::{Mail, MailId, PageRequest, Role},
    settings::{MailWay, Settings},
};

const PATH: &str = "/admin/mail";

pub(super) fn routes() -> Routes {
    Routes::new().get(PATH, list).post("/admin/mail/{id}/retry", retry)
}

#[derive(Template)]
#[template(path = "log/mail.html")]
pub(super) struct MailPage {
    pub(super) shell: Shell,
    /// How messages leave.
    pub(super) delivery: String,
    pub(super) mails: Vec<Mail>,
    pub(super) pages: Pages,
    pub(super) total: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cursor {
    cursor: String,
}

async fn list(
    State(app): State<App>,
    admin: Admin,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Error> {
    let cursor = (!cursor.is_empty()).then_some(cursor);
    let page = app.workspace.mails(&PageRequest { cursor, limit: 0 }).await?;
    render(&MailPage {
        shell: admin.shell(&app, Section::Mail),
        delivery: delivery(&app.settings),
        pages: Pages::of(&page, |cursor| address(PATH, &[("cursor", cursor)])),
        total: words::total(&page, "message", "messages"),
        mails: page.items,
    })
}

async fn retry(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<MailId>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let mail = app.workspace.retry_mail(&admin.actor(), id).await?;
    Ok(see_other(PATH, format!("The message to {} is tried again.", mail.to)))
}

fn delivery(settings: &Settings) -> String {
    match &settings.mail.way {
        MailWay::Folder(folder) => format!(
            "No mail server is set: messages are written as .eml files into {} on the server.",
            folder.display()
        ),
        MailWay::Smtp(_) => {
            format!("Messages leave through the mail server, from {}.", settings.mail.from)
        }
    }
}
