//! Administrators, the links by which they begin, and failed sign-ins.

use super::sessions::role;
use crate::{
    db::{DbError, Row, Transaction, values},
    model::{Administrator, AdministratorId, Role, Timestamp},
};

const COLUMNS: &str = "id, user_name, name, role, created_at";

/// Adds an administrator, without a password where there is none yet.
///
/// # Errors
/// [`DbError::Unique`] for a user name that another one has.
pub async fn add(
    tx: &mut Transaction,
    new: &Administrator,
    password: Option<&str>,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO administrators
         (id, user_name, user_name_key, name, role, password, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        values![
            new.id,
            &new.user_name,
            new.user_name.to_lowercase(),
            &new.name,
            new.role.name(),
            password,
            new.created_at
        ],
    )
    .await
    .map(drop)
}

/// Whether there is any.
///
/// # Errors
/// Any [`DbError`].
pub async fn any(tx: &mut Transaction) -> Result<bool, DbError> {
    Ok(tx.row("SELECT 1 FROM administrators LIMIT 1", &[]).await?.is_some())
}

/// All of them, by name.
///
/// # Errors
/// Any [`DbError`].
pub async fn all(tx: &mut Transaction) -> Result<Vec<Administrator>, DbError> {
    tx.rows(&format!("SELECT {COLUMNS} FROM administrators ORDER BY name, id"), &[])
        .await?
        .iter()
        .map(administrator)
        .collect()
}

/// One of them; `lock`ed until the transaction's end.
///
/// # Errors
/// Any [`DbError`].
pub async fn get(
    tx: &mut Transaction,
    id: AdministratorId,
    lock: bool,
) -> Result<Option<Administrator>, DbError> {
    let lock = if lock { " FOR UPDATE" } else { "" };
    tx.row(&format!("SELECT {COLUMNS} FROM administrators WHERE id = $1{lock}"), values![id])
        .await?
        .map(|row| administrator(&row))
        .transpose()
}

/// The one with this user name, whatever its case, and their password's hash.
///
/// # Errors
/// Any [`DbError`].
pub async fn by_user_name(
    tx: &mut Transaction,
    user_name: &str,
) -> Result<Option<(Administrator, Option<String>)>, DbError> {
    tx.row(
        &format!("SELECT {COLUMNS}, password FROM administrators WHERE user_name_key = $1"),
        values![user_name.to_lowercase()],
    )
    .await?
    .map(|row| Ok((administrator(&row)?, row.get(5)?)))
    .transpose()
}

/// A password's hash.
///
/// # Errors
/// Any [`DbError`].
pub async fn password(
    tx: &mut Transaction,
    id: AdministratorId,
) -> Result<Option<String>, DbError> {
    match tx.row("SELECT password FROM administrators WHERE id = $1", values![id]).await? {
        Some(row) => row.get(0),
        None => Ok(None),
    }
}

/// Sets a password.
///
/// # Errors
/// Any [`DbError`].
pub async fn set_password(
    tx: &mut Transaction,
    id: AdministratorId,
    password: &str,
) -> Result<(), DbError> {
    tx.execute("UPDATE administrators SET password = $2 WHERE id = $1", values![id, password])
        .await
        .map(drop)
}

/// Sets a role.
///
/// # Errors
/// Any [`DbError`].
pub async fn set_role(
    tx: &mut Transaction,
    id: AdministratorId,
    role: Role,
) -> Result<(), DbError> {
    tx.execute("UPDATE administrators SET role = $2 WHERE id = $1", values![id, role.name()])
        .await
        .map(drop)
}

/// Removes one, with their sessions, passkeys and links.
///
/// # Errors
/// Any [`DbError`].
pub async fn remove(tx: &mut Transaction, id: AdministratorId) -> Result<(), DbError> {
    tx.execute("DELETE FROM administrators WHERE id = $1", values![id]).await.map(drop)
}

/// The owners who have a password, locked until the transaction's end: who decides about the last
/// one decides alone.
///
/// # Errors
/// Any [`DbError`].
pub async fn owners(tx: &mut Transaction) -> Result<Vec<AdministratorId>, DbError> {
    tx.rows(
        "SELECT id FROM administrators WHERE role = 'owner' AND password IS NOT NULL
         ORDER BY id FOR UPDATE",
        &[],
    )
    .await?
    .iter()
    .map(|row| row.get(0))
    .collect()
}

