//! Whether all pages of a database are there. SQLite does not say: it takes an empty file for a new
//! database, and a page behind the end for one of zeros.

use std::{fs::File, io::Read, path::Path};

use rusqlite::{Connection, ErrorCode, ffi};

use super::{OpenError, StoreError, files};

/// How much of a database its file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Every page.
    Whole,
    /// Less than its header says. A process that is killed while it moves its write-ahead log into the
    /// file leaves it so, since the first page is written first; the missing ones are then in the log.
    Short,
}

impl Extent {
    /// Looks at the file before SQLite does; also at whether it can be written, of which SQLite would
    /// only say that it cannot be opened.
    ///
    /// # Errors
    /// [`OpenError::NotAStore`], [`OpenError::Truncated`] where pages are missing and there is no log
    /// to hold them, and [`OpenError::Io`].
    pub(super) fn of(path: &Path) -> Result<Self, OpenError> {
        let mut file = File::options().read(true).write(true).open(path)?;
        let length = file.metadata()?.len();
        let mut header = [0; 100];
        let Ok(()) = file.read_exact(&mut header) else {
            return Err(OpenError::Truncated(path.to_owned()));
        };
        if !header.starts_with(b"SQLite format 3\0") {
            return Err(OpenError::NotAStore(path.to_owned()));
        }
        // The SQLite file format, §1.3: the page size at 16, the number of pages at 28.
        let page_size = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 65_536,
            size => u64::from(size),
        };
        let pages = u32::from_be_bytes([header[28], header[29], header[30], header[31]]);
        if length >= page_size * u64::from(pages) {
            Ok(Self::Whole)
        } else if std::fs::metadata(files::log_of(path)).is_ok_and(|log| log.len() > 0) {
            Ok(Self::Short)
        } else {
            Err(OpenError::Truncated(path.to_owned()))
        }
    }

    /// Looks whether the log has what the file has not: `db` is the same file, opened.
    ///
    /// # Errors
    /// SQLite's own, where not; [`Extent::explain`] tells what it means.
    pub(super) fn check(self, db: &Connection) -> Result<(), OpenError> {
        if self == Self::Whole {
            return Ok(());
        }
        // It reads every page, which is why only such a file is asked.
        let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict == "ok" { Ok(()) } else { Err(corrupt(verdict).into()) }
    }

    /// Why opening `path` failed: a short file in which SQLite misses something is truncated.
    pub(super) fn explain(self, error: OpenError, path: &Path) -> OpenError {
        match error {
            OpenError::Store(StoreError::Database(found))
                if self == Self::Short
                    && found.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) =>
            {
                OpenError::Truncated(path.to_owned())
            }
            error => error,
        }
    }
}

fn corrupt(verdict: String) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), Some(verdict))
}
