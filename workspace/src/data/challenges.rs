//! WebAuthn ceremonies that have begun: any instance can finish one, once.

use crate::{
    db::{DbError, Transaction, values},
    model::Timestamp,
};

/// Keeps the server's side of a ceremony, and forgets those that were never finished.
///
/// # Errors
/// Any [`DbError`].
pub async fn keep(
    tx: &mut Transaction,
    id: &str,
    purpose: &str,
    binding: &[u8],
    state: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), DbError> {
    tx.execute("DELETE FROM challenges WHERE expires_at <= $1", values![now]).await?;
    tx.execute(
        "INSERT INTO challenges (id, purpose, binding, state, expires_at)
         VALUES ($1, $2, $3, $4, $5)",
        values![id, purpose, binding, state, expires_at],
    )
    .await
    .map(drop)
}

/// The server's side of a ceremony, which cannot be taken again; `None` where there is none of this
/// purpose that this browser began less than its time ago.
///
/// # Errors
/// Any [`DbError`].
pub async fn take(
    tx: &mut Transaction,
    id: &str,
    purpose: &str,
    binding: &[u8],
    now: Timestamp,
) -> Result<Option<String>, DbError> {
    tx.row(
        "DELETE FROM challenges
         WHERE id = $1 AND purpose = $2 AND binding = $3 AND expires_at > $4 RETURNING state",
        values![id, purpose, binding, now],
    )
    .await?
    .map(|row| row.get(0))
    .transpose()
}
