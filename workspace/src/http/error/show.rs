//! Turns what a handler failed with into what the one who asked can read.

use axum::{
    http::{HeaderMap, Method, Uri},
    response::Redirect,
};
use pocketkey_core::protocol::Problem;
use serde_json::json;

use super::{
    super::{
        layout::Shell,
        page::{escape, path_and_query, render_with},
        views::ErrorPage,
        words::sentence,
    },
    App, Error, HeaderValue, IntoResponse, Kind, Next, Request, Response, Shown, State, StatusCode,
    header,
};

/// The status that goes with a phone's problem.
pub(super) const fn status_of(problem: Problem) -> StatusCode {
    match problem {
        Problem::TicketUnknown | Problem::KeyUnknown => StatusCode::NOT_FOUND,
        Problem::TicketUsed | Problem::CheckInReplayed => StatusCode::CONFLICT,
        Problem::TicketExpired | Problem::TicketCancelled => StatusCode::GONE,
        Problem::EnrolmentRefused => StatusCode::FORBIDDEN,
        Problem::Malformed => StatusCode::BAD_REQUEST,
    }
}

/// Middleware: whatever failed inside is shown in the asker's own terms.
pub async fn show(State(app): State<App>, request: Request, next: Next) -> Response {
    let asked = Asked::of(request.method(), request.uri(), request.headers());
    let response = next.run(request).await;
    let shown = response.extensions().get::<Shown>().cloned();
    let shown = match shown {
        Some(shown) => shown,
        // What the server itself refused, in plain text: no such route, a body that is too long …
        None if is_bare_failure(&response) => Error::Status(response.status()).shown(),
        None => return response,
    };
    let mut answer = if asked.by_program { problem(&shown) } else { page(&app, &shown, &asked) };
    for (name, value) in response.headers() {
        if name == header::ALLOW || name == header::SET_COOKIE {
            answer.headers_mut().append(name, value.clone());
        }
    }
    answer
}

/// What is known of a request before it was handed on.
struct Asked {
    by_program: bool,
    get: bool,
    address: String,
}

impl Asked {
    fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let says_json = |name| {
            headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
                .is_some_and(|value| value.contains("json") || value.contains("event-stream"))
        };
        let path = uri.path();
        Self {
            by_program: path.starts_with("/api/")
                || path.starts_with("/phone/")
                || says_json(header::ACCEPT)
                || says_json(header::CONTENT_TYPE),
            get: matches!(*method, Method::GET | Method::HEAD),
            address: path_and_query(uri),
        }
    }
}

fn is_bare_failure(response: &Response) -> bool {
    let status = response.status();
    let plain = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    (status.is_client_error() || status.is_server_error()) && plain
}

fn problem(shown: &Shown) -> Response {
    let mut body = json!({
        "type": shown.uri,
        "title": title(shown.status),
        "status": shown.status.as_u16(),
        "detail": shown.detail,
    });
    if !shown.fields.is_empty()
        && let Some(body) = body.as_object_mut()
    {
        let fields = shown
            .fields
            .iter()
            .map(|error| json!({ "field": error.field, "message": error.message }))
            .collect();
        body.insert("errors".to_owned(), serde_json::Value::Array(fields));
    }
    let mut response = (shown.status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if shown.kind == Kind::Token {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    retry_after(shown, headers);
    response
}

fn page(app: &App, shown: &Shown, asked: &Asked) -> Response {
    // A form is not sent again by itself: only an address that was looked at comes back.
    let looked_at = Some(asked.address.as_str()).filter(|address| asked.get && *address != "/");
    let sent_to = match shown.kind {
        Kind::SignIn => Some(("/admin/sign-in", looked_at)),
        Kind::UserSignIn => Some(("/signin", looked_at)),
        Kind::Confirm(page) => Some(("/admin/confirm", Some(page))),
        Kind::Plain | Kind::Token => None,
    };
    if let Some((path, next)) = sent_to {
        let next = next.map(|next| format!("?next={}", escape(next))).unwrap_or_default();
        return Redirect::to(&format!("{path}{next}")).into_response();
    }
    let mut detail = sentence(&shown.detail);
    for error in &shown.fields {
        detail.push(' ');
        detail.push_str(&sentence(&error.message));
    }
    let template = ErrorPage {
        shell: Shell { workspace: app.settings.name.clone(), ..Shell::default() },
        status: shown.status.as_u16(),
        title: title(shown.status).to_owned(),
        detail,
        next: Some(("/".to_owned(), "Back to the start".to_owned())),
    };
    let mut response = render_with(shown.status, &template)
        .unwrap_or_else(|_| (shown.status, shown.detail.clone()).into_response());
    retry_after(shown, response.headers_mut());
    response
}

fn retry_after(shown: &Shown, headers: &mut HeaderMap) {
    if let Some(wait) = shown.retry_after {
        // At least one second: 0 would ask for an immediate repetition.
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "The request cannot be read",
        StatusCode::UNAUTHORIZED => "Sign in first",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::METHOD_NOT_ALLOWED => "Not possible at this address",
        StatusCode::REQUEST_TIMEOUT => "It took too long",
        StatusCode::CONFLICT => "It does not fit",
        StatusCode::GONE => "No longer good",
        StatusCode::PAYLOAD_TOO_LARGE => "Too long",
        StatusCode::UNPROCESSABLE_ENTITY => "Some fields need another value",
        StatusCode::TOO_MANY_REQUESTS => "Too many attempts",
        StatusCode::SERVICE_UNAVAILABLE => "Busy: try again in a moment",
        status if status.is_server_error() => "Something went wrong",
        _ => "The request was not served",
    }
}
