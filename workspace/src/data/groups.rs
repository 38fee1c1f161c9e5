//! Groups.

use super::users::folded;
use crate::{
    db::{DbError, Query, Transaction, values},
    model::{Group, GroupId, Timestamp},
};

/// The name of the unique index of group names.
pub const UNIQUE_NAME: &str = "groups_name_key_key";

/// Every group by name, with how many members it has.
///
/// # Errors
/// Any [`DbError`].
pub async fn all(tx: &mut Transaction) -> Result<Vec<(Group, u64)>, DbError> {
    let select = "SELECT id, name,
                      (SELECT COUNT(*) FROM memberships WHERE memberships.group_id = groups.id)
                  FROM groups ORDER BY name_key";
    let rows = tx.rows(select, &[]).await?;
    rows.iter().map(|row| Ok((Group { id: row.get(0)?, name: row.get(1)? }, row.get(2)?))).collect()
}

/// Every group by name.
///
/// # Errors
/// Any [`DbError`].
pub async fn names(tx: &mut Transaction) -> Result<Vec<Group>, DbError> {
    let rows = tx.rows("SELECT id, name FROM groups ORDER BY name_key", &[]).await?;
    rows.iter().map(|row| Ok(Group { id: row.get(0)?, name: row.get(1)? })).collect()
}

/// A group that nobody else changes until the transaction ends.
///
/// # Errors
/// Any [`DbError`].
pub async fn lock(tx: &mut Transaction, id: GroupId) -> Result<Option<Group>, DbError> {
    let row = tx.row("SELECT id, name FROM groups WHERE id = $1 FOR UPDATE", values![id]).await?;
    row.map(|row| Ok(Group { id: row.get(0)?, name: row.get(1)? })).transpose()
}

/// The groups with these names, whatever their case, in the order of their names; those that were
/// made now come second. Call it before users are locked.
///
/// # Errors
/// Any [`DbError`].
pub async fn named(
    tx: &mut Transaction,
    names: &[String],
    now: Timestamp,
) -> Result<(Vec<Group>, Vec<Group>), DbError> {
    let mut wanted: Vec<_> = names.iter().map(|name| (folded(name), name)).collect();
    // In one order, so that no two transactions wait for each other.
    wanted.sort();
    wanted.dedup_by(|a, b| a.0 == b.0);
    if wanted.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let mut made = Vec::new();
    for (key, name) in &wanted {
        let id = GroupId::new();
        // Where another transaction is making it, this waits for the end of that.
        let insert = "INSERT INTO groups (id, name, name_key, created_at) VALUES ($1, $2, $3, $4)
                      ON CONFLICT (name_key) DO NOTHING";
        if tx.execute(insert, values![id, *name, key, now]).await? == 1 {
            made.push(id);
        }
    }
    let mut select = Query::new("SELECT id, name FROM groups WHERE name_key");
    select.any_of(wanted.iter().map(|(key, _)| key)).push(" ORDER BY name_key");
    let (mut groups, mut new) = (Vec::new(), Vec::new());
    for row in select.rows(tx).await? {
        let group = Group { id: row.get(0)?, name: row.get(1)? };
        if made.contains(&group.id) {
            new.push(group.clone());
        }
        groups.push(group);
    }
    Ok((groups, new))
}

/// Renames a group.
///
/// # Errors
/// [`DbError::Unique`], and any other.
pub async fn rename(tx: &mut Transaction, id: GroupId, name: &str) -> Result<(), DbError> {
    tx.execute(
        "UPDATE groups SET name = $2, name_key = $3 WHERE id = $1",
        values![id, name, folded(name)],
    )
    .await
    .map(drop)
}

/// Removes a group; its members stay.
///
/// # Errors
/// Any [`DbError`].
pub async fn delete(tx: &mut Transaction, id: GroupId) -> Result<(), DbError> {
    tx.execute("DELETE FROM groups WHERE id = $1", values![id]).await.map(drop)
}
