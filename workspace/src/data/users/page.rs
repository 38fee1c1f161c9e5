//! Lists of users that stay fast when they are long.

use super::{COLUMNS, fill_groups, read};
use crate::{
    data::page::Order,
    db::{DbError, Query, Transaction, Value},
    model::{Page, PageRequest, User, UserQuery, UserSort},
    service::ServiceError,
};

/// Up to this many users of a list are gathered and sorted; of a longer one an index is walked along,
/// which meets enough of them soon.
const MANY: u64 = 2_000;

/// A page of users.
///
/// # Errors
/// [`ServiceError::Invalid`] for a cursor that is none of this list's.
pub async fn page(
    tx: &mut Transaction,
    query: &UserQuery,
    request: &PageRequest,
) -> Result<Page<User>, ServiceError> {
    let total = count(tx, query).await?;
    list(tx, query, request, total).await
}

/// A page of users of a query that has `total` in all, which was counted before.
///
/// # Errors
/// [`ServiceError::Invalid`] for a cursor that is none of this list's.
pub async fn list(
    tx: &mut Transaction,
    query: &UserQuery,
    request: &PageRequest,
    total: u64,
) -> Result<Page<User>, ServiceError> {
    let (column, columns) = sort(query.sort);
    let name = format!("users {} {}", query.sort.name(), query.descending);
    let order = Order { name, columns, descending: query.descending };
    let window = order.window(request)?;
    let mut select = from(tx, &format!("SELECT {COLUMNS}, {column}"), query, total);
    window.add_to(&mut select);
    let (mut users, mut keys) = (Vec::new(), Vec::new());
    for row in if total == 0 { Vec::new() } else { select.rows(tx).await? } {
        let user = read(&row)?;
        let value = match query.sort {
            UserSort::Created => row.get::<i64>(7)?.into(),
            _ => Value::Text(row.get(7)?),
        };
        keys.push(vec![value, user.id.into()]);
        users.push(user);
    }
    fill_groups(tx, &mut users).await?;
    Ok(window.page(users.into_iter().zip(keys).collect(), total))
}

const fn sort(sort: UserSort) -> (&'static str, &'static [&'static str]) {
    match sort {
        UserSort::Name => ("users.name_key", &["users.name_key", "users.id"]),
        UserSort::UserName => ("users.user_name_key", &["users.user_name_key", "users.id"]),
        UserSort::UserId => ("users.user_id_key", &["users.user_id_key", "users.id"]),
        UserSort::Created => ("users.created_at", &["users.created_at", "users.id"]),
    }
}

/// How many users a query has.
///
/// # Errors
/// Any [`DbError`].
pub async fn count(tx: &mut Transaction, query: &UserQuery) -> Result<u64, DbError> {
    match (query.group, query.state, part(query)) {
        (Some(group), None, None) => {
            let mut select = Query::new("SELECT COUNT(*) FROM memberships");
            select.condition("group_id = {}", group).count(tx).await
        }
        (Some(_), ..) => from(tx, "SELECT COUNT(*)", query, 0).count(tx).await,
        (None, ..) => from(tx, "SELECT COUNT(*)", query, u64::MAX).count(tx).await,
    }
}

fn part(query: &UserQuery) -> Option<&str> {
    query.search.as_deref().map(str::trim).filter(|part| !part.is_empty())
}

/// Tables and conditions, when about this many users are expected. SQLite takes the tables of a
/// CROSS JOIN in the order in which they are named; PostgreSQL knows by itself.
fn from(tx: &Transaction, what: &str, query: &UserQuery, expected: u64) -> Query {
    let mut select = Query::new(what);
    match query.group {
        Some(group) => {
            select.push(if expected < MANY {
                " FROM memberships CROSS JOIN users"
            } else {
                " FROM users CROSS JOIN memberships"
            });
            select.condition_without_value("memberships.member = users.id");
            select.condition("memberships.group_id = {}", group);
        }
        None => {
            select.push(" FROM users");
            if part(query).is_some() && expected < MANY {
                select.unindexed(tx);
            }
        }
    }
    if let Some(state) = query.state {
        select.condition("users.state = {}", state.name());
    }
    if let Some(part) = part(query) {
        select.contains(tx, "users.search", part);
    }
    select
}
