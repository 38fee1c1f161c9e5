//! The outbox.

use axum::{Json, extract::State};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{App, Error},
    access::{EventsRead, KeysWrite, May},
    input::{Id, PageQuery, Wanted, page},
    problem::{Always, Changing, OfOne, WithQuery},
};
use crate::model::{Mail, MailId, Page};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(retry))
}

/// A page of messages, newest first.
#[utoipa::path(
    get, path = "/api/v1/mails", tag = "mails", operation_id = "list_mails",
    security(("token" = ["events:read"])),
    params(PageQuery),
    responses((status = 200, description = "The page.", body = Page<Mail>), Always, WithQuery),
)]
async fn list(
    State(app): State<App>,
    _: May<EventsRead>,
    Wanted(query): Wanted<PageQuery>,
) -> Result<Json<Page<Mail>>, Error> {
    let page = page(query.cursor, query.limit)?;
    Ok(Json(app.workspace.mails(&page).await?))
}

/// Tries a message again that failed, or is to wait.
#[utoipa::path(
    post, path = "/api/v1/mails/{mail}/retry", tag = "mails", operation_id = "retry_mail",
    security(("token" = ["keys:write"])),
    params(("mail" = MailId, Path, description = "The message's identifier.")),
    responses((status = 200, description = "The message.", body = Mail), Always, OfOne, Changing),
)]
async fn retry(
    State(app): State<App>,
    may: May<KeysWrite>,
    Id(mail): Id<MailId>,
) -> Result<Json<Mail>, Error> {
    Ok(Json(app.workspace.retry_mail(&may.actor(), mail).await?))
}
