//! SQLite or PostgreSQL behind one small interface: the same SQL, with `$1`, `$2` … for values.
//!
//! # SQL that both understand
//! - Text compares by its bytes. What is looked up whatever its case is stored in lower case.
//! - Truth is `BIGINT` 0 or 1. A sum is cast: `CAST(SUM(n) AS BIGINT)`. A parameter that stands
//!   alone is cast: `CAST($1 AS TEXT) IS NULL`.
//! - `INSERT … ON CONFLICT …`, `RETURNING`, `FILTER`, row values and common table expressions are
//!   fine.
//!
//! # Transactions
//! A transaction that writes is alone on SQLite. On PostgreSQL it sees what others commit meanwhile
//! (READ COMMITTED): what a decision rests on is locked first, by `SELECT … FOR UPDATE` (SQLite is
//! not shown these words), by an `UPDATE` that says what it expects, or by a unique index. Rows are
//! locked in one order, so that no two wait for each other: administrator, group, user, key,
//! ticket, mail, and the log's head last of all, because it is what every writer wants.
//!
//! After an error a transaction is over: it was rolled back.

use std::{fmt, sync::Arc};

use tokio::sync::broadcast;

mod error;
mod listen;
mod postgres;
mod query;
mod schema;
mod sqlite;
mod value;

#[cfg(test)]
mod tests;

pub use error::DbError;
pub use listen::{Heard, Listener};
pub use query::{Query, TRIGRAM, insert_all};
pub(crate) use schema::Dialect;
pub use value::{FromValue, Row, Value};

/// The values of a statement, each [`Into`] a [`Value`].
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Value::from($value)),*] };
}
pub use values;

/// The database of a workspace. Clones are the same database.
#[derive(Clone)]
pub struct Database(Kind);

#[derive(Clone)]
enum Kind {
    Sqlite(Arc<sqlite::Sqlite>),
    Postgres(Arc<postgres::Postgres>),
}

/// A transaction: rolled back when it is dropped before [`commit`](Self::commit).
pub struct Transaction(Open);

enum Open {
    Sqlite(sqlite::Transaction),
    Postgres(postgres::Transaction),
}

/// How many messages a slow listener may be behind.
const HEARD: usize = 256;

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Sqlite(_) => "Database(SQLite)",
            Kind::Postgres(_) => "Database(PostgreSQL)",
        })
    }
}

impl Database {
    /// Opens `sqlite:PATH` or `postgres://…`, and brings its schema up to date.
    ///
    /// PostgreSQL is spoken to over TLS, with a certificate that is checked, unless it is on this
    /// machine; `sslmode=disable` in the address does without, `sslrootcert=FILE` names who may
    /// vouch for the server instead of the public authorities.
    ///
    /// # Errors
    /// [`DbError::Failed`], with what to do next.
    pub async fn open(url: &str) -> Result<Self, DbError> {
        let database = if let Some(path) = url.strip_prefix("sqlite:") {
            Self(Kind::Sqlite(sqlite::Sqlite::open(path.as_ref()).await?))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self(Kind::Postgres(postgres::Postgres::open(url).await?))
        } else {
            return Err(DbError::Failed(
                "the database must be sqlite:PATH or postgres://USER@HOST/NAME".to_owned(),
            ));
        };
        database.migrate().await?;
        Ok(database)
    }

    /// A database that is gone with the last clone of it. Its transactions run one at a time, those
    /// that only look too.
    ///
    /// # Errors
    /// [`DbError::Failed`].
    pub async fn in_memory() -> Result<Self, DbError> {
        let database = Self(Kind::Sqlite(sqlite::Sqlite::in_memory().await?));
        database.migrate().await?;
        Ok(database)
    }

    /// Begins a transaction that changes something.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn write(&self) -> Result<Transaction, DbError> {
        Ok(Transaction(match &self.0 {
            Kind::Sqlite(sqlite) => Open::Sqlite(sqlite.write().await?),
            Kind::Postgres(postgres) => Open::Postgres(postgres.write().await?),
        }))
    }

    /// Begins a transaction that only looks, at one moment of the database.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn read(&self) -> Result<Transaction, DbError> {
        Ok(Transaction(match &self.0 {
            Kind::Sqlite(sqlite) => Open::Sqlite(sqlite.read().await?),
            Kind::Postgres(postgres) => Open::Postgres(postgres.read().await?),
        }))
    }

    /// Hears what [`Transaction::notify`] says from now on, in every instance that shares the
    /// database (SQLite: in this process).
    #[must_use]
    pub fn listen(&self) -> Listener {
        Listener::new(self.bus().subscribe())
    }

    fn bus(&self) -> &broadcast::Sender<Heard> {
        match &self.0 {
            Kind::Sqlite(sqlite) => sqlite.bus(),
            Kind::Postgres(postgres) => postgres.bus(),
        }
    }

    /// Whether several instances may share it.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.0, Kind::Postgres(_))
    }

    async fn migrate(&self) -> Result<(), DbError> {
        let mut tx = self.write().await?;
        schema::bring_up_to_date(&mut tx).await?;
        tx.commit().await
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transaction")
    }
}

impl Transaction {
    /// Runs a statement and says how many rows it changed.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, DbError> {
        match &mut self.0 {
            Open::Sqlite(tx) => tx.execute(sql, values).await,
            Open::Postgres(tx) => tx.execute(sql, values).await,
        }
    }

    /// The rows of an answer.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn rows(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DbError> {
        match &mut self.0 {
            Open::Sqlite(tx) => tx.rows(sql, values).await,
            Open::Postgres(tx) => tx.rows(sql, values).await,
        }
    }

    /// The only row of an answer, or none.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn row(&mut self, sql: &str, values: &[Value]) -> Result<Option<Row>, DbError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Tells every [`Listener`] of every instance, once the transaction is committed. At most 7,000
    /// bytes.
    ///
    /// # Errors
    /// Any [`DbError`].
    pub async fn notify(&mut self, message: &str) -> Result<(), DbError> {
        match &mut self.0 {
            Open::Sqlite(tx) => {
                tx.notify(message);
                Ok(())
            }
            Open::Postgres(tx) => tx.notify(message).await,
        }
    }

    /// Makes it so, durably.
    ///
    /// # Errors
    /// Any [`DbError`]; then nothing was changed, unless PostgreSQL was lost at that very moment:
    /// then nobody knows.
    pub async fn commit(self) -> Result<(), DbError> {
        match self.0 {
            Open::Sqlite(tx) => tx.commit().await,
            Open::Postgres(tx) => tx.commit().await,
        }
    }

    /// Which words the database wants, where the two differ.
    pub(crate) const fn dialect(&self) -> Dialect {
        match self.0 {
            Open::Sqlite(_) => Dialect::Sqlite,
            Open::Postgres(_) => Dialect::Postgres,
        }
    }
}
