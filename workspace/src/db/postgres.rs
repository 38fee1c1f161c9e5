//! PostgreSQL: a pool of connections, and one that listens.

use std::{sync::Arc, time::Duration};

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime,
};
use tokio::{runtime::Handle, sync::broadcast, task::AbortHandle};
use tokio_postgres::types::{ToSql, Type};

use super::{DbError, HEARD, Heard, Row, Value};

mod address;
mod listener;
#[cfg(test)]
mod tests;

/// Connections of one instance, besides the one that listens.
const CONNECTIONS: usize = 16;

/// How long a connection is waited for.
const WAIT: Duration = Duration::from_secs(10);

/// The channel on which instances tell each other.
const CHANNEL: &str = "pocketkey";

/// A transaction that was forgotten, or waits for one that was, ends.
const LIMITS: &str = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'";

pub(super) struct Postgres {
    pool: Pool,
    bus: broadcast::Sender<Heard>,
    listener: AbortHandle,
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl Postgres {
    pub(super) async fn open(url: &str) -> Result<Arc<Self>, DbError> {
        let (config, tls) = address::read(url)?;
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(config.clone(), tls.clone(), recycling);
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(
                    async move { client.batch_execute(LIMITS).await.map_err(HookError::Backend) },
                )
            }))
            .build()
            .map_err(|error| DbError::Failed(error.to_string()))?;
        // The first connection says what is wrong with the address, before anything runs.
        drop(pool.get().await?);
        let bus = broadcast::channel(HEARD).0;
        let listener = listener::start(config, tls, bus.clone()).await?;
        Ok(Arc::new(Self { pool, bus, listener }))
    }

    pub(super) const fn bus(&self) -> &broadcast::Sender<Heard> {
        &self.bus
    }

    /// READ COMMITTED, because every change locks the log's head: under SERIALIZABLE whoever waited
    /// for it would fail and begin again.
    pub(super) async fn write(&self) -> Result<Transaction, DbError> {
        self.begin("BEGIN ISOLATION LEVEL READ COMMITTED").await
    }

    /// A page and its total are of one moment.
    pub(super) async fn read(&self) -> Result<Transaction, DbError> {
        self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    async fn begin(&self, begin: &str) -> Result<Transaction, DbError> {
        let mut tx = Transaction { client: Some(self.pool.get().await?) };
        let begun = tx.client()?.batch_execute(begin).await;
        tx.over_if_failed(begun)?;
        Ok(tx)
    }
}

pub(super) struct Transaction {
    /// None after an error.
    client: Option<Object>,
}

impl Transaction {
    fn client(&self) -> Result<&Object, DbError> {
        self.client
            .as_ref()
            .ok_or_else(|| DbError::Failed("the transaction is over: it had an error".to_owned()))
    }

    fn over_if_failed<T>(
        &mut self,
        result: Result<T, tokio_postgres::Error>,
    ) -> Result<T, DbError> {
        result.map_err(|error| {
            self.roll_back();
            error.into()
        })
    }

    /// Nobody waits for the end of it: the connection goes back to the pool when it is through.
    fn roll_back(&mut self) {
        let Some(client) = self.client.take() else { return };
        match Handle::try_current() {
            Ok(runtime) => {
                runtime.spawn(async move {
                    if client.batch_execute("ROLLBACK").await.is_err() {
                        drop(Object::take(client));
                    }
                });
            }
            // The server rolls back what a closed connection began.
            Err(_) => drop(Object::take(client)),
        }
    }

    pub(super) async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, DbError> {
        let client = self.client()?;
        let result = async {
            let statement = client.prepare_cached(sql).await?;
            client.execute_raw(&statement, parameters(statement.params(), values)).await
        }
        .await;
        self.over_if_failed(result)
    }

    pub(super) async fn rows(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DbError> {
        let client = self.client()?;
        let result = async {
            let statement = client.prepare_cached(sql).await?;
            let parameters = parameters(statement.params(), values);
            client.query(&statement, &parameters).await
        }
        .await;
        self.over_if_failed(result)?.iter().map(row).collect()
    }

    pub(super) async fn notify(&mut self, message: &str) -> Result<(), DbError> {
        let values = [CHANNEL.into(), message.into()];
        self.execute("SELECT pg_notify($1, $2)", &values).await.map(drop)
    }

    pub(super) async fn commit(mut self) -> Result<(), DbError> {
        let committed = self.client()?.batch_execute("COMMIT").await;
        self.over_if_failed(committed)?;
        self.client = None;
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.roll_back();
    }
}

/// A statement's NULL has the type that the server expects.
fn parameters<'a>(types: &[Type], values: &'a [Value]) -> Vec<&'a (dyn ToSql + Sync)> {
    let types = types.iter().map(Some).chain(std::iter::repeat(None));
    values.iter().zip(types).map(|(value, of)| parameter(value, of)).collect()
}

fn parameter<'a>(value: &'a Value, of: Option<&Type>) -> &'a (dyn ToSql + Sync) {
    match value {
        Value::Int(number) => number,
        Value::Text(text) => text,
        Value::Bytes(bytes) => bytes,
        Value::Null => match of {
            Some(&Type::BYTEA) => &None::<Vec<u8>>,
            Some(&Type::INT8) => &None::<i64>,
            _ => &None::<String>,
        },
    }
}

fn row(row: &tokio_postgres::Row) -> Result<Row, DbError> {
    let columns = row.columns().iter().enumerate();
    columns.map(|(at, column)| value(row, at, column.type_())).collect::<Result<_, _>>().map(Row)
}

fn value(row: &tokio_postgres::Row, at: usize, of: &Type) -> Result<Value, DbError> {
    Ok(match *of {
        Type::INT8 => row.try_get::<_, Option<i64>>(at)?.into(),
        Type::INT4 => row.try_get::<_, Option<i32>>(at)?.map(i64::from).into(),
        Type::BOOL => row.try_get::<_, Option<bool>>(at)?.into(),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at)?.into(),
        Type::TEXT | Type::VARCHAR | Type::NAME => row.try_get::<_, Option<String>>(at)?.into(),
        Type::VOID => Value::Null,
        _ => return Err(DbError::Failed(format!("PostgreSQL: a column of type {of}: cast it"))),
    })
}
