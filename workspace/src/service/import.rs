//! Users from and to files of comma-separated values.

use super::{ServiceError, Workspace};
use crate::model::{Actor, ImportPreview, ImportReport, UserQuery};

/// The largest file that is read, in bytes.
pub const MAX_IMPORT_SIZE: usize = 8 * 1024 * 1024;

impl Workspace {
    /// What an import of this file would do.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] of the field `file`, where it is no such file.
    pub async fn preview_import(&self, _file: &[u8]) -> Result<ImportPreview, ServiceError> {
        todo!()
    }

    /// Imports a file, leaving out the lines that are wrong.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] of the field `file`, where it is no such file.
    pub async fn import(&self, _actor: &Actor, _file: &[u8]) -> Result<ImportReport, ServiceError> {
        todo!()
    }

    /// The users of a query as a file, which can be imported again.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn export_users(
        &self,
        _actor: &Actor,
        _query: &UserQuery,
    ) -> Result<Vec<u8>, ServiceError> {
        todo!()
    }
}
