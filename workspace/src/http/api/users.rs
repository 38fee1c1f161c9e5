//! Users.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{App, Error},
    access::{May, UsersRead, UsersWrite},
    input::{Body, Id, Wanted, page, search},
    problem::{Always, Changing, OfOne, WithBody, WithQuery},
};
use crate::model::{GroupId, NewUser, Page, User, UserId, UserQuery, UserSort, UserState};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(one, change, remove))
        .routes(routes!(block))
        .routes(routes!(unblock))
}

/// Which users, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UserPage {
    /// Part of the user ID, name, e-mail address or user name, whatever its case.
    #[param(max_length = 256)]
    search: Option<String>,
    /// In this state only.
    #[param(inline)]
    state: Option<UserState>,
    /// In this group only.
    group: Option<GroupId>,
    /// By what the list is ordered; `name` where nothing is said.
    #[param(inline)]
    sort: Option<UserSort>,
    /// From the end.
    descending: Option<bool>,
    /// What `next` or `previous` of another page said.
    cursor: Option<String>,
    /// How many rows; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// A page of users.
#[utoipa::path(
    get, path = "/api/v1/users", tag = "users", operation_id = "list_users",
    security(("token" = ["users:read"])),
    params(UserPage),
    responses((status = 200, description = "The page.", body = Page<User>), Always, WithQuery),
)]
async fn list(
    State(app): State<App>,
    _: May<UsersRead>,
    Wanted(wanted): Wanted<UserPage>,
) -> Result<Json<Page<User>>, Error> {
    let query = UserQuery {
        search: search(wanted.search)?,
        state: wanted.state,
        group: wanted.group,
        sort: wanted.sort.unwrap_or_default(),
        descending: wanted.descending.unwrap_or_default(),
    };
    let page = page(wanted.cursor, wanted.limit)?;
    Ok(Json(app.workspace.users(&query, &page).await?))
}

/// Adds a user. Groups that do not exist are made.
#[utoipa::path(
    post, path = "/api/v1/users", tag = "users", operation_id = "add_user",
    security(("token" = ["users:write"])),
    request_body = NewUser,
    responses(
        (status = 201, description = "The user.", body = User,
         headers(("Location" = String, description = "Where the user is."))),
        Always, WithBody, Changing,
    ),
)]
async fn add(
    State(app): State<App>,
    may: May<UsersWrite>,
    Body(new): Body<NewUser>,
) -> Result<Response, Error> {
    let user = app.workspace.add_user(&may.actor(), &new).await?;
    Ok(created(&format!("/api/v1/users/{}", user.id), user))
}

/// A user.
#[utoipa::path(
    get, path = "/api/v1/users/{user}", tag = "users", operation_id = "get_user",
    security(("token" = ["users:read"])),
    params(("user" = UserId, Path, description = "The user's identifier.")),
    responses((status = 200, description = "The user.", body = User), Always, OfOne),
)]
async fn one(
    State(app): State<App>,
    _: May<UsersRead>,
    Id(user): Id<UserId>,
) -> Result<Json<User>, Error> {
    Ok(Json(app.workspace.user(user).await?))
}

/// Changes a user's information and groups.
#[utoipa::path(
    put, path = "/api/v1/users/{user}", tag = "users", operation_id = "change_user",
    security(("token" = ["users:write"])),
    params(("user" = UserId, Path, description = "The user's identifier.")),
    request_body = NewUser,
    responses(
        (status = 200, description = "The user.", body = User), Always, OfOne, WithBody, Changing,
    ),
)]
async fn change(
    State(app): State<App>,
    may: May<UsersWrite>,
    Id(user): Id<UserId>,
    Body(new): Body<NewUser>,
) -> Result<Json<User>, Error> {
    Ok(Json(app.workspace.change_user(&may.actor(), user, &new).await?))
}

/// Removes a user, and revokes every key of theirs.
#[utoipa::path(
    delete, path = "/api/v1/users/{user}", tag = "users", operation_id = "remove_user",
    security(("token" = ["users:write"])),
    params(("user" = UserId, Path, description = "The user's identifier.")),
    responses((status = 204, description = "The user is removed."), Always, OfOne),
)]
async fn remove(
    State(app): State<App>,
    may: May<UsersWrite>,
    Id(user): Id<UserId>,
) -> Result<StatusCode, Error> {
    app.workspace.remove_user(&may.actor(), user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Blocks a user: none of their keys signs in, and each phone learns it at its next check-in.
#[utoipa::path(
    post, path = "/api/v1/users/{user}/block", tag = "users", operation_id = "block_user",
    security(("token" = ["users:write"])),
    params(("user" = UserId, Path, description = "The user's identifier.")),
    responses((status = 200, description = "The user.", body = User), Always, OfOne, Changing),
)]
async fn block(
    State(app): State<App>,
    may: May<UsersWrite>,
    Id(user): Id<UserId>,
) -> Result<Json<User>, Error> {
    Ok(Json(app.workspace.block_user(&may.actor(), user).await?))
}

/// Unblocks a user.
#[utoipa::path(
    post, path = "/api/v1/users/{user}/unblock", tag = "users", operation_id = "unblock_user",
    security(("token" = ["users:write"])),
    params(("user" = UserId, Path, description = "The user's identifier.")),
    responses((status = 200, description = "The user.", body = User), Always, OfOne, Changing),
)]
async fn unblock(
    State(app): State<App>,
    may: May<UsersWrite>,
    Id(user): Id<UserId>,
) -> Result<Json<User>, Error> {
    Ok(Json(app.workspace.unblock_user(&may.actor(), user).await?))
}

/// What was made, and where it is.
pub(super) fn created(location: &str, what: impl serde::Serialize) -> Response {
    (StatusCode::CREATED, [(header::LOCATION, location)], Json(what)).into_response()
}
