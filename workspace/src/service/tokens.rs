//! Tokens for the JSON API.

use super::{Secret, ServiceError, Workspace};
use crate::model::Token;

impl Workspace {
    /// The token with this secret, where it is good.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn token_by_secret(&self, _secret: &Secret) -> Result<Option<Token>, ServiceError> {
        todo!()
    }
}
