//! What is wrong with a form that is shown again.

use crate::service::{FieldError, ServiceError};

/// The errors of a form, by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormErrors(Vec<FieldError>);

impl FormErrors {
    /// No errors: the form is shown for the first time.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The errors that somebody who filled in the form can do something about, or the error itself
    /// where it is another.
    ///
    /// # Errors
    /// Every [`ServiceError`] but [`ServiceError::Invalid`] and [`ServiceError::Conflict`]; the
    /// latter belongs to [`FORM`](Self::FORM).
    pub fn from_service(error: ServiceError) -> Result<Self, ServiceError> {
        match error {
            ServiceError::Invalid(errors) => Ok(Self(errors)),
            ServiceError::Conflict(message) => Ok(Self(vec![FieldError::new(Self::FORM, message)])),
            other => Err(other),
        }
    }

    /// The field of errors that belong to the form as a whole.
    pub const FORM: &'static str = "form";

    /// One more error.
    pub fn push(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }

    /// Whether there are any.
    #[must_use]
    pub const fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// All of them, in order.
    #[must_use]
    pub fn all(&self) -> &[FieldError] {
        &self.0
    }

    /// What is wrong with `field`.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// Whether something is wrong with `field`.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.of(field).is_some()
    }
}

impl From<Vec<FieldError>> for FormErrors {
    fn from(errors: Vec<FieldError>) -> Self {
        Self(errors)
    }
}
