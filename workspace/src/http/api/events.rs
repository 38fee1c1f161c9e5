//! The event log.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{App, Error},
    access::{EventsRead, May},
    input::{Wanted, page, search},
    problem::{Always, WithQuery},
};
use crate::model::{
    Action, ActorKind, Event, EventQuery, ExportFormat, KeyId, Page, Timestamp, UserId,
};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(export)).routes(routes!(verify))
}

/// Which events, and which page of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventPage {
    /// Of this kind only.
    #[param(inline)]
    action: Option<Action>,
    /// By actors of this kind only.
    #[param(inline)]
    actor: Option<ActorKind>,
    /// About this user only.
    user: Option<UserId>,
    /// About this key only.
    key: Option<KeyId>,
    /// Part of the name of actor or subject, whatever its case.
    #[param(max_length = 256)]
    search: Option<String>,
    /// From this time on.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// What `next` or `previous` of another page said.
    cursor: Option<String>,
    /// How many rows; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Which events, and as what file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventFile {
    /// What file; `csv` where nothing is said.
    #[param(inline)]
    format: Option<ExportFormat>,
    /// Of this kind only.
    #[param(inline)]
    action: Option<Action>,
    /// By actors of this kind only.
    #[param(inline)]
    actor: Option<ActorKind>,
    /// About this user only.
    user: Option<UserId>,
    /// About this key only.
    key: Option<KeyId>,
    /// Part of the name of actor or subject, whatever its case.
    #[param(max_length = 256)]
    search: Option<String>,
    /// From this time on.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// Whether the log is what was written.
#[derive(Debug, Serialize, ToSchema)]
struct LogVerification {
    /// Whether every entry is there, unchanged and signed by this workspace.
    intact: bool,
    /// How many entries there are, where it is intact.
    entries: Option<u64>,
    /// Where it is damaged, for people.
    damage: Option<String>,
}

/// A page of events, newest first.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "events", operation_id = "list_events",
    security(("token" = ["events:read"])),
    params(EventPage),
    responses((status = 200, description = "The page.", body = Page<Event>), Always, WithQuery),
)]
async fn list(
    State(app): State<App>,
    _: May<EventsRead>,
    Wanted(wanted): Wanted<EventPage>,
) -> Result<Json<Page<Event>>, Error> {
    let query = EventQuery {
        action: wanted.action,
        actor: wanted.actor,
        user: wanted.user,
        key: wanted.key,
        search: search(wanted.search)?,
        from: wanted.from,
        until: wanted.until,
    };
    let page = page(wanted.cursor, wanted.limit)?;
    Ok(Json(app.workspace.events(&query, &page).await?))
}

/// The events of a query as a file, oldest first. The export is an event itself.
#[utoipa::path(
    get, path = "/api/v1/events/export", tag = "events", operation_id = "export_events",
    security(("token" = ["events:read"])),
    params(EventFile),
    responses(
        (status = 200, description = "The file.", content(
            (String = "text/csv"), (String = "application/jsonl"),
        )),
        Always, WithQuery,
    ),
)]
async fn export(
    State(app): State<App>,
    may: May<EventsRead>,
    Wanted(wanted): Wanted<EventFile>,
) -> Result<Response, Error> {
    let query = EventQuery {
        action: wanted.action,
        actor: wanted.actor,
        user: wanted.user,
        key: wanted.key,
        search: search(wanted.search)?,
        from: wanted.from,
        until: wanted.until,
    };
    let format = wanted.format.unwrap_or(ExportFormat::Csv);
    let file = app.workspace.export_events(&may.actor(), &query, format).await?;
    let kind = match format {
        ExportFormat::Csv => "text/csv; charset=utf-8",
        ExportFormat::Jsonl => "application/jsonl",
    };
    Ok(([(header::CONTENT_TYPE, kind)], file).into_response())
}

/// Checks the log from its first entry to its last.
#[utoipa::path(
    get, path = "/api/v1/events/verification", tag = "events", operation_id = "verify_events",
    security(("token" = ["events:read"])),
    responses((status = 200, description = "What was found.", body = LogVerification), Always),
)]
async fn verify(
    State(app): State<App>,
    _: May<EventsRead>,
) -> Result<Json<LogVerification>, Error> {
    Ok(Json(match app.workspace.verify_log().await? {
        Ok(entries) => LogVerification { intact: true, entries: Some(entries), damage: None },
        Err(damage) => {
            LogVerification { intact: false, entries: None, damage: Some(damage.to_string()) }
        }
    }))
}