fn administrator(row: &Row) -> Result<Administrator, DbError> {
    Ok(Administrator {
        id: row.get(0)?,
        user_name: row.get(1)?,
        name: row.get(2)?,
        role: role(row, 3)?,
        created_at: row.get(4)?,
    })
}

/// Keeps a one-time link, in place of earlier ones for the same: for the first owner where there is
/// no administrator.
///
/// # Errors
/// Any [`DbError`].
pub async fn keep_link(
    tx: &mut Transaction,
    hash: &[u8],
    administrator: Option<AdministratorId>,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), DbError> {
    remove_links(tx, administrator).await?;
    tx.execute(
        "INSERT INTO set_up_links (hash, administrator, created_at, expires_at)
         VALUES ($1, $2, $3, $4)",
        values![hash, administrator, now, expires_at],
    )
    .await
    .map(drop)
}

/// Makes earlier links worthless.
///
/// # Errors
/// Any [`DbError`].
pub async fn remove_links(
    tx: &mut Transaction,
    administrator: Option<AdministratorId>,
) -> Result<(), DbError> {
    match administrator {
        Some(id) => {
            tx.execute("DELETE FROM set_up_links WHERE administrator = $1", values![id]).await
        }
        None => tx.execute("DELETE FROM set_up_links WHERE administrator IS NULL", &[]).await,
    }
    .map(drop)
}

/// Whom a link is for, where it is good: `Some(None)` for the first owner.
///
/// # Errors
/// Any [`DbError`].
pub async fn link(
    tx: &mut Transaction,
    hash: &[u8],
    now: Timestamp,
) -> Result<Option<Option<AdministratorId>>, DbError> {
    tx.row(
        "SELECT administrator FROM set_up_links WHERE hash = $1 AND expires_at > $2",
        values![hash, now],
    )
    .await?
    .map(|row| row.get(0))
    .transpose()
}

/// Uses a link: whom it was for, where it was good. Of two who use it at once, one finds it gone.
///
/// # Errors
/// Any [`DbError`].
pub async fn use_link(
    tx: &mut Transaction,
    hash: &[u8],
    now: Timestamp,
) -> Result<Option<Option<AdministratorId>>, DbError> {
    tx.row(
        "DELETE FROM set_up_links WHERE hash = $1 AND expires_at > $2 RETURNING administrator",
        values![hash, now],
    )
    .await?
    .map(|row| row.get(0))
    .transpose()
}

/// Failed sign-ins with one name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attempts {
    /// How many, without one that went well between them.
    pub failures: u32,
    /// When the last one was.
    pub last_at: Timestamp,
    /// Until when the next one is refused.
    pub locked_until: Timestamp,
}

/// The failed sign-ins with a name, locked until the transaction's end.
///
/// # Errors
/// Any [`DbError`].
pub async fn attempts(tx: &mut Transaction, name_hash: &[u8]) -> Result<Attempts, DbError> {
    tx.execute(
        "INSERT INTO attempts (name_hash, failures, last_at, locked_until) VALUES ($1, 0, 0, 0)
         ON CONFLICT (name_hash) DO NOTHING",
        values![name_hash],
    )
    .await?;
    let row = tx
        .row(
            "SELECT failures, last_at, locked_until FROM attempts WHERE name_hash = $1 FOR UPDATE",
            values![name_hash],
        )
        .await?;
    row.map_or(Ok(Attempts::default()), |row| {
        Ok(Attempts { failures: row.get(0)?, last_at: row.get(1)?, locked_until: row.get(2)? })
    })
}

/// Keeps what is known of sign-ins with a name.
///
/// # Errors
/// Any [`DbError`].
pub async fn set_attempts(
    tx: &mut Transaction,
    name_hash: &[u8],
    attempts: &Attempts,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE attempts SET failures = $2, last_at = $3, locked_until = $4 WHERE name_hash = $1",
        values![name_hash, attempts.failures, attempts.last_at, attempts.locked_until],
    )
    .await
    .map(drop)
}

/// Forgets the failed sign-ins with a name.
///
/// # Errors
/// Any [`DbError`].
pub async fn forget_attempts(tx: &mut Transaction, name_hash: &[u8]) -> Result<(), DbError> {
    tx.execute("DELETE FROM attempts WHERE name_hash = $1", values![name_hash]).await.map(drop)
}

/// Forgets failed sign-ins before `time`.
///
/// # Errors
/// Any [`DbError`].
pub async fn forget_attempts_before(tx: &mut Transaction, time: Timestamp) -> Result<(), DbError> {
    tx.execute("DELETE FROM attempts WHERE last_at < $1", values![time]).await.map(drop)
}
