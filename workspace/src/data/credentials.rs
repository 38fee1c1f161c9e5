//! The credentials by which users' keys sign in at the workspace itself.

use webauthn_rs::prelude::Passkey;

use crate::{
    db::{DbError, Row, Transaction, Value, values},
    model::{KeyId, Timestamp, UserId},
};

/// What [`add`] breaks where a key has the credential already.
pub const UNIQUE: &str = "credentials_credential_id_key";

/// Keeps a new credential of a key.
///
/// # Errors
/// [`DbError::Unique`] ([`UNIQUE`]) where any key has it already.
pub async fn add(
    tx: &mut Transaction,
    key: KeyId,
    passkey: &Passkey,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO credentials (id, credential_id, key_id, passkey, created_at)
         VALUES ($1, $2, $3, $4, $5)",
        values![
            uuid::Uuid::now_v7().to_string(),
            passkey.cred_id().as_slice(),
            key,
            json(passkey)?,
            now
        ],
    )
    .await
    .map(drop)
}

/// Which key has the credential with this ID, and whose key that is.
///
/// # Errors
/// Any [`DbError`].
pub async fn holder(
    tx: &mut Transaction,
    credential_id: &[u8],
) -> Result<Option<(KeyId, UserId)>, DbError> {
    let row = tx
        .row(
            "SELECT c.key_id, k.owner FROM credentials c JOIN keys k ON k.id = c.key_id
             WHERE c.credential_id = $1",
            values![credential_id],
        )
        .await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// What verifies the signatures of the credential with this ID. Nobody else changes it before the
/// transaction ends, so that no counter is compared with one that another sign-in replaces.
///
/// # Errors
/// Any [`DbError`].
pub async fn lock(tx: &mut Transaction, credential_id: &[u8]) -> Result<Option<Passkey>, DbError> {
    let row = tx
        .row(
            "SELECT passkey FROM credentials WHERE credential_id = $1 FOR UPDATE",
            values![credential_id],
        )
        .await?;
    row.map(|row| passkey(&row, 0)).transpose()
}

/// Every credential of a user's keys that are not revoked.
///
/// # Errors
/// Any [`DbError`].
pub async fn of_user(tx: &mut Transaction, user: UserId) -> Result<Vec<Passkey>, DbError> {
    let rows = tx
        .rows(
            "SELECT c.passkey FROM credentials c JOIN keys k ON k.id = c.key_id
             WHERE k.owner = $1 AND k.state <> 'revoked' ORDER BY c.created_at, c.id",
            values![user],
        )
        .await?;
    rows.iter().map(|row| passkey(row, 0)).collect()
}

/// Keeps what a sign-in has changed about a credential, and when it was.
///
/// # Errors
/// Any [`DbError`].
pub async fn used(tx: &mut Transaction, passkey: &Passkey, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE credentials SET passkey = $1, used_at = $2 WHERE credential_id = $3",
        values![json(passkey)?, now, passkey.cred_id().as_slice()],
    )
    .await
    .map(drop)
}

fn passkey(row: &Row, column: usize) -> Result<Passkey, DbError> {
    serde_json::from_str(&row.get::<String>(column)?)
        .map_err(|error| DbError::Failed(format!("a stored credential: {error}")))
}

fn json(passkey: &Passkey) -> Result<Value, DbError> {
    serde_json::to_string(passkey)
        .map(Value::Text)
        .map_err(|error| DbError::Failed(format!("a credential: {error}")))
}
