//! Lists of users that stay fast when they are long.
//!
//! SQLite goes through tables in the order that it is told, and is told by how many rows each filter
//! leaves, which indexes say at once. PostgreSQL finds out by itself, from its statistics.

use super::{COLUMNS, fill_groups, read};
use crate::{
    data::page::Order,
    db::{DbError, Dialect, Query, Transaction, Value},
    model::{Page, PageRequest, User, UserQuery, UserSort},
    service::ServiceError,
};

/// Up to this many users of a list are gathered and sorted; of a longer one an index is walked along,
/// which meets enough of them soon.
const MANY: u64 = 2_000;

/// The fewest characters that an index of trigrams finds.
const TRIGRAM: usize = 3;

/// How many users a query has, and which filter leaves the fewest.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// How many.
    pub total: u64,
    lead: Lead,
}

/// Where the users of a list are looked for first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// Along an index of the order, or of state and order.
    Walk,
    /// In the whole table.
    Table,
    /// Among the members of the group.
    Group,
    /// Among those who have the part that is searched for.
    Part,
}

/// A page of users.
///
/// # Errors
/// [`ServiceError::Invalid`] for a cursor that is none of this list's.
pub async fn page(
    tx: &mut Transaction,
    query: &UserQuery,
    request: &PageRequest,
) -> Result<Page<User>, ServiceError> {
    let counted = count(tx, query).await?;
    list(tx, query, request, counted).await
}

/// A page of users of a query that was counted before.
///
/// # Errors
/// [`ServiceError::Invalid`] for a cursor that is none of this list's.
pub async fn list(
    tx: &mut Transaction,
    query: &UserQuery,
    request: &PageRequest,
    Counted { total, lead }: Counted,
) -> Result<Page<User>, ServiceError> {
    let (column, columns) = sort(query.sort);
    let name = format!("users {} {}", query.sort.name(), query.descending);
    let order = Order { name, columns, descending: query.descending };
    let window = order.window(request)?;
    let lead = if total > MANY { Lead::Walk } else { lead };
    let mut select = from(tx, &format!("SELECT {COLUMNS}, {column}"), query, lead);
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

fn part(query: &UserQuery) -> Option<&str> {
    query.search.as_deref().map(str::trim).filter(|part| !part.is_empty())
}

/// How many users a query has.
///
/// # Errors
/// Any [`DbError`].
pub async fn count(tx: &mut Transaction, query: &UserQuery) -> Result<Counted, DbError> {
    let mut filters = Vec::new();
    if let Some(state) = query.state {
        let mut select = Query::new("SELECT COUNT(*) FROM users");
        filters.push((select.condition("state = {}", state.name()).count(tx).await?, Lead::Walk));
    }
    if let Some(group) = query.group {
        let mut select = Query::new("SELECT COUNT(*) FROM memberships");
        filters.push((select.condition("group_id = {}", group).count(tx).await?, Lead::Group));
    }
    let is_sqlite = tx.dialect() == Dialect::Sqlite;
    let is_indexed = |part: &str| {
        is_sqlite && part.chars().count() >= TRIGRAM && !part.contains(char::is_control)
    };
    let mut other = part(query);
    if let Some(part) = other.filter(|part| is_indexed(part)) {
        let mut select = Query::new("SELECT COUNT(*) FROM users_parts");
        select.condition("users_parts MATCH {}", phrase(part));
        filters.push((select.count(tx).await?, Lead::Part));
        other = None;
    }
    let fewest = filters.iter().copied().min_by_key(|(rows, _)| *rows);
    let lead = fewest.map_or(Lead::Table, |(_, lead)| lead);
    let total = match (filters.as_slice(), other) {
        ([(total, _)], None) => *total,
        _ => from(tx, "SELECT COUNT(*)", query, lead).count(tx).await?,
    };
    Ok(Counted { total, lead })
}

/// What finds these very characters.
fn phrase(part: &str) -> String {
    format!("\"{}\"", part.to_lowercase().replace('"', "\"\""))
}

/// Tables and conditions.
fn from(tx: &Transaction, what: &str, query: &UserQuery, lead: Lead) -> Query {
    let is_sqlite = tx.dialect() == Dialect::Sqlite;
    let mut select = Query::new(what);
    select.push(match (query.group, lead) {
        // SQLite takes the tables of a CROSS JOIN in the order in which they are named.
        (Some(_), Lead::Group) => " FROM memberships CROSS JOIN users",
        (Some(_), _) => " FROM users CROSS JOIN memberships",
        (None, Lead::Table) if is_sqlite && part(query).is_some() => " FROM users NOT INDEXED",
        (None, _) => " FROM users",
    });
    if let Some(group) = query.group {
        select.condition_without_value("memberships.member = users.id");
        select.condition("memberships.group_id = {}", group);
    }
    if let Some(state) = query.state {
        // A sign before a column keeps SQLite from its index.
        let is_walked = !is_sqlite || lead == Lead::Walk;
        let condition = if is_walked { "users.state = {}" } else { "+users.state = {}" };
        select.condition(condition, state.name());
    }
    match part(query) {
        Some(part) if is_sqlite && lead == Lead::Part => {
            let among =
                "users.number IN (SELECT rowid FROM users_parts WHERE users_parts MATCH {})";
            select.condition(among, phrase(part));
        }
        Some(part) => {
            select.contains(tx, "users.search", part);
        }
        None => {}
    }
    select
}
