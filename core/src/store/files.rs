//! Which files a store has open. Once they have been replaced or removed, what is written to them is
//! found by nobody: such a change must not be acknowledged.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::StoreError;

/// The write-ahead log of `database`.
pub(super) fn log_of(database: &Path) -> PathBuf {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// The database and its write-ahead log, as they were when they were opened.
#[derive(Debug)]
pub(super) struct OpenFiles {
    database: Opened,
    log: Opened,
}

#[derive(Debug)]
struct Opened {
    path: PathBuf,
    identity: Option<Identity>,
}

impl OpenFiles {
    /// To be called while both are open, since a file's number can be given again once it is not.
    pub(super) fn of(database: &Path) -> Self {
        Self { database: Opened::look(database.to_owned()), log: Opened::look(log_of(database)) }
    }

    /// The write-ahead log.
    pub(super) fn log(&self) -> &Path {
        &self.log.path
    }

    /// Whether whoever opens the store next will find what is written now.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] where not.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let there = [&self.database, &self.log].into_iter().all(Opened::is_there);
        if there { Ok(()) } else { Err(StoreError::Replaced) }
    }
}

impl Opened {
    fn look(path: PathBuf) -> Self {
        Self { identity: identity(&path), path }
    }

    fn is_there(&self) -> bool {
        self.identity.is_some() && identity(&self.path) == self.identity
    }
}

/// What tells a file from every other that exists at the same time: its device and number.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

/// Elsewhere an open file can be neither replaced nor removed.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().map(drop)
}
