//! Activation: the wizard's third step, and later whenever a code is needed anew.

use std::fmt;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use zeroize::Zeroizing;

use super::{Trail, key_trail};
use crate::{
    http::{
        Admin, App, CsrfFields, CsrfForm, Empty, Error, Routes,
        layout::{Section, Shell},
        render, see_other, words,
    },
    model::{IssuedTicket, Key, KeyId, KeyKind, Role, Ticket, TicketPurpose, Timestamp, User},
    qr::Qr,
    service::ServiceError,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/admin/keys/{id}/activate", show)
        .post("/admin/keys/{id}/activate", issue)
        .post("/admin/keys/{id}/cancel", cancel)
}

/// What a phone scans. Known at this one moment only: a page that is loaded later has none.
pub(super) struct Code {
    pub(super) ticket: Ticket,
    pub(super) seconds_left: i64,
    pub(super) svg: String,
    pub(super) link: Zeroizing<String>,
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").field("ticket", &self.ticket).finish_non_exhaustive()
    }
}

impl Code {
    fn of(issued: IssuedTicket, key: &Key, now: Timestamp) -> Result<Self, ServiceError> {
        let link = issued.link.ok_or_else(|| {
            ServiceError::Internal("a code was asked for, and none was made".to_owned())
        })?;
        let link = link.text();
        let label =
            format!("QR code that activates {}; the link beside it says the same", key.label);
        let svg =
            Qr::of(&link).map_err(|error| ServiceError::Internal(error.to_string()))?.svg(&label);
        Ok(Self {
            seconds_left: seconds_left(&issued.ticket, now),
            ticket: issued.ticket,
            svg,
            link,
        })
    }
}

/// How long a ticket lasts: what a page counts down, whatever the clock of its computer says.
pub(super) fn seconds_left(ticket: &Ticket, now: Timestamp) -> i64 {
    ticket.expires_at.0.saturating_sub(now.0).max(0) / 1000
}

#[derive(Template)]
#[template(path = "keys/activate.html")]
pub(super) struct ActivationPage {
    pub(super) shell: Shell,
    pub(super) trail: Trail,
    pub(super) user: User,
    pub(super) key: Key,
    pub(super) is_phone: bool,
    pub(super) ticket: Option<Ticket>,
    pub(super) seconds_left: i64,
    pub(super) code: Option<Code>,
    /// How long a code would be good, and a message.
    pub(super) qr_validity: String,
    pub(super) email_validity: String,
    /// An open page changes by itself only when this does: a refused scan must not take the code
    /// away that is shown once.
    pub(super) mark: String,
}

impl ActivationPage {
    async fn of(app: &App, admin: &Admin, key: Key, code: Option<Code>) -> Result<Self, Error> {
        let user = app.workspace.user(key.user).await?;
        let now = app.workspace.now();
        let open = app.workspace.open_ticket(key.id).await?;
        let ticket = open.filter(|ticket| ticket.expires_at > now);
        // The page that shows a code is of that code, also when another was made meanwhile.
        let shown = code.as_ref().map(|code| &code.ticket).or(ticket.as_ref()).map(|it| it.id);
        let mark = format!(
            "{}:{}",
            words::key_class(&key.state),
            shown.map(|id| id.to_string()).unwrap_or_default()
        );
        Ok(Self {
            shell: admin.shell(app, Section::AllUsers),
            trail: key_trail(&user, &key),
            is_phone: key.kind == KeyKind::Smartphone,
            seconds_left: ticket.as_ref().map_or(0, |ticket| seconds_left(ticket, now)),
            ticket,
            code,
            qr_validity: words::duration(app.settings.qr_validity),
            email_validity: words::duration(app.settings.email_validity),
            mark,
            user,
            key,
        })
    }
}

async fn show(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
) -> Result<Response, Error> {
    let key = app.workspace.key(id).await?;
    render(&ActivationPage::of(&app, &admin, key, None).await?)
}

async fn issue(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
    fields: CsrfFields,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let key = app.workspace.key(id).await?;
    let is_phone = key.kind == KeyKind::Smartphone;
    let purpose = match (fields.text("how"), is_phone) {
        ("now", true) => TicketPurpose::ActivateNow,
        ("email", true) => TicketPurpose::ActivateByEmail,
        ("email", false) => TicketPurpose::RegisterByEmail,
        _ => return Err(Error::BadRequest("choose how the key is activated".to_owned())),
    };
    let issued = app.workspace.issue_ticket(&admin.actor(), id, purpose).await?;
    if purpose != TicketPurpose::ActivateNow {
        let user = app.workspace.user(key.user).await?;
        let said = format!("A message is on its way to {}.", user.email.unwrap_or_default());
        return Ok(see_other(&format!("/admin/keys/{id}/activate"), said));
    }
    let code = Code::of(issued, &key, app.workspace.now())?;
    render(&ActivationPage::of(&app, &admin, key, Some(code)).await?)
}

async fn cancel(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    app.workspace.cancel_ticket(&admin.actor(), id).await?;
    Ok(see_other(
        &format!("/admin/keys/{id}/activate"),
        "The activation was cancelled: its code and link are useless now.",
    ))
}
