//! The event log.

use super::{ServiceError, Workspace};
use crate::model::{Actor, Event, EventQuery, ExportFormat, LogDamage, Page, PageRequest};

impl Workspace {
    /// A page of events, newest first.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for a cursor that is none of this list's, or where the database
    /// fails.
    pub async fn events(
        &self,
        _query: &EventQuery,
        _page: &PageRequest,
    ) -> Result<Page<Event>, ServiceError> {
        todo!()
    }

    /// The events of a query as a file, oldest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn export_events(
        &self,
        _actor: &Actor,
        _query: &EventQuery,
        _format: ExportFormat,
    ) -> Result<Vec<u8>, ServiceError> {
        todo!()
    }

    /// Whether the log is what was written: how many entries it has, or where it is damaged.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn verify_log(&self) -> Result<Result<u64, LogDamage>, ServiceError> {
        todo!()
    }
}
