//! The outbox.

use crate::{
    db::{DbError, Transaction, values},
    model::{MailId, Ticket, Timestamp, User},
};

/// Puts a message into the outbox that carries a ticket. Its text, with the ticket's secret, is made
/// each time it is sent.
///
/// # Errors
/// Any [`DbError`].
pub async fn queue(
    tx: &mut Transaction,
    user: &User,
    address: &str,
    subject: &str,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<MailId, DbError> {
    let id = MailId::new();
    tx.execute(
        "INSERT INTO outbox
             (id, addressee, address, subject, purpose, ticket_id, state, created_at,
              next_attempt_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $7)",
        values![id, user.id, address, subject, ticket.purpose.name(), ticket.id, now],
    )
    .await?;
    Ok(id)
}
