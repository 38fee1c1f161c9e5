//! What holds for every answer, whatever is asked.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::sync::Semaphore;

use super::{App, Error};

/// How many requests are worked on at once; more are told to come back. The database is what they
/// would all wait for.
const AT_ONCE: usize = 512;

/// Nothing but our own files, no inline scripts or styles, no frames.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Security keys on our own pages, and nothing else that a browser could offer.
const PERMISSIONS_POLICY: &str = "publickey-credentials-create=(self), \
    publickey-credentials-get=(self), accelerometer=(), camera=(), display-capture=(), \
    geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()";

/// One year. Given only under TLS.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000";

/// Middleware: the headers that every answer carries.
pub(super) async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY);
    // It would bind every port of a developer's machine.
    let local = app.settings.host().split('.').next_back() == Some("localhost");
    if app.settings.secure() && !local {
        set(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT_SECURITY);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Middleware: what changes something is not asked for by another site's page. Tokens prove it
/// again; this holds before anything of the request is read.
pub(super) async fn same_origin(State(app): State<App>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // Programs bring a token or a signature, never a browser's cookie.
    let by_program =
        request.uri().path().starts_with("/api/") || request.uri().path().starts_with("/phone/");
    if safe || by_program || is_ours(request.headers(), &app.settings.origin) {
        next.run(request).await
    } else {
        Error::Csrf.into_response()
    }
}

fn is_ours(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).map(HeaderValue::as_bytes);
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return site == b"same-origin" || site == b"none";
    }
    // Our own referrer policy makes older browsers say `null`.
    text(header::ORIGIN).is_none_or(|said| said == b"null" || said == origin.as_bytes())
}

/// How many requests are worked on.
#[derive(Debug, Clone)]
pub(super) struct Load(Arc<Semaphore>);

impl Load {
    /// None yet.
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Middleware: too many at once are told to come back, before anything is done for them.
pub(super) async fn limit(State(load): State<Load>, request: Request, next: Next) -> Response {
    match Arc::clone(&load.0).try_acquire_owned() {
        Ok(_permit) => next.run(request).await,
        Err(_) => Error::Status(StatusCode::SERVICE_UNAVAILABLE).into_response(),
    }
}

/// Middleware: one line of the log for each request. Never its address, which can hold a secret:
/// the pattern that it matched.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let began = std::time::Instant::now();
    let method = request.method().clone();
    let path = request
        .extensions()
        .get::<axum::extract::MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let ms = began.elapsed().as_millis();
    if response.status().is_server_error() {
        tracing::warn!(%method, path, status, ms, "request");
    } else {
        tracing::debug!(%method, path, status, ms, "request");
    }
    response
}
