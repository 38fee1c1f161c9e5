//! Import and export of users, as CSV.

use axum::{
    Json,
    extract::{DefaultBodyLimit, State},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{App, Error},
    access::{May, UsersRead, UsersWrite},
    input::{Csv, Wanted, search},
    problem::{Always, WithBody, WithQuery},
};
use crate::{
    model::{GroupId, ImportPreview, ImportReport, UserQuery, UserSort, UserState},
    service::MAX_IMPORT_SIZE,
};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(preview))
        .routes(routes!(import))
        .layer(DefaultBodyLimit::max(MAX_IMPORT_SIZE))
        .merge(OpenApiRouter::new().routes(routes!(export)))
}

/// Which users.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UserSelection {
    /// Part of the user ID, name, e-mail address or user name, whatever its case.
    #[param(max_length = 256)]
    search: Option<String>,
    /// In this state only.
    #[param(inline)]
    state: Option<UserState>,
    /// In this group only.
    group: Option<GroupId>,
    /// By what the file is ordered; `name` where nothing is said.
    #[param(inline)]
    sort: Option<UserSort>,
    /// From the end.
    descending: Option<bool>,
}

/// What an import of a file would do, line by line. It changes nothing.
#[utoipa::path(
    post, path = "/api/v1/import/preview", tag = "files", operation_id = "preview_import",
    security(("token" = ["users:write"])),
    request_body(
        content = String, content_type = "text/csv",
        description = "`user_id,name,email,user_name,groups`; the groups of a user separated by `;`.",
        example = "user_id,name,email,user_name,groups\n1,First User,user1@example.org,user1,Staff\n",
    ),
    responses(
        (status = 200, description = "What it would do.", body = ImportPreview), Always, WithBody,
    ),
)]
async fn preview(
    State(app): State<App>,
    _: May<UsersWrite>,
    Csv(file): Csv,
) -> Result<Json<ImportPreview>, Error> {
    Ok(Json(app.workspace.preview_import(&file).await?))
}

/// Imports a file, leaving out the lines that are wrong.
#[utoipa::path(
    post, path = "/api/v1/import", tag = "files", operation_id = "import_users",
    security(("token" = ["users:write"])),
    request_body(
        content = String, content_type = "text/csv",
        description = "`user_id,name,email,user_name,groups`; the groups of a user separated by `;`.",
        example = "user_id,name,email,user_name,groups\n1,First User,user1@example.org,user1,Staff\n",
    ),
    responses(
        (status = 200, description = "What it did.", body = ImportReport), Always, WithBody,
    ),
)]
async fn import(
    State(app): State<App>,
    may: May<UsersWrite>,
    Csv(file): Csv,
) -> Result<Json<ImportReport>, Error> {
    Ok(Json(app.workspace.import(&may.actor(), &file).await?))
}

/// The users of a query as a file, which can be imported again. The export is an event.
#[utoipa::path(
    get, path = "/api/v1/export", tag = "files", operation_id = "export_users",
    security(("token" = ["users:read"])),
    params(UserSelection),
    responses(
        (status = 200, description = "The file.", body = String, content_type = "text/csv"),
        Always, WithQuery,
    ),
)]
async fn export(
    State(app): State<App>,
    may: May<UsersRead>,
    Wanted(wanted): Wanted<UserSelection>,
) -> Result<Response, Error> {
    let query = UserQuery {
        search: search(wanted.search)?,
        state: wanted.state,
        group: wanted.group,
        sort: wanted.sort.unwrap_or_default(),
        descending: wanted.descending.unwrap_or_default(),
    };
    let file = app.workspace.export_users(&may.actor(), &query).await?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], file).into_response())
}
