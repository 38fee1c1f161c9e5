//! What phones post: `/phone/v1/…`. They bring signatures, never cookies; what goes wrong is told as
//! a problem (RFC 9457) whose type is the protocol's.

use axum::{
    Json,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use pocketkey_core::protocol::{
    CHECK_IN_PATH, ENROLMENT_PATH, MAX_MESSAGE_SIZE, MEDIA_TYPE, OFFER_PATH, OfferRequest, Problem,
};

use super::{App, Error, Routes, Trial, browser::Address};

/// The phones' routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .post(OFFER_PATH, offer)
        .post(ENROLMENT_PATH, enrol)
        .post(CHECK_IN_PATH, check_in)
        .map(|router| router.layer(DefaultBodyLimit::max(MAX_MESSAGE_SIZE)))
}

async fn offer(
    State(app): State<App>,
    Address(address): Address,
    request: Result<Json<OfferRequest>, axum::extract::rejection::JsonRejection>,
) -> Result<Response, Error> {
    app.limits.count(Trial::Phone, address)?;
    let Json(request) = request.map_err(|rejection| match Error::from(rejection) {
        Error::BadRequest(_) => Error::from(crate::service::ServiceError::from(Problem::Malformed)),
        other => other,
    })?;
    Ok(answer(app.workspace.offer(&request).await?))
}

async fn enrol(
    State(app): State<App>,
    Address(address): Address,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    app.limits.count(Trial::Phone, address)?;
    Ok(answer(app.workspace.enrol(message(&headers, &body)?).await?))
}

/// Not limited by address: many phones share one, and each checks in before every signature.
async fn check_in(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    Ok(answer(app.workspace.check_in(message(&headers, &body)?).await?))
}

/// A message in its compact form.
fn message<'a>(headers: &HeaderMap, body: &'a [u8]) -> Result<&'a str, Error> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    if !kind.trim().eq_ignore_ascii_case(MEDIA_TYPE) {
        return Err(Error::Status(axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    std::str::from_utf8(body)
        .map_err(|_| crate::service::ServiceError::from(Problem::Malformed).into())
}

fn answer(message: String) -> Response {
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], message).into_response()
}
