//! Why something was not done.

use std::time::Duration;

use pocketkey_core::{policy::SettingsError, protocol::Problem};

use crate::db::DbError;

/// What is wrong with one field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name in forms and in the API.
    pub field: &'static str,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl FieldError {
    /// An error of `field`.
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

/// Why something was not done; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// There is no such thing: `user`, `key`, …
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Some fields are not what they should be.
    #[error("some fields need another value")]
    Invalid(Vec<FieldError>),
    /// It does not fit the state that things are in.
    #[error("{0}")]
    Conflict(String),
    /// It is not theirs to do.
    #[error("{0}")]
    Forbidden(String),
    /// Too many attempts.
    #[error("too many attempts: try again in {} seconds", retry_after.as_secs())]
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// What a phone is told.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Something that should not be.
    #[error("{0}")]
    Internal(String),
}

impl From<SettingsError> for ServiceError {
    fn from(error: SettingsError) -> Self {
        let field = match error {
            SettingsError::Uses => "offline_uses",
            SettingsError::Days => "offline_days",
            SettingsError::ProximityWithReader => "bluetooth_proximity",
            SettingsError::StorageNotOffered => "credential_storage",
        };
        Self::Invalid(vec![FieldError::new(field, error.to_string())])
    }
}
