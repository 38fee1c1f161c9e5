//! Pages of long lists: by key, so that the last page costs what the first does.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

use crate::{
    db::{DbError, Query, Transaction, Value},
    model::{Page, PageRequest},
    service::{FieldError, ServiceError},
};

/// The most rows of a page, and how many there are where nobody says.
const LIMIT: (u32, u32) = (200, 50);

/// How a list is ordered.
#[derive(Debug, Clone)]
pub struct Order {
    /// Names list and order: a cursor of another is refused.
    pub name: String,
    /// What it is ordered by; together they are unique, and an index has them in this order.
    pub columns: &'static [&'static str],
    /// From the end.
    pub descending: bool,
}

/// What a cursor says, in Base64url: hidden from nobody, and trusted with nothing.
#[derive(Serialize, Deserialize)]
struct Cursor {
    #[serde(rename = "l")]
    list: String,
    #[serde(rename = "b")]
    back: bool,
    #[serde(rename = "k")]
    key: Vec<Part>,
}

#[derive(Serialize, Deserialize, Clone)]
#[serde(untagged)]
enum Part {
    Int(i64),
    Text(String),
}

/// Up to so many rows are counted where no index says how many there are: beyond it the count would take
/// longer than all the rest of the page.
pub const MANY: u64 = 500;

/// How many rows a list has in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// So many.
    Exactly(u64),
    /// Not counted beyond this.
    MoreThan(u64),
}

impl Total {
    /// What a query begins with that [`Self::count`] ends; tables and conditions follow.
    pub const SELECT: &str = "SELECT COUNT(*) FROM (SELECT 1";

    /// Counts the rows of a query, up to [`MANY`].
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn count(tx: &mut Transaction, query: Query) -> Result<Self, DbError> {
        let found = count_up_to(tx, query, MANY + 1).await?;
        Ok(if found > MANY { Self::MoreThan(MANY) } else { Self::Exactly(found) })
    }
}

/// Counts the rows of a query that begins with [`Total::SELECT`], up to `most`.
///
/// # Errors
/// Any [`DbError`].
pub async fn count_up_to(
    tx: &mut Transaction,
    mut query: Query,
    most: u64,
) -> Result<u64, DbError> {
    let limit = query.value(most);
    query.push(" LIMIT ").push(&limit).push(") AS found").count(tx).await
}

/// Which rows a page has.
pub struct Window {
    order: Order,
    limit: usize,
    after: Option<Cursor>,
}

fn refused() -> ServiceError {
    let message = "this is no cursor of this list: begin again with its first page";
    ServiceError::Invalid(vec![FieldError::new("cursor", message)])
}

impl Order {
    /// The rows that `request` wants.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] of the field `cursor` or `limit`.
    pub fn window(self, request: &PageRequest) -> Result<Window, ServiceError> {
        if request.limit > LIMIT.0 {
            let message = format!("a page has 1 to {} rows", LIMIT.0);
            return Err(ServiceError::Invalid(vec![FieldError::new("limit", message)]));
        }
        let limit = if request.limit == 0 { LIMIT.1 } else { request.limit };
        let after = match request.cursor.as_deref() {
            None | Some("") => None,
            Some(text) => Some(self.read(text).ok_or_else(refused)?),
        };
        Ok(Window { order: self, limit: usize::try_from(limit).unwrap_or(1), after })
    }

    fn read(&self, text: &str) -> Option<Cursor> {
        let cursor = Base64UrlUnpadded::decode_vec(text).ok()?;
        let cursor: Cursor = serde_json::from_slice(&cursor).ok()?;
        // PostgreSQL has no text with a NUL.
        let is_sound = |part: &Part| !matches!(part, Part::Text(text) if text.contains('\0'));
        (cursor.list == self.name
            && cursor.key.len() == self.columns.len()
            && cursor.key.iter().all(is_sound))
        .then_some(cursor)
    }

    fn cursor(&self, back: bool, key: Vec<Value>) -> String {
        let key = key
            .into_iter()
            .filter_map(|value| match value {
                Value::Int(number) => Some(Part::Int(number)),
                Value::Text(text) => Some(Part::Text(text)),
                Value::Null | Value::Bytes(_) => None,
            })
            .collect();
        let cursor = Cursor { list: self.name.clone(), back, key };
        // Strings, numbers and a list: JSON can say them all.
        Base64UrlUnpadded::encode_string(&serde_json::to_vec(&cursor).unwrap_or_default())
    }
}

impl Window {
    /// Whether it begins where the list does.
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.after.is_none()
    }

    /// Adds condition, order and limit.
    pub fn add_to(&self, query: &mut Query) {
        let back = self.after.as_ref().is_some_and(|cursor| cursor.back);
        let falls = self.order.descending != back;
        if let Some(cursor) = &self.after {
            let places: Vec<_> = cursor
                .key
                .iter()
                .map(|part| match part {
                    Part::Int(number) => query.value(*number),
                    Part::Text(text) => query.value(text),
                })
                .collect();
            let columns = self.order.columns.join(", ");
            let sign = if falls { "<" } else { ">" };
            query.condition_without_value(&format!("({columns}) {sign} ({})", places.join(", ")));
        }
        let way = if falls { " DESC" } else { "" };
        let columns: Vec<_> =
            self.order.columns.iter().map(|column| format!("{column}{way}")).collect();
        // One more says whether there are more.
        let limit = query.value(self.limit + 1);
        query.push(" ORDER BY ").push(&columns.join(", ")).push(" LIMIT ").push(&limit);
    }

    /// The page of these rows, which come with the values of their columns.
    #[must_use]
    pub fn page<T>(&self, mut rows: Vec<(T, Vec<Value>)>, total: Total) -> Page<T> {
        let back = self.after.as_ref().is_some_and(|cursor| cursor.back);
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        if back {
            rows.reverse();
        }
        let cursor = |at: Option<&(T, Vec<Value>)>, back| {
            at.map(|(_, key)| self.order.cursor(back, key.clone()))
        };
        let (total, total_is_exact) = match total {
            Total::Exactly(total) => (total, true),
            Total::MoreThan(total) => (total, false),
        };
        let (before, after) = if back { (more, true) } else { (self.after.is_some(), more) };
        Page {
            next: if after { cursor(rows.last(), false) } else { None },
            previous: if before { cursor(rows.first(), true) } else { None },
            items: rows.into_iter().map(|(item, _)| item).collect(),
            total,
            total_is_exact,
        }
    }
}
