//! The server's side of WebAuthn ceremonies, between their beginning and their end. Each is taken
//! once: whoever finishes twice finds nothing.

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    db::{DbError, Transaction, values},
    model::Timestamp,
};

/// Keeps the state of a ceremony under an unguessable name, and forgets those that are over.
///
/// # Errors
/// Any [`DbError`].
pub async fn put(
    tx: &mut Transaction,
    name: &str,
    purpose: &'static str,
    subject: Option<&str>,
    state: &impl Serialize,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<(), DbError> {
    tx.execute("DELETE FROM challenges WHERE expires_at <= $1", values![now]).await?;
    let state = serde_json::to_string(state)
        .map_err(|error| DbError::Failed(format!("the state of a ceremony: {error}")))?;
    tx.execute(
        "INSERT INTO challenges (id, purpose, subject, state, expires_at)
         VALUES ($1, $2, $3, $4, $5)",
        values![name, purpose, subject, state, expires_at],
    )
    .await
    .map(drop)
}

/// Takes the state of a ceremony away, with its subject, where it is there and not over.
///
/// # Errors
/// Any [`DbError`].
pub async fn take<T: DeserializeOwned>(
    tx: &mut Transaction,
    name: &str,
    purpose: &'static str,
    now: Timestamp,
) -> Result<Option<(Option<String>, T)>, DbError> {
    let row = tx
        .row(
            "DELETE FROM challenges WHERE id = $1 AND purpose = $2 AND expires_at > $3
             RETURNING subject, state",
            values![name, purpose, now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let state: String = row.get(1)?;
    let state = serde_json::from_str(&state)
        .map_err(|error| DbError::Failed(format!("the state of a ceremony: {error}")))?;
    Ok(Some((row.get(0)?, state)))
}
