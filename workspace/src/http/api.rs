//! The JSON API: all that the panel does, for programs with a token. Its description (OpenAPI 3.1) is
//! generated from the handlers, and served at `/api/openapi.json`.
//!
//! ```text
//! access       May<UsersRead>: a token with this scope; part of a handler's signature, so that no
//!              route is without one
//! input        Body<T>, Wanted<T>, Id<T>: what is sent, refused as a problem where it is not right
//! problem      what goes wrong, in the description and over the wire (RFC 9457)
//! users …      one file per area: its routes, and the types of its bodies
//! ```

#![allow(unused_qualifications, reason = "what utoipa's macros write is qualified in full")]

mod access;
mod description;
mod events;
mod files;
mod groups;
mod input;
mod invitations;
mod keys;
mod mails;
mod problem;
mod staff;
#[cfg(test)]
mod tests;
mod tickets;
mod tokens;
mod users;

use axum::{Router, http::header, response::IntoResponse, routing::get};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::{App, Route, Routes};

/// Where the description is.
const DESCRIPTION_PATH: &str = "/api/openapi.json";

/// The API's routes.
#[must_use]
pub fn routes() -> Routes {
    let (router, description) = parts();
    let mut list = list(&description);
    list.push(Route { method: axum::http::Method::GET, path: DESCRIPTION_PATH.to_owned() });
    let text = serde_json::to_string(&description).unwrap_or_default();
    let describe = move || {
        let text = text.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], text).into_response() }
    };
    Routes::new().merge_router(router.route(DESCRIPTION_PATH, get(describe)), list)
}

/// The handlers, and what is generated from them.
fn parts() -> (Router<App>, OpenApi) {
    let (router, mut description) = OpenApiRouter::with_openapi(description::base())
        .merge(users::router())
        .merge(files::router())
        .merge(groups::router())
        .merge(keys::router())
        .merge(invitations::router())
        .merge(tickets::router())
        .merge(events::router())
        .merge(mails::router())
        .merge(staff::router())
        .merge(tokens::router())
        .split_for_parts();
    description::complete(&mut description);
    (router, description)
}

fn list(description: &OpenApi) -> Vec<Route> {
    use axum::http::Method;
    let mut list = Vec::new();
    for (path, item) in &description.paths.paths {
        for (method, operation) in [
            (Method::GET, &item.get),
            (Method::POST, &item.post),
            (Method::PUT, &item.put),
            (Method::PATCH, &item.patch),
            (Method::DELETE, &item.delete),
        ] {
            if operation.is_some() {
                list.push(Route { method, path: path.clone() });
            }
        }
    }
    list
}
