//! The event log.

use serde_json::json;

use super::{Change, NewEvent, ServiceError, Workspace};
use crate::{
    data::events,
    model::{
        Action, Actor, Event, EventQuery, ExportFormat, LogDamage, Page, PageRequest, Subject,
    },
};

#[cfg(test)]
mod tests;

/// Events that are read at a time for a file.
const AT_ONCE: u32 = 512;

impl Workspace {
    /// A page of events, newest first.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for a cursor that is none of this list's, or where the database
    /// fails.
    pub async fn events(
        &self,
        query: &EventQuery,
        page: &PageRequest,
    ) -> Result<Page<Event>, ServiceError> {
        events::page(&mut self.db().read().await?, query, page).await
    }

    /// The events of a query as a file, oldest first. The export is an event itself, of which the
    /// file does not tell.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn export_events(
        &self,
        actor: &Actor,
        query: &EventQuery,
        format: ExportFormat,
    ) -> Result<Vec<u8>, ServiceError> {
        let mut file = super::file::events(format)?;
        let (mut last, mut entries) = (0, 0_u64);
        let mut tx = self.db().read().await?;
        loop {
            let events = events::after(&mut tx, query, last, AT_ONCE).await?;
            let Some(event) = events.last() else { break };
            last = event.sequence;
            for event in &events {
                file.add(event)?;
                entries += 1;
            }
        }
        drop(tx);
        let details = json!({ "entries": entries });
        let event = self.workspace_event(actor, Action::EventsExported, details);
        let mut tx = self.db().write().await?;
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_workspace(Action::EventsExported)]).await?;
        file.finish()
    }

    /// Whether the log is what was written: how many entries it has, or where it is damaged.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn verify_log(&self) -> Result<Result<u64, LogDamage>, ServiceError> {
        let mut tx = self.db().read().await?;
        Ok(events::verify(&mut tx, self.id(), &self.public_key()).await?)
    }
    pub(super) fn workspace_event(
        &self,
        actor: &Actor,
        action: Action,
        details: serde_json::Value,
    ) -> NewEvent {
        NewEvent {
            at: self.now(),
            actor: actor.clone(),
            action,
            subject: Subject {
                kind: "workspace".to_owned(),
                id: self.id().to_owned(),
                name: self.config().name.clone(),
            },
            user: None,
            key: None,
            details,
        }
    }
}
