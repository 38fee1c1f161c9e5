//! Connections, lent one at a time.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::Connection;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::super::DbError;

/// How long a connection is waited for.
const WAIT: Duration = Duration::from_secs(30);

pub(super) struct Pool {
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

/// A lent connection. When dropped, what it was in the middle of is rolled back.
pub(super) struct Lease {
    connection: Option<Connection>,
    pool: Arc<Pool>,
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(super) fn new(connections: Vec<Connection>) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(connections.len()));
        Arc::new(Self { idle: Mutex::new(connections), permits })
    }

    /// In the order in which it was asked for.
    pub(super) async fn lease(self: &Arc<Self>) -> Result<Lease, DbError> {
        let permit = timeout(WAIT, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| DbError::Conflict)?
            .map_err(|_| DbError::Failed("the database is closed".to_owned()))?;
        let connection = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(Lease { connection, pool: Arc::clone(self), _permit: permit })
    }
}

impl Lease {
    pub(super) fn connection(&self) -> Result<&Connection, DbError> {
        self.connection.as_ref().ok_or_else(|| DbError::Failed("the connection is lost".to_owned()))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if !connection.is_autocommit() {
            // A disk that fails here fails again at the next BEGIN, where it is told.
            let _ = connection.execute_batch("ROLLBACK");
        }
        self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}
