//! What handlers fail with, and how it is shown: as a page to a person, as a problem (RFC 9457) to a
//! program.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::App;
use crate::{
    model::{Role, Scope},
    service::{FieldError, ServiceError},
};

mod show;

pub(super) use show::show;

/// Why a request was not served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What the workspace says.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// Nobody is signed in. A browser is sent to the page where administrators do so.
    #[error("sign in first")]
    SignInNeeded,
    /// No user is signed in. A browser is sent to the page where users do so.
    #[error("sign in first")]
    UserSignInNeeded,
    /// The sign-in was too long ago for this. A browser is sent to a page that asks again, and then
    /// to this one.
    #[error("confirm that it is you first, at /admin/confirm")]
    ConfirmationNeeded(&'static str),
    /// No token, or none that is good.
    #[error("an API token is needed: Authorization: Bearer …")]
    TokenNeeded,
    /// The administrator's role does not allow it.
    #[error("this needs the role of {}", .0.name())]
    RoleNeeded(Role),
    /// The token's scopes do not allow it.
    #[error("this needs a token with the scope {}", .0.name())]
    ScopeNeeded(Scope),
    /// The request is not proven to come from one of our own pages.
    #[error("the page was too old: go back, load it again, and repeat what you did")]
    Csrf,
    /// The request cannot be read.
    #[error("{0}")]
    BadRequest(String),
    /// There is no such address.
    #[error("there is nothing at this address")]
    NoSuchPage,
    /// Another status that the server gave, such as that of a body that is too long.
    #[error("{}", .0.canonical_reason().unwrap_or("the request was not served"))]
    Status(StatusCode),
}

/// What is shown of an error; carried with the answer to [`show`].
#[derive(Debug, Clone)]
struct Shown {
    status: StatusCode,
    kind: Kind,
    /// A URI of its own, or `about:blank`.
    uri: &'static str,
    detail: String,
    fields: Vec<FieldError>,
    retry_after: Option<Duration>,
}

/// Whether a browser is better sent elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    SignIn,
    UserSignIn,
    Confirm(&'static str),
    Token,
}

impl Error {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Service(error) => match error {
                ServiceError::NotFound(_) => StatusCode::NOT_FOUND,
                ServiceError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
                ServiceError::Conflict(_) => StatusCode::CONFLICT,
                ServiceError::Forbidden(_) => StatusCode::FORBIDDEN,
                ServiceError::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
                ServiceError::Problem(problem) => show::status_of(*problem),
                ServiceError::Database(_) | ServiceError::Internal(_) => {
                    StatusCode::INTERNAL_SERVER_ERROR
                }
            },
            Self::SignInNeeded | Self::UserSignInNeeded | Self::TokenNeeded => {
                StatusCode::UNAUTHORIZED
            }
            Self::ConfirmationNeeded(_)
            | Self::RoleNeeded(_)
            | Self::ScopeNeeded(_)
            | Self::Csrf => StatusCode::FORBIDDEN,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::NoSuchPage => StatusCode::NOT_FOUND,
            Self::Status(status) => *status,
        }
    }

    fn shown(self) -> Shown {
        let status = self.status();
        let kind = match self {
            Self::SignInNeeded => Kind::SignIn,
            Self::UserSignInNeeded => Kind::UserSignIn,
            Self::ConfirmationNeeded(page) => Kind::Confirm(page),
            Self::TokenNeeded => Kind::Token,
            _ => Kind::Plain,
        };
        let uri = match &self {
            Self::Service(ServiceError::Problem(problem)) => problem.uri(),
            _ => "about:blank",
        };
        let retry_after = match &self {
            Self::Service(ServiceError::Throttled { retry_after }) => Some(*retry_after),
            _ => None,
        };
        let detail = match &self {
            // What failed inside is for the operator's log, not for whoever asks.
            Self::Service(ServiceError::Database(_) | ServiceError::Internal(_)) => {
                "the workspace could not do it: try again, or ask who runs it to look into its log"
                    .to_owned()
            }
            error => error.to_string(),
        };
        let fields = match self {
            Self::Service(ServiceError::Invalid(fields)) => fields,
            _ => Vec::new(),
        };
        Shown { status, kind, uri, detail, fields, retry_after }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Self::Service(error @ (ServiceError::Database(_) | ServiceError::Internal(_))) =
            &self
        {
            tracing::error!(%error, "a request failed");
        }
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self.shown());
        response
    }
}

macro_rules! from_rejections {
    ($($rejection:ty),* $(,)?) => {$(
        impl From<$rejection> for Error {
            fn from(rejection: $rejection) -> Self {
                match rejection.status() {
                    StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
                        Self::BadRequest(rejection.body_text())
                    }
                    status => Self::Status(status),
                }
            }
        }
    )*};
}

from_rejections! {
    axum::extract::rejection::BytesRejection,
    axum::extract::rejection::FormRejection,
    axum::extract::rejection::JsonRejection,
    axum::extract::rejection::PathRejection,
    axum::extract::rejection::QueryRejection,
    axum::extract::multipart::MultipartError,
    axum::extract::multipart::MultipartRejection,
}
