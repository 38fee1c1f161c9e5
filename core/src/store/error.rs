//! What can be wrong with a store.

use std::path::PathBuf;

use crate::ctap::status::Status;

/// Why a store could not be opened. Nothing has been changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file is sealed under another key, or another passphrase.
    #[error(
        "the store was sealed with another key or passphrase: put back the one that belongs to it, or move the store away to begin anew"
    )]
    WrongKey,
    /// The file is not one of ours.
    #[error("{} is not a Pocketkey store: restore it from a copy, or move it away to begin anew", .0.display())]
    NotAStore(PathBuf),
    /// The file ends before its last page: restore it from a copy.
    #[error("{} is truncated: restore it from a copy, or move it away to begin anew", .0.display())]
    Truncated(PathBuf),
    /// A newer version made it.
    #[error("the store has schema version {found}, this program knows up to {known}: update it")]
    NewerSchema {
        /// The version in the file.
        found: u32,
        /// The newest version that is understood.
        known: u32,
    },
    /// Another process has it open.
    #[error("the store is in use by another process")]
    InUse,
    /// The file system refused.
    #[error("the store's file cannot be used: {0}")]
    Io(#[from] std::io::Error),
    /// Something in it cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why something stored could not be read or changed. A change that failed has not happened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row was altered, or written under another key.
    #[error("a row of table «{table}» is damaged: restore the store from a copy, or reset it")]
    Damaged {
        /// The table.
        table: &'static str,
    },
    /// A row was put in the place of another.
    #[error("a row of table «{table}» stands in another row's place: the file was tampered with")]
    Moved {
        /// The table.
        table: &'static str,
    },
    /// The disk is full.
    #[error("the disk is full: make room and try again")]
    DiskFull,
    /// The file or its file system cannot be written.
    #[error("the store cannot be written: its file or file system is read-only")]
    ReadOnly,
    /// The store's file, or its log, is not the one that was opened: a change would be lost.
    #[error(
        "the store's file was replaced or removed while it was in use: stop using the phone, put back the newest copy, and start again"
    )]
    Replaced,
    /// The database file is damaged, or the disk failed.
    #[error("the store's database failed: {0}")]
    Database(rusqlite::Error),
    /// The platform's random number generator or key store failed.
    #[error("the platform failed to give randomness or to use the store's key")]
    Platform,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull,
            Some(rusqlite::ErrorCode::ReadOnly) => Self::ReadOnly,
            _ => Self::Database(error),
        }
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<StoreError> for Status {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::DiskFull => Self::KeyStoreFull,
            _ => Self::Other,
        }
    }
}
