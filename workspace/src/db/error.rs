//! Why the database did not do what it was told.

/// The database could not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A value that must be unique is there already; the text names the constraint:
    /// `table_column_key`, the same on both databases.
    #[error("already there: {0}")]
    Unique(String),
    /// Another transaction was in the way, or has removed what was referred to; it may be tried
    /// again.
    #[error("another transaction was in the way")]
    Conflict,
    /// The database is not to be reached, damaged, of a newer version, or says no.
    #[error("the database failed: {0}")]
    Failed(String),
}

impl DbError {
    /// Whether it says that `constraint` is broken.
    #[must_use]
    pub fn breaks(&self, constraint: &str) -> bool {
        matches!(self, Self::Unique(name) if name == constraint)
    }
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return Self::Failed(error.to_string());
        };
        let message = message.as_deref().unwrap_or_default();
        match failure.code {
            DatabaseBusy | DatabaseLocked => Self::Conflict,
            _ if failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY => {
                Self::Conflict
            }
            _ => match message.strip_prefix("UNIQUE constraint failed: ") {
                Some(columns) => Self::Unique(constraint_of(columns)),
                None => Self::Failed(error.to_string()),
            },
        }
    }
}

/// `users.a, users.b` → `users_a_b_key`, as PostgreSQL would name it.
fn constraint_of(columns: &str) -> String {
    let mut name = String::new();
    for column in columns.split(", ") {
        let (table, column) = column.split_once('.').unwrap_or(("", column));
        if name.is_empty() {
            name.push_str(table);
        }
        name.push('_');
        name.push_str(column);
    }
    name.push_str("_key");
    name
}

impl From<tokio_postgres::Error> for DbError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(refusal) = error.as_db_error() else {
            return Self::Failed(match std::error::Error::source(&error) {
                Some(source) => format!("PostgreSQL: {error}: {source}"),
                None => format!("PostgreSQL: {error}"),
            });
        };
        match refusal.code().code() {
            "23505" => Self::Unique(refusal.constraint().unwrap_or_default().to_owned()),
            // Foreign key, serialization failure, deadlock, lock not available.
            "23503" | "40001" | "40P01" | "55P03" => Self::Conflict,
            code => Self::Failed(format!("PostgreSQL: {} ({code})", refusal.message())),
        }
    }
}

impl From<deadpool_postgres::PoolError> for DbError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Backend(error) => error.into(),
            deadpool_postgres::PoolError::Timeout(_) => {
                Self::Failed("PostgreSQL: no connection came free in time".to_owned())
            }
            error => Self::Failed(format!("PostgreSQL: {error}")),
        }
    }
}
