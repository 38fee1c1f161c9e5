//! Rendering of pages.

use std::fmt;

use askama::Template;
use axum::{
    http::{StatusCode, Uri},
    response::{Html, IntoResponse, Redirect, Response},
};

use super::Error;

/// A page.
///
/// # Errors
/// Where the template fails to render.
pub fn render(template: &impl Template) -> Result<Response, Error> {
    render_with(StatusCode::OK, template)
}

/// A page with another status, such as 422 for a form that is shown again.
///
/// # Errors
/// Where the template fails to render.
pub fn render_with(status: StatusCode, template: &impl Template) -> Result<Response, Error> {
    let page = template
        .render()
        .map_err(|error| crate::service::ServiceError::Internal(error.to_string()))?;
    Ok((status, Html(page)).into_response())
}

/// What the next page says at its top: put it into an answer's extensions, or use [`see_other`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash(pub String);

/// Sends the browser to another page after something was done, which then says `what` at its top.
#[must_use]
pub fn see_other(address: &str, what: impl fmt::Display) -> Response {
    let mut response = Redirect::to(address).into_response();
    let what = what.to_string();
    if !what.is_empty() {
        response.extensions_mut().insert(Flash(what));
    }
    response
}

/// The part of an address that a redirection may carry: never another site's.
pub(super) fn path_and_query(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

/// Where to go after a sign-in: `next` where it is an address of this workspace's panel.
pub(super) fn local_address(next: Option<&str>, otherwise: &str) -> String {
    next.filter(|next| {
        // `//host` and `/\host` are other sites to a browser, and control characters are dropped
        // by it.
        next.starts_with('/')
            && !next.starts_with("//")
            && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    })
    .unwrap_or(otherwise)
    .to_owned()
}

/// Escapes a value for the query of an address.
pub(super) fn escape(value: &str) -> String {
    use fmt::Write as _;
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
