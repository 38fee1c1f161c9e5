//! SQLite or PostgreSQL behind one small interface: the same SQL, with `$1`, `$2` … for values.

use std::fmt;

/// The database of a workspace. Clones are the same database.
#[derive(Clone)]
pub struct Database;

/// A transaction: rolled back when it is dropped before [`commit`](Self::commit).
pub struct Transaction;

/// A value of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// NULL.
    Null,
    /// BIGINT: numbers, milliseconds, and 0 or 1 for truth.
    Int(i64),
    /// TEXT.
    Text(String),
    /// BLOB or BYTEA.
    Bytes(Vec<u8>),
}

/// A row of an answer.
#[derive(Debug, Clone)]
pub struct Row(Vec<Value>);

/// The database could not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A value that must be unique is there already; the text names the constraint.
    #[error("already there: {0}")]
    Unique(String),
    /// Another transaction was in the way; it may be tried again.
    #[error("another transaction was in the way")]
    Conflict,
    /// The database is not to be reached, damaged, of a newer version, or says no.
    #[error("the database failed: {0}")]
    Failed(String),
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Database")
    }
}

impl Database {
    /// Opens `sqlite:PATH` or `postgres://…`, and brings its schema up to date.
    ///
    /// # Errors
    /// [`DbError::Failed`], with what to do next.
    pub async fn open(_url: &str) -> Result<Self, DbError> {
        todo!()
    }

    /// Begins a transaction that changes something.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn write(&self) -> Result<Transaction, DbError> {
        todo!()
    }

    /// Begins a transaction that only looks.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn read(&self) -> Result<Transaction, DbError> {
        todo!()
    }
}

impl Transaction {
    /// Runs a statement and says how many rows it changed.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn execute(&mut self, _sql: &str, _values: &[Value]) -> Result<u64, DbError> {
        todo!()
    }

    /// The rows of an answer.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn rows(&mut self, _sql: &str, _values: &[Value]) -> Result<Vec<Row>, DbError> {
        todo!()
    }

    /// The only row of an answer, or none.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn row(&mut self, sql: &str, values: &[Value]) -> Result<Option<Row>, DbError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Makes it so, durably.
    ///
    /// # Errors
    /// Any [`DbError`]; then nothing was changed.
    pub async fn commit(self) -> Result<(), DbError> {
        todo!()
    }
}

impl Row {
    /// The value of a column, counted from 0: `row.get::<String>(0)?`, `row.get::<Option<i64>>(1)?`.
    ///
    /// # Errors
    /// [`DbError::Failed`] where there is no such column, or one of another type.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, DbError> {
        self.0
            .get(column)
            .cloned()
            .and_then(T::from_value)
            .ok_or_else(|| DbError::Failed(format!("column {column} is not what was expected")))
    }
}

/// What a column can be read as: `i64`, `u64`, `u32`, `bool`, `String`, `Vec<u8>`, identifiers,
/// [`Timestamp`](crate::model::Timestamp), and an `Option` of each.
pub trait FromValue: Sized {
    /// The value, where it is one of these.
    fn from_value(value: Value) -> Option<Self>;
}
