//! SQLite: one file in WAL mode, one connection that writes, a few that read.

use std::{fs, path::Path, sync::Arc, time::Duration};

use rusqlite::{Connection, OpenFlags, params_from_iter, types::ValueRef};
use tokio::{sync::broadcast, task::spawn_blocking};

use self::pool::{Lease, Pool};
use super::{DbError, HEARD, Heard, Row, Value};

mod pool;
#[cfg(test)]
mod tests;

/// How long a statement waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);

/// Connections that read: more than this many page loads at once wait for each other.
const READERS: usize = 4;

/// Prepared statements that each connection keeps.
const STATEMENTS: usize = 128;

pub(super) struct Sqlite {
    writer: Arc<Pool>,
    readers: Arc<Pool>,
    bus: broadcast::Sender<Heard>,
}

impl Sqlite {
    pub(super) async fn open(path: &Path) -> Result<Arc<Self>, DbError> {
        let path = path.to_owned();
        blocking(move || {
            let failed = |what: &dyn std::fmt::Display| {
                DbError::Failed(format!("the database file {}: {what}", path.display()))
            };
            create(&path).map_err(|error| failed(&error))?;
            let connect = || -> rusqlite::Result<Connection> {
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let connection = Connection::open_with_flags(&path, flags)?;
                connection.busy_timeout(BUSY)?;
                connection.pragma_update(None, "journal_mode", "wal")?;
                set_up(connection)
            };
            let connect = || connect().map_err(|error| failed(&error));
            let writer = Pool::new(vec![connect()?]);
            let readers = (0..READERS).map(|_| connect()).collect::<Result<_, _>>()?;
            Ok(Self::new(writer, Pool::new(readers)))
        })
        .await
    }

    pub(super) async fn in_memory() -> Result<Arc<Self>, DbError> {
        blocking(|| {
            let pool = Pool::new(vec![set_up(Connection::open_in_memory()?)?]);
            Ok(Self::new(Arc::clone(&pool), pool))
        })
        .await
    }

    fn new(writer: Arc<Pool>, readers: Arc<Pool>) -> Arc<Self> {
        Arc::new(Self { writer, readers, bus: broadcast::channel(HEARD).0 })
    }

    pub(super) const fn bus(&self) -> &broadcast::Sender<Heard> {
        &self.bus
    }

    /// In memory both kinds share one connection, so that each says what it may do.
    pub(super) async fn write(&self) -> Result<Transaction, DbError> {
        self.begin(&self.writer, "PRAGMA query_only = 0; BEGIN IMMEDIATE").await
    }

    pub(super) async fn read(&self) -> Result<Transaction, DbError> {
        self.begin(&self.readers, "PRAGMA query_only = 1; BEGIN").await
    }

    async fn begin(&self, pool: &Arc<Pool>, begin: &'static str) -> Result<Transaction, DbError> {
        let lease = pool.lease().await?;
        let bus = self.bus.clone();
        let mut tx = Transaction { lease: Some(lease), said: Vec::new(), bus };
        tx.run(move |connection| connection.execute_batch(begin)).await?;
        Ok(tx)
    }
}

/// Personal data and password hashes: the file is its owner's alone from the beginning. What SQLite
/// puts beside it takes the same permissions.
fn create(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn set_up(connection: Connection) -> rusqlite::Result<Connection> {
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // What is deleted, a removed person's data above all, is gone from the file.
    connection.pragma_update(None, "secure_delete", true)?;
    // KiB, negative: 32 MiB, so that a list of 100,000 users is looked through in memory.
    connection.pragma_update(None, "cache_size", -32_768)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DbError> + Send + 'static,
) -> Result<T, DbError> {
    spawn_blocking(work).await.map_err(|error| DbError::Failed(error.to_string()))?
}

pub(super) struct Transaction {
    /// None after an error.
    lease: Option<Lease>,
    said: Vec<String>,
    bus: broadcast::Sender<Heard>,
}

impl Transaction {
    /// The lease goes along, so that a caller who stops waiting leaves nothing behind: it is then
    /// dropped when the statement ends, which rolls back.
    async fn run<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, DbError> {
        let lease = self.lease.take().ok_or_else(over)?;
        let (lease, result) = blocking(move || {
            let result = work(lease.connection()?);
            Ok((lease, result))
        })
        .await?;
        let result = result?;
        self.lease = Some(lease);
        Ok(result)
    }

    pub(super) async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, DbError> {
        let (sql, values) = (translate(sql), values.to_vec());
        let changed = self
            .run(move |connection| {
                connection.prepare_cached(&sql)?.execute(params_from_iter(&values))
            })
            .await?;
        Ok(u64::try_from(changed).unwrap_or_default())
    }

    pub(super) async fn rows(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DbError> {
        let (sql, values) = (translate(sql), values.to_vec());
        self.run(move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let columns = statement.column_count();
            let rows = statement.query_map(params_from_iter(&values), |row| {
                (0..columns).map(|column| value(row.get_ref(column)?)).collect()
            })?;
            rows.map(|row| row.map(Row)).collect()
        })
        .await
    }

    pub(super) fn notify(&mut self, message: &str) {
        self.said.push(message.to_owned());
    }

    pub(super) async fn commit(mut self) -> Result<(), DbError> {
        self.run(|connection| connection.execute_batch("COMMIT")).await?;
        for message in self.said {
            // Without listeners there is nobody to tell.
            let _ = self.bus.send(Heard::Message(message));
        }
        Ok(())
    }
}

/// What is said of a transaction that had an error.
fn over() -> DbError {
    DbError::Failed("the transaction is over: it had an error".to_owned())
}

/// `$1` becomes `?1`: to SQLite `$1` is a name, numbered as it comes. No row needs a lock where the
/// writer is alone.
fn translate(sql: &str) -> String {
    sql.replace('$', "?").replace(" FOR UPDATE", "")
}

fn value(value: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(rusqlite::Error::InvalidQuery),
    })
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
