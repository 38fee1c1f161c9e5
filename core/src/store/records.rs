//! Named records: small things of which there is one each.

use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

use super::{Sealer, Store, StoreError, schema};
use crate::platform::Rng;

/// The records of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// PIN, retries and configuration.
    Settings,
    /// The counter epoch that may not be used again.
    Epoch,
    /// The serialized large-blob array.
    LargeBlobs,
    /// The value of encCredStoreState, renewed with every change of a credential.
    CredStoreState,
    /// What binds the phone to a workspace, or what a revocation has left of that.
    Membership,
    /// An enrolment that waits for the workspace's answer.
    Enrolment,
}

/// A change of one record, as a part of something larger.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// Writes the record.
    Write(Record, &'a [u8]),
    /// Removes it, if it is there.
    Remove(Record),
}

/// The store's own key, wrapped by the platform: the only record that is not sealed by itself.
pub(super) const STORE_KEY: &str = "store key";

impl Record {
    const ALL: [Self; 6] = [
        Self::Settings,
        Self::Epoch,
        Self::LargeBlobs,
        Self::CredStoreState,
        Self::Membership,
        Self::Enrolment,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Epoch => "epoch",
            Self::LargeBlobs => "large blobs",
            Self::CredStoreState => "credential store state",
            Self::Membership => "membership",
            Self::Enrolment => "enrolment",
        }
    }

    fn place(self) -> Vec<u8> {
        place("record", &[self.name().as_bytes()])
    }
}

/// The additional data that binds a row to its table, its columns in the clear, and the schema.
pub(super) fn place(table: &str, columns: &[&[u8]]) -> Vec<u8> {
    let mut place = Vec::with_capacity(128);
    place.extend_from_slice(b"pocketkey store ");
    place.extend_from_slice(&schema::VERSION.to_be_bytes());
    for part in std::iter::once(table.as_bytes()).chain(columns.iter().copied()) {
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        place.extend_from_slice(&length.to_be_bytes());
        place.extend_from_slice(part);
    }
    place
}

pub(super) fn write(
    db: &Connection,
    rows: &Sealer,
    rng: &dyn Rng,
    record: Record,
    value: &[u8],
) -> Result<(), StoreError> {
    let sealed = rows.seal(&record.place(), value, rng)?;
    db.prepare_cached("INSERT OR REPLACE INTO record (name, sealed) VALUES (?, ?)")?
        .execute(params![record.name(), sealed])?;
    Ok(())
}

/// Makes changes inside the caller's transaction.
pub(super) fn make(
    db: &Connection,
    rows: &Sealer,
    rng: &dyn Rng,
    changes: &[Change<'_>],
) -> Result<(), StoreError> {
    for change in changes {
        match *change {
            Change::Write(record, value) => write(db, rows, rng, record, value)?,
            Change::Remove(record) => {
                db.prepare_cached("DELETE FROM record WHERE name = ?")?.execute([record.name()])?;
            }
        }
    }
    Ok(())
}

impl Store {
    /// Reads a record; `None` where it was never written.
    pub(crate) fn record(&self, record: Record) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let sealed: Option<Vec<u8>> = self
            .db
            .prepare_cached("SELECT sealed FROM record WHERE name = ?")?
            .query_row([record.name()], |row| row.get(0))
            .optional()?;
        let Some(sealed) = sealed else { return Ok(None) };
        match self.keys.rows.open(&record.place(), &sealed) {
            Some(value) => Ok(Some(value)),
            None => Err(self.diagnose_record(&sealed)),
        }
    }

    fn diagnose_record(&self, sealed: &[u8]) -> StoreError {
        let elsewhere =
            Record::ALL.iter().any(|other| self.keys.rows.open(&other.place(), sealed).is_some());
        let table = "record";
        if elsewhere { StoreError::Moved { table } } else { StoreError::Damaged { table } }
    }

    /// Writes a record, durably.
    pub(crate) fn set_record(&mut self, record: Record, value: &[u8]) -> Result<(), StoreError> {
        self.check_files()?;
        write(&self.db, &self.keys.rows, self.rng.as_ref(), record, value)
    }

    /// Makes all of the changes or none, durably.
    pub(crate) fn change(&mut self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        self.check_files()?;
        let transaction = self.db.transaction()?;
        make(&transaction, &self.keys.rows, self.rng.as_ref(), changes)?;
        transaction.commit()?;
        Ok(())
    }
}
