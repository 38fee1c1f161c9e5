//! Security keys, and the rules for those that are phones.

mod body;

use axum::{Json, extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{App, Error},
    access::{KeysRead, KeysWrite, May},
    input::{Body, Id},
    problem::{Always, Changing, OfOne, WithBody},
    users::created,
};
use crate::model::{KeyId, UserId};
use body::{Key, NewKey, Settings};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(of_user, assign))
        .routes(routes!(one))
        .routes(routes!(set))
        .routes(routes!(suspend))
        .routes(routes!(resume))
        .routes(routes!(revoke))
}

/// The keys of a user, in the order in which they were assigned.
#[utoipa::path(
    get, path = "/api/v1/users/{user}/keys", tag = "keys", operation_id = "list_keys",
    security(("token" = ["keys:read"])),
    params(("user" = UserId, Path, description = "The user's identifier.")),
    responses((status = 200, description = "The keys.", body = Vec<Key>), Always, OfOne),
)]
async fn of_user(
    State(app): State<App>,
    _: May<KeysRead>,
    Id(user): Id<UserId>,
) -> Result<Json<Vec<Key>>, Error> {
    let keys = app.workspace.keys_of(user).await?;
    Ok(Json(keys.into_iter().map(Key::from).collect()))
}

/// Assigns a key to a user. It is pending until it is activated (smartphones) or registered.
#[utoipa::path(
    post, path = "/api/v1/users/{user}/keys", tag = "keys", operation_id = "assign_key",
    security(("token" = ["keys:write"])),
    params(("user" = UserId, Path, description = "The user's identifier.")),
    request_body = NewKey,
    responses(
        (status = 201, description = "The key.", body = Key,
         headers(("Location" = String, description = "Where the key is."))),
        Always, OfOne, WithBody, Changing,
    ),
)]
async fn assign(
    State(app): State<App>,
    may: May<KeysWrite>,
    Id(user): Id<UserId>,
    Body(new): Body<NewKey>,
) -> Result<Response, Error> {
    let key = app.workspace.assign_key(&may.actor(), user, &new.into()).await?;
    Ok(created(&format!("/api/v1/keys/{}", key.id), Key::from(key)))
}

/// A key.
#[utoipa::path(
    get, path = "/api/v1/keys/{key}", tag = "keys", operation_id = "get_key",
    security(("token" = ["keys:read"])),
    params(("key" = KeyId, Path, description = "The key's identifier.")),
    responses((status = 200, description = "The key.", body = Key), Always, OfOne),
)]
async fn one(
    State(app): State<App>,
    _: May<KeysRead>,
    Id(key): Id<KeyId>,
) -> Result<Json<Key>, Error> {
    Ok(Json(app.workspace.key(key).await?.into()))
}

/// Changes a smartphone's rules. They reach the phone at its next check-in.
#[utoipa::path(
    put, path = "/api/v1/keys/{key}/settings", tag = "keys", operation_id = "change_settings",
    security(("token" = ["keys:write"])),
    params(("key" = KeyId, Path, description = "The key's identifier.")),
    request_body = Settings,
    responses(
        (status = 200, description = "The key.", body = Key), Always, OfOne, WithBody, Changing,
    ),
)]
async fn set(
    State(app): State<App>,
    may: May<KeysWrite>,
    Id(key): Id<KeyId>,
    Body(settings): Body<Settings>,
) -> Result<Json<Key>, Error> {
    let key = app.workspace.change_settings(&may.actor(), key, &settings.into()).await?;
    Ok(Json(key.into()))
}

/// Suspends an active key: it signs in no more, and a phone learns it at its next check-in.
#[utoipa::path(
    post, path = "/api/v1/keys/{key}/suspend", tag = "keys", operation_id = "suspend_key",
    security(("token" = ["keys:write"])),
    params(("key" = KeyId, Path, description = "The key's identifier.")),
    responses((status = 200, description = "The key.", body = Key), Always, OfOne, Changing),
)]
async fn suspend(
    State(app): State<App>,
    may: May<KeysWrite>,
    Id(key): Id<KeyId>,
) -> Result<Json<Key>, Error> {
    Ok(Json(app.workspace.suspend_key(&may.actor(), key).await?.into()))
}

/// Resumes a suspended key.
#[utoipa::path(
    post, path = "/api/v1/keys/{key}/resume", tag = "keys", operation_id = "resume_key",
    security(("token" = ["keys:write"])),
    params(("key" = KeyId, Path, description = "The key's identifier.")),
    responses((status = 200, description = "The key.", body = Key), Always, OfOne, Changing),
)]
async fn resume(
    State(app): State<App>,
    may: May<KeysWrite>,
    Id(key): Id<KeyId>,
) -> Result<Json<Key>, Error> {
    Ok(Json(app.workspace.resume_key(&may.actor(), key).await?.into()))
}

/// Revokes a key, for good.
#[utoipa::path(
    post, path = "/api/v1/keys/{key}/revoke", tag = "keys", operation_id = "revoke_key",
    security(("token" = ["keys:write"])),
    params(("key" = KeyId, Path, description = "The key's identifier.")),
    responses((status = 200, description = "The key.", body = Key), Always, OfOne, Changing),
)]
async fn revoke(
    State(app): State<App>,
    may: May<KeysWrite>,
    Id(key): Id<KeyId>,
) -> Result<Json<Key>, Error> {
    Ok(Json(app.workspace.revoke_key(&may.actor(), key).await?.into()))
}
