//! Sessions of the panel and of the sign-in page.

use crate::{
    db::{DbError, Row, Transaction, values},
    model::{Administrator, AdministratorId, KeyId, Role, SessionId, Timestamp, UserId},
    service::Session,
};

/// Whose a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Of the panel.
    Administrator(AdministratorId),
    /// Of the sign-in page: with which key.
    User(UserId, KeyId),
}

/// A session that has begun, and how its secret is recognised.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// SHA-256 of its secret.
    pub hash: &'a [u8],
    /// Whose it is.
    pub owner: Owner,
    /// When it begins.
    pub now: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// Begins a session, and forgets those that have ended.
///
/// # Errors
/// Any [`DbError`].
pub async fn begin(tx: &mut Transaction, new: &NewSession<'_>) -> Result<SessionId, DbError> {
    tx.execute("DELETE FROM sessions WHERE expires_at <= $1", values![new.now]).await?;
    let id = SessionId::new();
    let (administrator, holder, key) = match new.owner {
        Owner::Administrator(id) => (Some(id), None, None),
        Owner::User(user, key) => (None, Some(user), Some(key)),
    };
    tx.execute(
        "INSERT INTO sessions
         (id, hash, administrator, holder, key_id, created_at, seen_at, authenticated_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $6, $7)",
        values![id, new.hash, administrator, holder, key, new.now, new.expires_at],
    )
    .await?;
    Ok(id)
}

/// The panel's session with this hash, used after `seen_after` and not ended; and when it was seen.
///
/// # Errors
/// Any [`DbError`].
pub async fn of_panel(
    tx: &mut Transaction,
    hash: &[u8],
    now: Timestamp,
    seen_after: Timestamp,
) -> Result<Option<(Session, Timestamp, Administrator)>, DbError> {
    let row = tx
        .row(
            "SELECT s.id, s.authenticated_at, s.expires_at, s.seen_at,
                    a.id, a.user_name, a.name, a.role, a.created_at
             FROM sessions s JOIN administrators a ON a.id = s.administrator
             WHERE s.hash = $1 AND s.expires_at > $2 AND s.seen_at > $3",
            values![hash, now, seen_after],
        )
        .await?;
    row.map(|row| {
        let administrator = Administrator {
            id: row.get(4)?,
            user_name: row.get(5)?,
            name: row.get(6)?,
            role: role(&row, 7)?,
            created_at: row.get(8)?,
        };
        Ok((session(&row)?, row.get(3)?, administrator))
    })
    .transpose()
}

/// The sign-in page's session with this hash: not ended, its user not blocked, its key active.
///
/// # Errors
/// Any [`DbError`].
pub async fn of_user(
    tx: &mut Transaction,
    hash: &[u8],
    now: Timestamp,
    seen_after: Timestamp,
) -> Result<Option<(Session, Timestamp, UserId, KeyId)>, DbError> {
    let row = tx
        .row(
            "SELECT s.id, s.authenticated_at, s.expires_at, s.seen_at, u.id, k.id
             FROM sessions s JOIN users u ON u.id = s.holder JOIN keys k ON k.id = s.key_id
             WHERE s.hash = $1 AND s.expires_at > $2 AND s.seen_at > $3
               AND u.blocked = 0 AND k.state = 'active' AND k.owner = u.id",
            values![hash, now, seen_after],
        )
        .await?;
    row.map(|row| Ok((session(&row)?, row.get(3)?, row.get(4)?, row.get(5)?))).transpose()
}

/// Says that a session was used.
///
/// # Errors
/// Any [`DbError`].
pub async fn seen(tx: &mut Transaction, id: SessionId, now: Timestamp) -> Result<(), DbError> {
    tx.execute("UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2", values![id, now])
        .await
        .map(drop)
}

/// Its owner has proven again who they are: the session goes on with another secret.
///
/// # Errors
/// Any [`DbError`].
pub async fn confirmed(
    tx: &mut Transaction,
    id: SessionId,
    hash: &[u8],
    now: Timestamp,
) -> Result<bool, DbError> {
    tx.execute(
        "UPDATE sessions SET hash = $2, authenticated_at = $3, seen_at = $3 WHERE id = $1",
        values![id, hash, now],
    )
    .await
    .map(|rows| rows == 1)
}

/// Ends a session; whether there was one.
///
/// # Errors
/// Any [`DbError`].
pub async fn end(tx: &mut Transaction, id: SessionId) -> Result<bool, DbError> {
    tx.execute("DELETE FROM sessions WHERE id = $1", values![id]).await.map(|rows| rows == 1)
}

/// Ends every session of an administrator but this one, and says how many.
///
/// # Errors
/// Any [`DbError`].
pub async fn end_others(
    tx: &mut Transaction,
    administrator: AdministratorId,
    but: Option<SessionId>,
) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM sessions
         WHERE administrator = $1 AND (CAST($2 AS TEXT) IS NULL OR id <> $2)",
        values![administrator, but],
    )
    .await
}

/// Ends every session of a user that was begun with this key; with any key, where none is named.
///
/// # Errors
/// Any [`DbError`].
pub async fn end_of_user(
    tx: &mut Transaction,
    user: UserId,
    key: Option<KeyId>,
) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM sessions
         WHERE holder = $1 AND (CAST($2 AS TEXT) IS NULL OR key_id = $2)",
        values![user, key],
    )
    .await
}

fn session(row: &Row) -> Result<Session, DbError> {
    Ok(Session { id: row.get(0)?, authenticated_at: row.get(1)?, expires_at: row.get(2)? })
}

pub(super) fn role(row: &Row, column: usize) -> Result<Role, DbError> {
    let name: String = row.get(column)?;
    Role::from_name(&name).ok_or_else(|| DbError::Failed(format!("{name:?} is no role")))
}
