//! Users.

use std::collections::HashMap;

use crate::{
    db::{DbError, Dialect, Query, Row, Transaction, insert_all, values},
    model::{Group, User, UserId, UserState},
};

mod page;
#[cfg(test)]
mod tests;

pub use page::{Counted, count, list, page};

/// In the order that [`read`] wants.
const COLUMNS: &str = "users.id, users.user_id, users.name, users.email, users.user_name, \
                       users.state, users.created_at";

/// The names of the unique indexes.
pub mod unique {
    /// Of user IDs.
    pub const USER_ID: &str = "users_user_id_key_key";
    /// Of user names.
    pub const USER_NAME: &str = "users_user_name_key_key";
}

/// A user, without groups.
fn read(row: &Row) -> Result<User, DbError> {
    let state = row.get::<String>(5)?;
    Ok(User {
        id: row.get(0)?,
        user_id: row.get(1)?,
        name: row.get(2)?,
        email: row.get(3)?,
        user_name: row.get(4)?,
        state: UserState::from_name(&state)
            .ok_or_else(|| DbError::Failed(format!("no user state: {state}")))?,
        groups: Vec::new(),
        created_at: row.get(6)?,
    })
}

async fn one(
    tx: &mut Transaction,
    condition: &str,
    value: impl Into<crate::db::Value>,
) -> Result<Option<User>, DbError> {
    let select = format!("SELECT {COLUMNS} FROM users WHERE {condition}");
    let Some(row) = tx.row(&select, &[value.into()]).await? else { return Ok(None) };
    let mut user = [read(&row)?];
    fill_groups(tx, &mut user).await?;
    let [user] = user;
    Ok(Some(user))
}

/// A user.
///
/// # Errors
/// Any [`DbError`].
pub async fn get(tx: &mut Transaction, id: UserId) -> Result<Option<User>, DbError> {
    one(tx, "id = $1", id).await
}

/// A user whom nobody else changes until the transaction ends.
///
/// # Errors
/// Any [`DbError`].
pub async fn lock(tx: &mut Transaction, id: UserId) -> Result<Option<User>, DbError> {
    one(tx, "id = $1 FOR UPDATE", id).await
}

/// The user with this user name, whatever its case.
///
/// # Errors
/// Any [`DbError`].
pub async fn by_user_name(tx: &mut Transaction, name: &str) -> Result<Option<User>, DbError> {
    one(tx, "user_name_key = $1", folded(name)).await
}

/// The user with this user ID, whatever its case.
///
/// # Errors
/// Any [`DbError`].
pub async fn by_user_id(tx: &mut Transaction, user_id: &str) -> Result<Option<User>, DbError> {
    one(tx, "user_id_key = $1", folded(user_id)).await
}

/// The users with any of these user IDs or user names, which are [`folded`]. With `lock` nobody else
/// changes them until the transaction ends.
///
/// # Errors
/// Any [`DbError`].
pub async fn any_of(
    tx: &mut Transaction,
    user_ids: &[String],
    user_names: &[String],
    lock: bool,
) -> Result<Vec<User>, DbError> {
    /// How many are looked up at a time.
    const AT_ONCE: usize = 256;
    let mut users: HashMap<UserId, User> = HashMap::new();
    for (column, keys) in [("user_id_key", user_ids), ("user_name_key", user_names)] {
        for keys in keys.chunks(AT_ONCE) {
            let mut select = Query::new(&format!("SELECT {COLUMNS} FROM users WHERE {column}"));
            // In one order, so that no two transactions wait for each other.
            select.any_of(keys).push(" ORDER BY id");
            if lock {
                select.push(" FOR UPDATE");
            }
            let found: Result<Vec<_>, _> = select.rows(tx).await?.iter().map(read).collect();
            let mut found = found?;
            fill_groups(tx, &mut found).await?;
            users.extend(found.into_iter().map(|user| (user.id, user)));
        }
    }
    Ok(users.into_values().collect())
}

/// As it is looked up and compared, whatever its case.
#[must_use]
pub fn folded(text: &str) -> String {
    // PostgreSQL has no text with a NUL.
    text.trim().replace('\0', "\u{fffd}").to_lowercase()
}

fn search(user: &User) -> String {
    let email = user.email.as_deref().unwrap_or_default();
    [&user.user_id, &user.name, &user.user_name, email].join("\n").to_lowercase()
}

/// Adds users with their groups, which must be there.
///
/// # Errors
/// [`DbError::Unique`], and any other.
pub async fn insert(tx: &mut Transaction, users: &[User]) -> Result<(), DbError> {
    let rows: Vec<_> = users
        .iter()
        .map(|user| {
            values![
                user.id,
                &user.user_id,
                folded(&user.user_id),
                &user.name,
                folded(&user.name),
                user.email.clone(),
                &user.user_name,
                folded(&user.user_name),
                search(user),
                user.state == UserState::Blocked,
                user.state.name(),
                user.created_at,
            ]
            .to_vec()
        })
        .collect();
    let into = "users (id, user_id, user_id_key, name, name_key, email, user_name, user_name_key, \
                search, blocked, state, created_at)";
    insert_all(tx, into, &rows, "").await?;
    insert_memberships(tx, users).await
}

