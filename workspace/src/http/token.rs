//! Programs that use the JSON API.

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};

use super::{App, Error};
use crate::model::{Actor, ActorKind, Scope, Token};

/// A program with a token that is good.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// The token.
    pub token: Token,
}

impl ApiToken {
    /// Goes on only where the token has this scope.
    ///
    /// # Errors
    /// [`Error::ScopeNeeded`].
    pub fn require(&self, scope: Scope) -> Result<(), Error> {
        if self.token.scopes.contains(&scope) { Ok(()) } else { Err(Error::ScopeNeeded(scope)) }
    }

    /// Who acts, for the event log.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            kind: ActorKind::Token,
            id: self.token.id.to_string(),
            name: self.token.label.clone(),
        }
    }
}

impl FromRequestParts<App> for ApiToken {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let text = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or(Error::TokenNeeded)?;
        let token = app.workspace.token_by_text(text).await?.ok_or(Error::TokenNeeded)?;
        Ok(Self { token })
    }
}
