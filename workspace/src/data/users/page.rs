//! Lists of users that stay fast when they are long.
//!
//! How many users a list has is known from an index, or found out together with them: those that
//! match are gathered in one look at the table, unless they are so many that a walk along an index
//! meets enough of them soon. How many those are is not counted.
//!
//! SQLite goes through tables in the order that it is told, and is told by how many rows each filter
//! leaves, which indexes say at once. PostgreSQL finds out by itself, from its statistics.

use super::{COLUMNS, fill_groups, read};
use crate::{
    data::page::{MANY, Order, Total, Window, count_up_to},
    db::{DbError, Dialect, Query, Row, TRIGRAM, Transaction, Value},
    model::{Page, PageRequest, User, UserQuery, UserSort},
    service::ServiceError,
};

/// What lists are sorted by, in the order that [`sort_key`] wants, after [`COLUMNS`].
const SORTED_BY: &str = "users.name_key, users.user_name_key, users.user_id_key";

/// So many users are as many as any more, where it is asked which of several filters leaves fewer.
const AS_MANY: u64 = 10_000;

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

/// What indexes say of a query.
struct Known {
    /// Which filter leaves the fewest.
    lead: Lead,
    /// How many users it has, where there is one filter at most, and an index for it.
    total: Option<u64>,
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
    let window = window(query, request)?;
    let Known { lead, total } = known(tx, query).await?;
    let (rows, total) = match total {
        Some(total) => (rows(tx, query, &window, total, lead).await?, Total::Exactly(total)),
        None => match gathered(tx, query, &window, lead).await? {
            Some(gathered) => gathered,
            None => (rows(tx, query, &window, u64::MAX, lead).await?, Total::MoreThan(MANY)),
        },
    };
    finish(tx, query, &window, &rows, total).await
}

/// A page of users of a query that was counted before.
///
/// # Errors
/// [`ServiceError::Invalid`] for a cursor that is none of this list's.
pub async fn list(
    tx: &mut Transaction,
    query: &UserQuery,
    request: &PageRequest,
    counted: Counted,
) -> Result<Page<User>, ServiceError> {
    let window = window(query, request)?;
    let rows = rows(tx, query, &window, counted.total, counted.lead).await?;
    finish(tx, query, &window, &rows, Total::Exactly(counted.total)).await
}

/// How many users a query has, however many they are.
///
/// # Errors
/// Any [`DbError`].
pub async fn count(tx: &mut Transaction, query: &UserQuery) -> Result<Counted, DbError> {
    let Known { lead, total } = known(tx, query).await?;
    let total = match total {
        Some(total) => total,
        None => from(tx, "SELECT COUNT(*)", query, lead).count(tx).await?,
    };
    Ok(Counted { total, lead })
}

fn window(query: &UserQuery, request: &PageRequest) -> Result<Window, ServiceError> {
    let columns: &[&str] = match query.sort {
        UserSort::Name => &["users.name_key", "users.id"],
        UserSort::UserName => &["users.user_name_key", "users.id"],
        UserSort::UserId => &["users.user_id_key", "users.id"],
        UserSort::Created => &["users.created_at", "users.id"],
    };
    let name = format!("users {} {}", query.sort.name(), query.descending);
    Order { name, columns, descending: query.descending }.window(request)
}

fn sort_key(row: &Row, sort: UserSort) -> Result<Value, DbError> {
    Ok(match sort {
        UserSort::Created => row.get::<i64>(6)?.into(),
        UserSort::Name => Value::Text(row.get(7)?),
        UserSort::UserName => Value::Text(row.get(8)?),
        UserSort::UserId => Value::Text(row.get(9)?),
    })
}

async fn rows(
    tx: &mut Transaction,
    query: &UserQuery,
    window: &Window,
    total: u64,
    lead: Lead,
) -> Result<Vec<Row>, DbError> {
    if total == 0 {
        return Ok(Vec::new());
    }
    let lead = if total > MANY { Lead::Walk } else { lead };
    let mut select = from(tx, &format!("SELECT {COLUMNS}, {SORTED_BY}"), query, lead);
    window.add_to(&mut select);
    select.rows(tx).await
}