async fn insert_memberships(tx: &mut Transaction, users: &[User]) -> Result<(), DbError> {
    let rows: Vec<_> = users
        .iter()
        .flat_map(|user| user.groups.iter().map(|group| values![user.id, group.id].to_vec()))
        .collect();
    insert_all(tx, "memberships (member, group_id)", &rows, "").await.map(drop)
}

/// Stores the information and groups of a user who is there.
///
/// # Errors
/// [`DbError::Unique`], and any other.
pub async fn update(tx: &mut Transaction, user: &User) -> Result<(), DbError> {
    tx.execute(
        "UPDATE users SET user_id = $2, user_id_key = $3, name = $4, name_key = $5, email = $6,
             user_name = $7, user_name_key = $8, search = $9
         WHERE id = $1",
        values![
            user.id,
            &user.user_id,
            folded(&user.user_id),
            &user.name,
            folded(&user.name),
            user.email.clone(),
            &user.user_name,
            folded(&user.user_name),
            search(user),
        ],
    )
    .await?;
    tx.execute("DELETE FROM memberships WHERE member = $1", values![user.id]).await?;
    insert_memberships(tx, std::slice::from_ref(user)).await
}

/// Blocks or unblocks a user, and says what state that makes.
///
/// # Errors
/// Any [`DbError`].
pub async fn set_blocked(
    tx: &mut Transaction,
    id: UserId,
    blocked: bool,
) -> Result<UserState, DbError> {
    tx.execute("UPDATE users SET blocked = $2 WHERE id = $1", values![id, blocked]).await?;
    refresh_state(tx, id).await
}

/// Stores what follows from the user's keys: to be called in each transaction that adds a key or
/// changes the state of one, after the user was locked.
///
/// # Errors
/// Any [`DbError`].
pub async fn refresh_state(tx: &mut Transaction, id: UserId) -> Result<UserState, DbError> {
    let row = tx
        .row(
            "UPDATE users SET state = CASE
                 WHEN blocked = 1 THEN 'blocked'
                 WHEN EXISTS (SELECT 1 FROM keys WHERE owner = $1 AND state = 'active')
                     THEN 'active'
                 WHEN EXISTS (SELECT 1 FROM keys WHERE owner = $1 AND state = 'pending')
                     THEN 'invited'
                 ELSE 'not-invited'
             END
             WHERE id = $1
             RETURNING state",
            values![id],
        )
        .await?;
    let state = row.map(|row| row.get::<String>(0)).transpose()?;
    state
        .and_then(|state| UserState::from_name(&state))
        .ok_or_else(|| DbError::Failed("the user is gone".to_owned()))
}

/// Removes a user; their keys stay.
///
/// # Errors
/// Any [`DbError`].
pub async fn delete(tx: &mut Transaction, id: UserId) -> Result<(), DbError> {
    tx.execute("DELETE FROM users WHERE id = $1", values![id]).await.map(drop)
}

/// Lets PostgreSQL count what is there, and sort what was left for later into its index of trigrams, after
/// much has changed: by itself it does so a minute later, and until then it may look for users in the
/// wrong place. SQLite is told where to look.
///
/// # Errors
/// Any [`DbError`].
pub async fn recount(tx: &mut Transaction) -> Result<(), DbError> {
    if tx.dialect() == Dialect::Postgres {
        tx.execute("ANALYZE users, memberships", &[]).await?;
        let sort = "SELECT gin_clean_pending_list(index) FROM to_regclass('users_by_part') AS index
                    WHERE index IS NOT NULL";
        tx.rows(sort, &[]).await?;
    }
    Ok(())
}

/// Fills in the groups of users, by name.
async fn fill_groups(tx: &mut Transaction, users: &mut [User]) -> Result<(), DbError> {
    if users.is_empty() {
        return Ok(());
    }
    let mut select = Query::new(
        "SELECT memberships.member, groups.id, groups.name
         FROM memberships JOIN groups ON groups.id = memberships.group_id
         WHERE memberships.member",
    );
    select.any_of(users.iter().map(|user| user.id)).push(" ORDER BY groups.name_key");
    let mut groups: HashMap<UserId, Vec<Group>> = HashMap::new();
    for row in select.rows(tx).await? {
        let group = Group { id: row.get(1)?, name: row.get(2)? };
        groups.entry(row.get(0)?).or_default().push(group);
    }
    for user in users {
        user.groups = groups.remove(&user.id).unwrap_or_default();
    }
    Ok(())
}
