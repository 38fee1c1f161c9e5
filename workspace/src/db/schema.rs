//! The tables, as steps that are taken once and in order. A step that was released is never changed:
//! the next version adds one.

use super::{DbError, Transaction};
use crate::{model::Timestamp, values};

mod core;
mod mail;
mod staff;

/// What differs between the databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// A step.
struct Step {
    name: &'static str,
    statements: &'static [Statement],
}

/// A statement of a step, in the words of [`Dialect::translate`].
enum Statement {
    Both(&'static str),
    /// What only SQLite has.
    Sqlite(&'static str),
    /// An index that only PostgreSQL can have, where its extension can be had.
    PostgresIfPossible(&'static str),
}

const STEPS: &[Step] = &[core::STEP, staff::STEP, mail::STEP];

/// Any number that nobody else uses for an advisory lock: "pocketke" in ASCII.
const LOCK: i64 = 0x706f_636b_6574_6b65;

impl Dialect {
    /// `BIGINT`, `TEXT` and `{bytes}` become the database's own types, `{table}` what ends every
    /// CREATE TABLE. Text compares by its bytes on both; SQLite too refuses values of another type.
    /// `{numbered key}` is a primary key, next to which SQLite has a `number` for the rows of an
    /// index of its own.
    pub(super) fn translate(self, sql: &str) -> String {
        match self {
            Self::Sqlite => sql
                .replace(" BIGINT", " INTEGER")
                .replace("{numbered key}", "NOT NULL UNIQUE, number INTEGER PRIMARY KEY")
                .replace("{bytes}", "BLOB")
                .replace("{table}", "STRICT"),
            Self::Postgres => sql
                .replace(" TEXT", " TEXT COLLATE \"C\"")
                .replace("{numbered key}", "PRIMARY KEY")
                .replace("{bytes}", "BYTEA")
                .replace("{table}", ""),
        }
    }
}

/// Takes the steps that were not taken yet. Instances that begin at once wait for each other.
pub(super) async fn bring_up_to_date(tx: &mut Transaction) -> Result<(), DbError> {
    let dialect = tx.dialect();
    if dialect == Dialect::Postgres {
        tx.execute("SELECT pg_advisory_xact_lock($1)", values![LOCK]).await?;
    }
    let table = "CREATE TABLE IF NOT EXISTS schema_steps (
        step BIGINT PRIMARY KEY,
        name TEXT NOT NULL,
        taken_at BIGINT NOT NULL
    ) {table}";
    tx.execute(&dialect.translate(table), &[]).await?;
    let taken = tx.rows("SELECT name FROM schema_steps ORDER BY step", &[]).await?;
    let known = STEPS.iter().map(|step| step.name);
    for (at, row) in taken.iter().enumerate() {
        if known.clone().nth(at) != Some(row.get::<String>(0)?.as_str()) {
            return Err(DbError::Failed(
                "the database was written by a newer version of pocketkey: run that version, or \
                 restore a backup from before it"
                    .to_owned(),
            ));
        }
    }
    for (at, step) in STEPS.iter().enumerate().skip(taken.len()) {
        for statement in step.statements {
            take(tx, dialect, statement).await?;
        }
        tx.execute(
            "INSERT INTO schema_steps (step, name, taken_at) VALUES ($1, $2, $3)",
            values![at, step.name, Timestamp::now()],
        )
        .await?;
    }
    Ok(())
}

async fn take(
    tx: &mut Transaction,
    dialect: Dialect,
    statement: &Statement,
) -> Result<(), DbError> {
    match statement {
        Statement::Both(sql) => tx.execute(&dialect.translate(sql), &[]).await.map(drop),
        Statement::Sqlite(sql) if dialect == Dialect::Sqlite => {
            tx.execute(sql, &[]).await.map(drop)
        }
        Statement::PostgresIfPossible(sql) if dialect == Dialect::Postgres => {
            // A statement that fails ends its transaction, but not when a block catches it.
            let block = format!("DO $do$ BEGIN {sql} EXCEPTION WHEN OTHERS THEN NULL; END $do$");
            tx.execute(&block, &[]).await.map(drop)
        }
        Statement::Sqlite(_) | Statement::PostgresIfPossible(_) => Ok(()),
    }
}
