//! Tickets, as the panel sees them.

use pocketkey_core::protocol::Digest;

use crate::{
    db::{DbError, Row, Transaction, values},
    model::{KeyId, Ticket, TicketId, TicketPurpose, TicketState},
};

/// In the order that [`read`] wants.
const COLUMNS: &str = "id, key_id, purpose, state, created_at, expires_at";

fn read(row: &Row) -> Result<Ticket, DbError> {
    let damaged = |what: &str| DbError::Failed(format!("a ticket's {what} is not understood"));
    Ok(Ticket {
        id: row.get(0)?,
        key: row.get(1)?,
        purpose: TicketPurpose::from_name(&row.get::<String>(2)?)
            .ok_or_else(|| damaged("purpose"))?,
        state: TicketState::from_name(&row.get::<String>(3)?).ok_or_else(|| damaged("state"))?,
        created_at: row.get(4)?,
        expires_at: row.get(5)?,
    })
}

/// The newest ticket of a key.
///
/// # Errors
/// Any [`DbError`].
pub async fn last(tx: &mut Transaction, key: KeyId) -> Result<Option<Ticket>, DbError> {
    let select = format!(
        "SELECT {COLUMNS} FROM tickets WHERE key_id = $1
         ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, created_at DESC, id DESC LIMIT 1"
    );
    tx.row(&select, values![key]).await?.map(|row| read(&row)).transpose()
}

/// A ticket that nobody else changes until the transaction ends.
///
/// # Errors
/// Any [`DbError`].
pub async fn lock(tx: &mut Transaction, id: TicketId) -> Result<Option<Ticket>, DbError> {
    let select = format!("SELECT {COLUMNS} FROM tickets WHERE id = $1 FOR UPDATE");
    tx.row(&select, values![id]).await?.map(|row| read(&row)).transpose()
}

/// Adds an open ticket; the key must have no other. Without the hash of a secret nobody can use it.
///
/// # Errors
/// [`DbError::Unique`], and any other.
pub async fn insert(
    tx: &mut Transaction,
    ticket: &Ticket,
    hash: Option<&Digest>,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO tickets (id, key_id, purpose, state, hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        values![
            ticket.id,
            ticket.key,
            ticket.purpose.name(),
            ticket.state.name(),
            hash.map(|hash| hash.0.to_vec()),
            ticket.created_at,
            ticket.expires_at,
        ],
    )
    .await
    .map(drop)
}

/// Gives an open ticket another secret, and says whether it is open. What was offered to the holder
/// of the one before is forgotten with it.
///
/// # Errors
/// Any [`DbError`].
pub async fn set_secret(
    tx: &mut Transaction,
    id: TicketId,
    hash: &Digest,
) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE tickets SET hash = $2, offer = NULL, registration = NULL
             WHERE id = $1 AND state = 'open'",
            values![id, hash.0],
        )
        .await?;
    Ok(changed == 1)
}

/// Takes back a key's open ticket, expired or not, and says which that was.
///
/// # Errors
/// Any [`DbError`].
pub async fn cancel(tx: &mut Transaction, key: KeyId) -> Result<Option<Ticket>, DbError> {
    let update = format!(
        "UPDATE tickets SET state = 'cancelled', registration = NULL
         WHERE key_id = $1 AND state = 'open' RETURNING {COLUMNS}"
    );
    tx.row(&update, values![key]).await?.map(|row| read(&row)).transpose()
}

/// Forgets what was offered to the holder of a key's open ticket: it says rules that no longer hold.
///
/// # Errors
/// Any [`DbError`].
pub async fn forget_offer(tx: &mut Transaction, key: KeyId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE tickets SET offer = NULL, registration = NULL
         WHERE key_id = $1 AND state = 'open'",
        values![key],
    )
    .await
    .map(drop)
}
