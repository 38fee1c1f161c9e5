//! The description's frame: what the API is, how one is let in, and what every answer has.

use utoipa::{
    OpenApi as _,
    openapi::{
        OpenApi,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::problem::{Problem, ProblemField};

/// What operations name as their security scheme.
pub(super) const SCHEME: &str = "token";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Pocketkey workspace",
        description = "All that the panel does, for programs. Every request carries a token: \
            `Authorization: Bearer pocketkey_…`; owners make tokens in the panel, each with the \
            scopes that it needs. Times are RFC 3339 in UTC. Lists come in pages: `next` and \
            `previous` are cursors for the query parameter `cursor`. Whatever goes wrong is a \
            problem (RFC 9457).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(Problem, ProblemField)),
    tags(
        (name = "users", description = "People who are handed keys."),
        (name = "groups", description = "Sets of users."),
        (name = "files", description = "Import and export of users."),
        (name = "keys", description = "Security keys, and the rules for those that are phones."),
        (name = "tickets", description = "Activation of keys: by a QR at once, or by e-mail."),
        (name = "events", description = "The event log."),
        (name = "mails", description = "The outbox."),
        (name = "administrators", description = "Those who use the panel."),
        (name = "tokens", description = "Tokens for this API."),
    ),
)]
struct Frame;

/// What everything is added to.
pub(super) fn base() -> OpenApi {
    let mut description = Frame::openapi();
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("pocketkey_ and 43 characters")
        .description(Some(
            "A token of the workspace. What an operation lists beside it is the scope that it needs.",
        ))
        .build();
    description
        .components
        .get_or_insert_default()
        .add_security_scheme(SCHEME, SecurityScheme::Http(token));
    description
}

/// What is left to be said when everything was added.
pub(super) fn complete(description: &mut OpenApi) {
    description.info.version = env!("CARGO_PKG_VERSION").to_owned();
}
