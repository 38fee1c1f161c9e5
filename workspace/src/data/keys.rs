//! Keys, as the panel sees them.

use pocketkey_core::{
    policy::Settings,
    protocol::{GrantReport, KeyState},
};

use crate::{
    db::{DbError, Row, Transaction, values},
    model::{Key, KeyId, KeyKind, UserId},
};

/// In the order that [`read`] wants.
const COLUMNS: &str = "id, owner, kind, label, state, settings, policy_version, policy_fetched, \
                       device_name, created_at, activated_at, checked_in_at, left_serial, \
                       left_uses, grant_until, signed_in_at";

/// The name of a state in the database; `None`: pending.
#[must_use]
pub const fn state_name(state: Option<KeyState>) -> &'static str {
    match state {
        None => "pending",
        Some(KeyState::Active) => "active",
        Some(KeyState::Suspended) => "suspended",
        Some(KeyState::Revoked) => "revoked",
    }
}

fn read(row: &Row) -> Result<Key, DbError> {
    let damaged = |what: &str| DbError::Failed(format!("a key's {what} is not understood"));
    let state = row.get::<String>(4)?;
    let states = [None, Some(KeyState::Active), Some(KeyState::Suspended), Some(KeyState::Revoked)];
    let settings = row.get::<Option<String>>(5)?;
    let left = row.get::<Option<u64>>(12)?.zip(row.get::<Option<u32>>(13)?);
    Ok(Key {
        id: row.get(0)?,
        user: row.get(1)?,
        kind: KeyKind::from_name(&row.get::<String>(2)?).ok_or_else(|| damaged("kind"))?,
        label: row.get(3)?,
        state: states
            .into_iter()
            .find(|known| state_name(*known) == state)
            .ok_or_else(|| damaged("state"))?,
        settings: settings
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|_| damaged("settings"))?,
        policy_version: row.get(6)?,
        policy_fetched: row.get(7)?,
        device_name: row.get(8)?,
        created_at: row.get(9)?,
        activated_at: row.get(10)?,
        checked_in_at: row.get(11)?,
        grant_left: left.map(|(serial, left)| GrantReport { serial, left }),
        grant_until: row.get(14)?,
        signed_in_at: row.get(15)?,
    })
}

fn text(settings: &Settings) -> Result<String, DbError> {
    serde_json::to_string(settings).map_err(|error| DbError::Failed(error.to_string()))
}

/// A key.
///
/// # Errors
/// Any [`DbError`].
pub async fn get(tx: &mut Transaction, id: KeyId) -> Result<Option<Key>, DbError> {
    let select = format!("SELECT {COLUMNS} FROM keys WHERE id = $1");
    tx.row(&select, values![id]).await?.map(|row| read(&row)).transpose()
}

/// A key that nobody else changes until the transaction ends. Its user is locked before it.
///
/// # Errors
/// Any [`DbError`].
pub async fn lock(tx: &mut Transaction, id: KeyId) -> Result<Option<Key>, DbError> {
    let select = format!("SELECT {COLUMNS} FROM keys WHERE id = $1 FOR UPDATE");
    tx.row(&select, values![id]).await?.map(|row| read(&row)).transpose()
}

/// The keys of a user, in the order in which they were assigned.
///
/// # Errors
/// Any [`DbError`].
pub async fn of_user(tx: &mut Transaction, user: UserId) -> Result<Vec<Key>, DbError> {
    let select = format!("SELECT {COLUMNS} FROM keys WHERE owner = $1 ORDER BY created_at, id");
    tx.rows(&select, values![user]).await?.iter().map(read).collect()
}

/// Adds a key that is pending.
///
/// # Errors
/// Any [`DbError`].
pub async fn insert(tx: &mut Transaction, key: &Key) -> Result<(), DbError> {
    let settings = key.settings.as_ref().map(text).transpose()?;
    tx.execute(
        "INSERT INTO keys (id, owner, kind, label, state, settings, policy_version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![
            key.id,
            key.user,
            key.kind.name(),
            &key.label,
            state_name(key.state),
            settings,
            key.policy_version,
            key.created_at,
        ],
    )
    .await
    .map(drop)
}

/// Stores other rules with their version.
///
/// # Errors
/// Any [`DbError`].
pub async fn set_settings(
    tx: &mut Transaction,
    id: KeyId,
    settings: &Settings,
    version: u64,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE keys SET settings = $2, policy_version = $3 WHERE id = $1",
        values![id, text(settings)?, version],
    )
    .await
    .map(drop)
}

/// Stores another state. The user's [follows](super::users::refresh_state).
///
/// # Errors
/// Any [`DbError`].
pub async fn set_state(tx: &mut Transaction, id: KeyId, state: KeyState) -> Result<(), DbError> {
    tx.execute("UPDATE keys SET state = $2 WHERE id = $1", values![id, state_name(Some(state))])
        .await
        .map(drop)
}

/// Revokes every key of a user who is about to be removed, forgets by what they signed in, and says
/// which were not revoked before.
///
/// # Errors
/// Any [`DbError`].
pub async fn revoke_all(tx: &mut Transaction, user: UserId) -> Result<Vec<Key>, DbError> {
    let update = format!(
        "UPDATE keys SET state = 'revoked' WHERE owner = $1 AND state <> 'revoked'
         RETURNING {COLUMNS}"
    );
    let rows = tx.rows(&update, values![user]).await?;
    tx.execute(
        "DELETE FROM credentials WHERE key_id IN (SELECT id FROM keys WHERE owner = $1)",
        values![user],
    )
    .await?;
    rows.iter().map(read).collect()
}
