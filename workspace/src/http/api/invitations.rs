//! Whoever has no key yet is handed a smartphone by e-mail.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{App, Error},
    access::{KeysWrite, May},
    input::{Wanted, search},
    problem::{Always, WithQuery},
};
use crate::model::{GroupId, InvitationReport, UserQuery};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(invite))
}

/// Which users are invited: all, where nothing is said.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Invited {
    /// Part of the user ID, name, e-mail address or user name, whatever its case.
    #[param(max_length = 256)]
    search: Option<String>,
    /// In this group only.
    group: Option<GroupId>,
}

/// Assigns a smartphone with the default settings to each of these users who has no key, and activates
/// it by e-mail. At most 500 at once: `more` says whether to ask again.
#[utoipa::path(
    post, path = "/api/v1/invitations", tag = "keys", operation_id = "invite_users",
    security(("token" = ["keys:write"])),
    params(Invited),
    responses(
        (status = 200, description = "What came of it.", body = InvitationReport), Always, WithQuery,
    ),
)]
async fn invite(
    State(app): State<App>,
    may: May<KeysWrite>,
    Wanted(wanted): Wanted<Invited>,
) -> Result<Json<InvitationReport>, Error> {
    let query =
        UserQuery { search: search(wanted.search)?, group: wanted.group, ..UserQuery::default() };
    Ok(Json(app.workspace.invite_users(&may.actor(), &query).await?))
}
