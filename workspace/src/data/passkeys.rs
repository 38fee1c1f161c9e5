//! Administrators' passkeys.

use crate::{
    db::{DbError, Row, Transaction, values},
    model::{AdministratorId, Passkey, PasskeyId, Timestamp},
};

const COLUMNS: &str = "id, administrator, label, created_at, used_at";

/// Adds a passkey: `credential` is what WebAuthn's server side keeps of it, as JSON.
///
/// # Errors
/// [`DbError::Unique`] for a credential that is there already.
pub async fn add(
    tx: &mut Transaction,
    new: &Passkey,
    credential_id: &[u8],
    credential: &str,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO passkeys (id, administrator, label, credential_id, passkey, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        values![new.id, new.administrator, &new.label, credential_id, credential, new.created_at],
    )
    .await
    .map(drop)
}

/// An administrator's passkeys, in the order in which they were added.
///
/// # Errors
/// Any [`DbError`].
pub async fn of(
    tx: &mut Transaction,
    administrator: AdministratorId,
) -> Result<Vec<Passkey>, DbError> {
    tx.rows(
        &format!("SELECT {COLUMNS} FROM passkeys WHERE administrator = $1 ORDER BY created_at, id"),
        values![administrator],
    )
    .await?
    .iter()
    .map(passkey)
    .collect()
}

/// An administrator's passkeys' credential IDs.
///
/// # Errors
/// Any [`DbError`].
pub async fn credential_ids(
    tx: &mut Transaction,
    administrator: AdministratorId,
) -> Result<Vec<Vec<u8>>, DbError> {
    tx.rows("SELECT credential_id FROM passkeys WHERE administrator = $1", values![administrator])
        .await?
        .iter()
        .map(|row| row.get(0))
        .collect()
}

/// The passkey with this credential ID and what is kept of it, locked until the transaction's end.
///
/// # Errors
/// Any [`DbError`].
pub async fn by_credential(
    tx: &mut Transaction,
    credential_id: &[u8],
) -> Result<Option<(Passkey, String)>, DbError> {
    tx.row(
        &format!("SELECT {COLUMNS}, passkey FROM passkeys WHERE credential_id = $1 FOR UPDATE"),
        values![credential_id],
    )
    .await?
    .map(|row| Ok((passkey(&row)?, row.get(5)?)))
    .transpose()
}

/// Says that a passkey was used, and what is kept of it now.
///
/// # Errors
/// Any [`DbError`].
pub async fn used(
    tx: &mut Transaction,
    id: PasskeyId,
    credential: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE passkeys SET passkey = $2, used_at = $3 WHERE id = $1",
        values![id, credential, now],
    )
    .await
    .map(drop)
}

/// Removes an administrator's passkey, and says which it was.
///
/// # Errors
/// Any [`DbError`].
pub async fn remove(
    tx: &mut Transaction,
    administrator: AdministratorId,
    id: PasskeyId,
) -> Result<Option<Passkey>, DbError> {
    tx.row(
        &format!("DELETE FROM passkeys WHERE id = $1 AND administrator = $2 RETURNING {COLUMNS}"),
        values![id, administrator],
    )
    .await?
    .map(|row| passkey(&row))
    .transpose()
}

fn passkey(row: &Row) -> Result<Passkey, DbError> {
    Ok(Passkey {
        id: row.get(0)?,
        administrator: row.get(1)?,
        label: row.get(2)?,
        created_at: row.get(3)?,
        used_at: row.get(4)?,
    })
}
