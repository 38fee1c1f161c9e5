//! Groups.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{App, Error},
    access::{May, UsersRead, UsersWrite},
    input::{Body, Id},
    problem::{Always, Changing, OfOne, WithBody},
    users::created,
};
use crate::model::{Group, GroupId};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(rename, remove))
}

/// A group, and how many are in it.
#[derive(Debug, Serialize, ToSchema)]
struct CountedGroup {
    /// The identifier.
    id: GroupId,
    /// The name.
    name: String,
    /// How many users are in it.
    members: u64,
}

/// A group's name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GroupName {
    /// The name, 1 to 64 characters without a semicolon: unique whatever its case.
    #[schema(min_length = 1, max_length = 64, example = "Staff")]
    name: String,
}

/// Every group, by name.
#[utoipa::path(
    get, path = "/api/v1/groups", tag = "groups", operation_id = "list_groups",
    security(("token" = ["users:read"])),
    responses((status = 200, description = "The groups.", body = Vec<CountedGroup>), Always),
)]
async fn list(State(app): State<App>, _: May<UsersRead>) -> Result<Json<Vec<CountedGroup>>, Error> {
    let groups = app.workspace.groups().await?.into_iter();
    let counted =
        groups.map(|(group, members)| CountedGroup { id: group.id, name: group.name, members });
    Ok(Json(counted.collect()))
}

/// Makes a group.
#[utoipa::path(
    post, path = "/api/v1/groups", tag = "groups", operation_id = "add_group",
    security(("token" = ["users:write"])),
    request_body = GroupName,
    responses(
        (status = 201, description = "The group.", body = Group,
         headers(("Location" = String, description = "Where the group is."))),
        Always, WithBody, Changing,
    ),
)]
async fn add(
    State(app): State<App>,
    may: May<UsersWrite>,
    Body(group): Body<GroupName>,
) -> Result<Response, Error> {
    let group = app.workspace.add_group(&may.actor(), &group.name).await?;
    Ok(created(&format!("/api/v1/groups/{}", group.id), group))
}

/// Renames a group.
#[utoipa::path(
    put, path = "/api/v1/groups/{group}", tag = "groups", operation_id = "rename_group",
    security(("token" = ["users:write"])),
    params(("group" = GroupId, Path, description = "The group's identifier.")),
    request_body = GroupName,
    responses(
        (status = 200, description = "The group.", body = Group), Always, OfOne, WithBody, Changing,
    ),
)]
async fn rename(
    State(app): State<App>,
    may: May<UsersWrite>,
    Id(group): Id<GroupId>,
    Body(name): Body<GroupName>,
) -> Result<Json<Group>, Error> {
    Ok(Json(app.workspace.rename_group(&may.actor(), group, &name.name).await?))
}

/// Removes a group; its users stay.
#[utoipa::path(
    delete, path = "/api/v1/groups/{group}", tag = "groups", operation_id = "remove_group",
    security(("token" = ["users:write"])),
    params(("group" = GroupId, Path, description = "The group's identifier.")),
    responses((status = 204, description = "The group is removed."), Always, OfOne),
)]
async fn remove(
    State(app): State<App>,
    may: May<UsersWrite>,
    Id(group): Id<GroupId>,
) -> Result<StatusCode, Error> {
    app.workspace.remove_group(&may.actor(), group).await?;
    Ok(StatusCode::NO_CONTENT)
}
