//! Administrators.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{App, Error},
    access::{May, StaffWrite},
    input::{Body, Id},
    problem::{Always, Changing, OfOne, WithBody},
    users::created,
};
use crate::{
    model::{Administrator, AdministratorId, Role},
    service::Secret,
};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(one, remove))
        .routes(routes!(change_role))
        .routes(routes!(invite))
}

/// An administrator who is to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAdministrator {
    /// What is typed to sign in, 1 to 64 characters without blanks.
    #[schema(min_length = 1, max_length = 64, example = "admin2")]
    user_name: String,
    /// The person's name, 1 to 128 characters.
    #[schema(min_length = 1, max_length = 128, example = "Second Administrator")]
    name: String,
    /// What they may do.
    role: Role,
}

/// What an administrator may do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRole {
    /// From now on.
    role: Role,
}

/// An administrator, and the link by which they choose their password.
#[derive(Serialize, ToSchema)]
struct Invitation {
    /// Who.
    administrator: Administrator,
    /// The link: good once, for three days, and told only now.
    link: String,
}

impl Invitation {
    fn new(app: &App, administrator: Administrator, secret: &Secret) -> Self {
        let link = format!("{}/set-up/{}", app.settings.origin, secret.text().as_str());
        Self { administrator, link }
    }
}

/// Every administrator, by name.
#[utoipa::path(
    get, path = "/api/v1/administrators", tag = "administrators",
    operation_id = "list_administrators",
    security(("token" = ["staff:write"])),
    responses((status = 200, description = "They.", body = Vec<Administrator>), Always),
)]
async fn list(
    State(app): State<App>,
    _: May<StaffWrite>,
) -> Result<Json<Vec<Administrator>>, Error> {
    Ok(Json(app.workspace.administrators().await?))
}

/// Adds an administrator, who chooses a password by a one-time link.
#[utoipa::path(
    post, path = "/api/v1/administrators", tag = "administrators",
    operation_id = "add_administrator",
    security(("token" = ["staff:write"])),
    request_body = NewAdministrator,
    responses(
        (status = 201, description = "The administrator and the link.", body = Invitation,
         headers(("Location" = String, description = "Where the administrator is."))),
        Always, WithBody, Changing,
    ),
)]
async fn add(
    State(app): State<App>,
    may: May<StaffWrite>,
    Body(new): Body<NewAdministrator>,
) -> Result<Response, Error> {
    let new = crate::service::NewAdministrator {
        user_name: new.user_name,
        name: new.name,
        role: new.role,
    };
    let (added, secret) = app.workspace.add_administrator(&may.actor(), &new).await?;
    let location = format!("/api/v1/administrators/{}", added.id);
    Ok(created(&location, Invitation::new(&app, added, &secret)))
}

/// An administrator.
#[utoipa::path(
    get, path = "/api/v1/administrators/{administrator}", tag = "administrators",
    operation_id = "get_administrator",
    security(("token" = ["staff:write"])),
    params(("administrator" = AdministratorId, Path, description = "Their identifier.")),
    responses((status = 200, description = "They.", body = Administrator), Always, OfOne),
)]
async fn one(
    State(app): State<App>,
    _: May<StaffWrite>,
    Id(id): Id<AdministratorId>,
) -> Result<Json<Administrator>, Error> {
    Ok(Json(app.workspace.administrator(id).await?))
}

/// Removes an administrator: their sessions end at once. The last owner cannot be removed.
#[utoipa::path(
    delete, path = "/api/v1/administrators/{administrator}", tag = "administrators",
    operation_id = "remove_administrator",
    security(("token" = ["staff:write"])),
    params(("administrator" = AdministratorId, Path, description = "Their identifier.")),
    responses((status = 204, description = "They are removed."), Always, OfOne, Changing),
)]
async fn remove(
    State(app): State<App>,
    may: May<StaffWrite>,
    Id(id): Id<AdministratorId>,
) -> Result<StatusCode, Error> {
    app.workspace.remove_administrator(&may.actor(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes what an administrator may do. The last owner stays one.
#[utoipa::path(
    put, path = "/api/v1/administrators/{administrator}/role", tag = "administrators",
    operation_id = "change_role",
    security(("token" = ["staff:write"])),
    params(("administrator" = AdministratorId, Path, description = "Their identifier.")),
    request_body = NewRole,
    responses(
        (status = 200, description = "They.", body = Administrator),
        Always, OfOne, WithBody, Changing,
    ),
)]
async fn change_role(
    State(app): State<App>,
    may: May<StaffWrite>,
    Id(id): Id<AdministratorId>,
    Body(new): Body<NewRole>,
) -> Result<Json<Administrator>, Error> {
    Ok(Json(app.workspace.change_role(&may.actor(), id, new.role).await?))
}

/// Another one-time link for an administrator who has lost theirs, or their password.
#[utoipa::path(
    post, path = "/api/v1/administrators/{administrator}/invitation", tag = "administrators",
    operation_id = "invite_administrator",
    security(("token" = ["staff:write"])),
    params(("administrator" = AdministratorId, Path, description = "Their identifier.")),
    responses(
        (status = 200, description = "The administrator and the link.", body = Invitation),
        Always, OfOne,
    ),
)]
async fn invite(
    State(app): State<App>,
    may: May<StaffWrite>,
    Id(id): Id<AdministratorId>,
) -> Result<Json<Invitation>, Error> {
    let (invited, secret) = app.workspace.invite_again(&may.actor(), id).await?;
    Ok(Json(Invitation::new(&app, invited, &secret)))
}
