//! Activation: by a QR at once, or by e-mail.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{App, Error},
    access::{KeysRead, KeysWrite, May},
    input::{Body, Id},
    problem::{Always, Changing, OfOne, WithBody},
    users::created,
};
use crate::{
    model::{KeyId, Ticket, TicketPurpose},
    qr::Qr,
    service::ServiceError,
};

/// Pixels of a module of the PNG.
const SCALE: usize = 8;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(last, issue, cancel))
}

/// What a ticket is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTicket {
    /// `activate-now` and `activate-by-email` for smartphones, `register-by-email` for other keys.
    purpose: TicketPurpose,
}

/// A ticket that was just made.
#[derive(Serialize, ToSchema)]
struct IssuedTicket {
    /// The ticket.
    ticket: Ticket,
    /// What a phone scans, with `activate-now`. It is told this once, and stored nowhere: whoever
    /// has it can activate their phone with it.
    code: Option<Code>,
}

/// What a phone scans.
#[derive(Serialize, ToSchema)]
struct Code {
    /// The link.
    link: String,
    /// The link as a QR code, an SVG document.
    svg: String,
    /// The link as a QR code, a PNG in Base64.
    #[schema(format = Byte)]
    png: String,
}

/// The newest ticket of a key, whatever has become of it.
#[utoipa::path(
    get, path = "/api/v1/keys/{key}/ticket", tag = "tickets", operation_id = "get_ticket",
    security(("token" = ["keys:read"])),
    params(("key" = KeyId, Path, description = "The key's identifier.")),
    responses((status = 200, description = "The ticket.", body = Ticket), Always, OfOne),
)]
async fn last(
    State(app): State<App>,
    _: May<KeysRead>,
    Id(key): Id<KeyId>,
) -> Result<Json<Ticket>, Error> {
    let ticket = app.workspace.last_ticket(key).await?;
    Ok(Json(ticket.ok_or(ServiceError::NotFound("ticket"))?))
}

/// Makes a ticket for a pending key; the one before it can no longer be used. With `…-by-email`, a
/// message with its link is put into the outbox.
#[utoipa::path(
    post, path = "/api/v1/keys/{key}/ticket", tag = "tickets", operation_id = "issue_ticket",
    security(("token" = ["keys:write"])),
    params(("key" = KeyId, Path, description = "The key's identifier.")),
    request_body = NewTicket,
    responses(
        (status = 201, description = "The ticket.", body = IssuedTicket,
         headers(("Location" = String, description = "Where the ticket is."))),
        Always, OfOne, WithBody, Changing,
    ),
)]
async fn issue(
    State(app): State<App>,
    may: May<KeysWrite>,
    Id(key): Id<KeyId>,
    Body(new): Body<NewTicket>,
) -> Result<Response, Error> {
    let issued = app.workspace.issue_ticket(&may.actor(), key, new.purpose).await?;
    let code = match issued.link {
        Some(link) => Some(code(&link.text())?),
        None => None,
    };
    let issued = IssuedTicket { ticket: issued.ticket, code };
    Ok(created(&format!("/api/v1/keys/{key}/ticket"), issued))
}

fn code(link: &str) -> Result<Code, ServiceError> {
    let internal = |error: crate::qr::QrError| ServiceError::Internal(error.to_string());
    let qr = Qr::of(link).map_err(internal)?;
    Ok(Code {
        svg: qr.svg("Activation code"),
        png: Base64::encode_string(&qr.png(SCALE).map_err(internal)?),
        link: link.to_owned(),
    })
}

/// Takes back a key's open ticket.
#[utoipa::path(
    delete, path = "/api/v1/keys/{key}/ticket", tag = "tickets", operation_id = "cancel_ticket",
    security(("token" = ["keys:write"])),
    params(("key" = KeyId, Path, description = "The key's identifier.")),
    responses((status = 204, description = "The ticket is cancelled."), Always, OfOne, Changing),
)]
async fn cancel(
    State(app): State<App>,
    may: May<KeysWrite>,
    Id(key): Id<KeyId>,
) -> Result<StatusCode, Error> {
    app.workspace.cancel_ticket(&may.actor(), key).await?;
    Ok(StatusCode::NO_CONTENT)
}
