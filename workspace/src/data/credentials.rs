//! The credentials by which users' keys sign in at the workspace itself.

use webauthn_rs::prelude::Passkey;

use crate::{
    db::{DbError, Row, Transaction, Value, values},
    model::{KeyId, Timestamp, UserId},
};

/// A credential as it is stored.
#[derive(Debug, Clone)]
pub struct StoredCredential {
    /// Which key has it.
    pub key: KeyId,
    /// Whose key that is.
    pub owner: UserId,
    /// What verifies its signatures, and the last counter.
    pub passkey: Passkey,
}

/// Keeps a new credential of a key.
///
/// # Errors
/// [`DbError::Unique`] (`credentials_credential_id_key`) where any key has it already.
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
            key.to_string(),
            json(passkey)?,
            now
        ],
    )
    .await
    .map(drop)
}

/// The credential with this ID. Its row is locked until the transaction ends, so that no counter is
/// compared with one that another sign-in replaces.
pub async fn find(
    tx: &mut Transaction,
    credential_id: &[u8],
) -> Result<Option<StoredCredential>, DbError> {
    tx.row(
        "SELECT c.key_id, k.owner, c.passkey FROM credentials c JOIN keys k ON k.id = c.key_id
         WHERE c.credential_id = $1 FOR UPDATE OF c",
        values![credential_id],
    )
    .await?
    .map(|row| stored(&row))
    .transpose()
}

/// Whose key has the credential with this ID, without locking anything.
pub async fn owner(
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

/// Every credential of a user's keys that are not revoked.
pub async fn of_user(
    tx: &mut Transaction,
    user: UserId,
) -> Result<Vec<StoredCredential>, DbError> {
    let rows = tx
        .rows(
            "SELECT c.key_id, k.owner, c.passkey FROM credentials c JOIN keys k ON k.id = c.key_id
             WHERE k.owner = $1 AND k.state <> 'revoked' ORDER BY c.created_at, c.id",
            values![user.to_string()],
        )
        .await?;
    rows.iter().map(stored).collect()
}

/// Keeps what a sign-in has changed about a credential, and when it was.
pub async fn used(
    tx: &mut Transaction,
    passkey: &Passkey,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE credentials SET passkey = $1, used_at = $2 WHERE credential_id = $3",
        values![json(passkey)?, now, passkey.cred_id().as_slice()],
    )
    .await
    .map(drop)
}

fn stored(row: &Row) -> Result<StoredCredential, DbError> {
    let passkey: String = row.get(2)?;
    let passkey = serde_json::from_str(&passkey)
        .map_err(|error| DbError::Failed(format!("a stored credential: {error}")))?;
    Ok(StoredCredential { key: row.get(0)?, owner: row.get(1)?, passkey })
}

fn json(passkey: &Passkey) -> Result<Value, DbError> {
    serde_json::to_string(passkey)
        .map(Value::Text)
        .map_err(|error| DbError::Failed(format!("a credential: {error}")))
}
