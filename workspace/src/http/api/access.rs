//! Who may call what. A handler says in its signature which scope it needs.

use std::marker::PhantomData;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::super::{ApiToken, App, Error};
use crate::model::{Actor, Scope};

/// A program whose token has a scope.
pub(super) struct May<S>(ApiToken, PhantomData<S>);

/// A scope, as a type.
pub(super) trait Needs {
    /// Which.
    const SCOPE: Scope;
}

macro_rules! scopes {
    ($($name:ident),*) => {$(
        pub(super) struct $name;

        impl Needs for $name {
            const SCOPE: Scope = Scope::$name;
        }
    )*};
}

scopes!(UsersRead, UsersWrite, KeysRead, KeysWrite, EventsRead, StaffWrite);

impl<S> May<S> {
    /// Who acts, for the event log.
    pub(super) fn actor(&self) -> Actor {
        self.0.actor()
    }
}

impl<S: Needs> FromRequestParts<App> for May<S> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let token = ApiToken::from_request_parts(parts, app).await?;
        token.require(S::SCOPE)?;
        Ok(Self(token, PhantomData))
    }
}
