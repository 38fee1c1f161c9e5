//! What programs send. Whatever is not right is refused as a problem before a handler sees it.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{StatusCode, header, request::Parts},
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

use super::super::{App, Error};
use crate::{
    model::PageRequest,
    service::{FieldError, ServiceError},
};

/// A JSON body of this shape.
pub(super) struct Body<T>(pub(super) T);

/// The query of an address, of this shape.
pub(super) struct Wanted<T>(pub(super) T);

/// The identifier in an address.
pub(super) struct Id<T>(pub(super) T);

/// A CSV file (`text/csv`).
pub(super) struct Csv(pub(super) axum::body::Bytes);

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// What `next` or `previous` of another page said. Without: the first page.
    pub(super) cursor: Option<String>,
    /// How many rows; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
}

/// The most characters that are searched for.
const MAX_SEARCH: usize = 256;

/// What a query searches for.
pub(super) fn search(text: Option<String>) -> Result<Option<String>, ServiceError> {
    let invalid =
        |message: &str| Err(ServiceError::Invalid(vec![FieldError::new("search", message)]));
    match &text {
        Some(text) if text.chars().count() > MAX_SEARCH => {
            invalid("this is longer than 256 characters")
        }
        // PostgreSQL has no text with it.
        Some(text) if text.contains('\0') => invalid("nothing has a NUL character in it"),
        _ => Ok(text),
    }
}

/// The page that a query wants.
pub(super) fn page(
    cursor: Option<String>,
    limit: Option<u32>,
) -> Result<PageRequest, ServiceError> {
    if limit == Some(0) {
        let message = "a page has 1 to 200 rows";
        return Err(ServiceError::Invalid(vec![FieldError::new("limit", message)]));
    }
    Ok(PageRequest { cursor, limit: limit.unwrap_or_default() })
}

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let Json(value) = Json::<T>::from_request(request, app).await?;
        Ok(Self(value))
    }
}

impl<T: DeserializeOwned> FromRequestParts<App> for Wanted<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let axum::extract::Query(value) =
            axum::extract::Query::<T>::from_request_parts(parts, app).await?;
        Ok(Self(value))
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Id<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path(value) = Path::<T>::from_request_parts(parts, app).await?;
        Ok(Self(value))
    }
}

impl FromRequest<App> for Csv {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
        if !kind.trim().eq_ignore_ascii_case("text/csv") {
            return Err(Error::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        Ok(Self(axum::body::Bytes::from_request(request, app).await?))
    }
}
