//! Tokens for this API.

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
use crate::model::{Scope, Token, TokenId};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, make)).routes(routes!(revoke))
}

/// A token that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// What uses it, 1 to 64 characters.
    #[schema(min_length = 1, max_length = 64, example = "HR synchronisation")]
    label: String,
    /// What it may do.
    #[schema(min_items = 1)]
    scopes: Vec<Scope>,
    /// For how many days it is good; null: until it is revoked.
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<u32>,
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
struct MadeToken {
    /// The token.
    token: Token,
    /// What goes behind `Bearer`. It is told this once, and stored nowhere.
    text: String,
}

/// Every token, the newest first.
#[utoipa::path(
    get, path = "/api/v1/tokens", tag = "tokens", operation_id = "list_tokens",
    security(("token" = ["staff:write"])),
    responses((status = 200, description = "The tokens.", body = Vec<Token>), Always),
)]
async fn list(State(app): State<App>, _: May<StaffWrite>) -> Result<Json<Vec<Token>>, Error> {
    Ok(Json(app.workspace.tokens().await?))
}

/// Makes a token.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "tokens", operation_id = "make_token",
    security(("token" = ["staff:write"])),
    request_body = NewToken,
    responses(
        (status = 201, description = "The token and its text.", body = MadeToken,
         headers(("Location" = String, description = "Where the token is."))),
        Always, WithBody, Changing,
    ),
)]
async fn make(
    State(app): State<App>,
    may: May<StaffWrite>,
    Body(new): Body<NewToken>,
) -> Result<Response, Error> {
    let new = crate::service::NewToken { label: new.label, scopes: new.scopes, days: new.days };
    let (token, text) = app.workspace.create_token(&may.actor(), &new).await?;
    let location = format!("/api/v1/tokens/{}", token.id);
    Ok(created(&location, MadeToken { token, text: text.to_string() }))
}

/// Revokes a token: it is refused from now on.
#[utoipa::path(
    delete, path = "/api/v1/tokens/{token}", tag = "tokens", operation_id = "revoke_token",
    security(("token" = ["staff:write"])),
    params(("token" = TokenId, Path, description = "The token's identifier.")),
    responses((status = 204, description = "The token is revoked."), Always, OfOne),
)]
async fn revoke(
    State(app): State<App>,
    may: May<StaffWrite>,
    Id(token): Id<TokenId>,
) -> Result<StatusCode, Error> {
    app.workspace.revoke_token(&may.actor(), token).await?;
    Ok(StatusCode::NO_CONTENT)
}
