//! Tickets, by which keys are activated.

use super::{ServiceError, Workspace};
use crate::model::{Actor, IssuedTicket, KeyId, Ticket, TicketPurpose};

impl Workspace {
    /// The ticket by which a key can be activated now.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] where there is no such key.
    pub async fn open_ticket(&self, _key: KeyId) -> Result<Option<Ticket>, ServiceError> {
        todo!()
    }

    /// The newest ticket of a key, whatever has become of it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] where there is no such key.
    pub async fn last_ticket(&self, _key: KeyId) -> Result<Option<Ticket>, ServiceError> {
        todo!()
    }

    /// Makes a ticket for a pending key; the one before it can no longer be used.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where the key is not pending, its user
    /// blocked or the purpose none of its kind's, [`ServiceError::Invalid`] of the field `email`
    /// where the user has none.
    pub async fn issue_ticket(
        &self,
        _actor: &Actor,
        _key: KeyId,
        _purpose: TicketPurpose,
    ) -> Result<IssuedTicket, ServiceError> {
        todo!()
    }

    /// Takes back a key's open ticket.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where there is none.
    pub async fn cancel_ticket(&self, _actor: &Actor, _key: KeyId) -> Result<(), ServiceError> {
        todo!()
    }
}