/// The rows of a page and how many there are in all, by one look at those that match; `None` where
/// they are too many to be gathered.
async fn gathered(
    tx: &mut Transaction,
    query: &UserQuery,
    window: &Window,
    lead: Lead,
) -> Result<Option<(Vec<Row>, Total)>, DbError> {
    let what = format!("WITH found AS MATERIALIZED (SELECT {COLUMNS}, {SORTED_BY}");
    let mut select = from(tx, &what, query, lead);
    let limit = select.value(MANY + 1);
    select.push(" LIMIT ").push(&limit);
    select.push(&format!(
        ") SELECT {COLUMNS}, {SORTED_BY}, (SELECT COUNT(*) FROM found) FROM found AS users"
    ));
    select.begin_conditions();
    window.add_to(&mut select);
    let rows = select.rows(tx).await?;
    let total = match rows.first().map(|row| row.get::<u64>(10)).transpose()? {
        Some(total) if total <= MANY => Total::Exactly(total),
        None if window.is_first() => Total::Exactly(0),
        // Those of the pages before this one, which is empty, are not among the rows.
        None => Total::count(tx, from(tx, Total::SELECT, query, lead)).await?,
        Some(_) => return Ok(None),
    };
    Ok(match total {
        Total::Exactly(_) => Some((rows, total)),
        Total::MoreThan(_) => None,
    })
}

async fn finish(
    tx: &mut Transaction,
    query: &UserQuery,
    window: &Window,
    rows: &[Row],
    total: Total,
) -> Result<Page<User>, ServiceError> {
    let (mut users, mut keys) = (Vec::new(), Vec::new());
    for row in rows {
        let user = read(row)?;
        keys.push(vec![sort_key(row, query.sort)?, user.id.into()]);
        users.push(user);
    }
    fill_groups(tx, &mut users).await?;
    Ok(window.page(users.into_iter().zip(keys).collect(), total))
}

fn part(query: &UserQuery) -> Option<&str> {
    query.search.as_deref().map(str::trim).filter(|part| !part.is_empty())
}

async fn known(tx: &mut Transaction, query: &UserQuery) -> Result<Known, DbError> {
    let part = part(query);
    let is_sqlite = tx.dialect() == Dialect::Sqlite;
    let indexed = part.filter(|part| {
        is_sqlite && part.chars().count() >= TRIGRAM && !part.contains(char::is_control)
    });
    let filters = [query.state.is_some(), query.group.is_some(), part.is_some()];
    // Where filters meet, no index says how many users are left. SQLite is told which filter leaves
    // fewer; PostgreSQL knows.
    let most = match filters.iter().filter(|is_set| **is_set).count() {
        0 | 1 => u64::MAX,
        _ if is_sqlite => AS_MANY,
        _ => return Ok(Known { lead: Lead::Table, total: None }),
    };
    let mut found = Vec::new();
    if let Some(state) = query.state {
        let mut select = Query::new(&format!("{} FROM users", Total::SELECT));
        select.condition("state = {}", state.name());
        found.push((count_up_to(tx, select, most).await?, Lead::Walk));
    }
    if let Some(group) = query.group {
        let mut select = Query::new(&format!("{} FROM memberships", Total::SELECT));
        select.condition("group_id = {}", group);
        found.push((count_up_to(tx, select, most).await?, Lead::Group));
    }
    if let Some(part) = indexed {
        let mut select = Query::new(&format!("{} FROM users_parts", Total::SELECT));
        select.condition("users_parts MATCH {}", phrase(part));
        found.push((count_up_to(tx, select, most).await?, Lead::Part));
    }
    let fewest = found.iter().copied().min_by_key(|(rows, _)| *rows);
    let total = match (filters, fewest) {
        ([false, false, false], _) => {
            Some(Query::new("SELECT COUNT(*) FROM users").count(tx).await?)
        }
        (_, Some((total, _))) if most == u64::MAX => Some(total),
        _ => None,
    };
    Ok(Known { lead: fewest.map_or(Lead::Table, |(_, lead)| lead), total })
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
