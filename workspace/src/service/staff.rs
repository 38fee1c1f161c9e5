//! Those who run the workspace: how the first owner begins, and others are invited.

use super::{Secret, ServiceError, Workspace};
use crate::data::administrators;
use crate::model::Timestamp;

impl Workspace {
    /// A one-time link's secret for the first owner, in place of earlier ones; `None` where there is
    /// an administrator already.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn new_set_up_link(&self) -> Result<Option<Secret>, ServiceError> {
        let mut tx = self.db().write().await?;
        if administrators::any(&mut tx).await? {
            return Ok(None);
        }
        let secret = Secret::new()?;
        let never = Timestamp(i64::MAX);
        administrators::keep_link(&mut tx, &secret.hash(), None, self.now(), never).await?;
        tx.commit().await?;
        Ok(Some(secret))
    }
}
