//! The schema and its migrations. A migration, once released, is never changed; a stored file of
//! every version is kept with the tests.

use rusqlite::Connection;

/// In the file's header, so that `file` and we can tell it from other databases: "PkEy".
pub(super) const APPLICATION_ID: i32 = 0x506b_4579;

/// One step for each version, from an empty file on.
const MIGRATIONS: &[&str] = &[VERSION_1];

/// `account` is null for a credential that cannot be discovered; `protect` is credProtect's level.
const VERSION_1: &str = "
    CREATE TABLE record (
        name TEXT PRIMARY KEY,
        sealed BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE site (
        key BLOB PRIMARY KEY,
        sealed BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE credential (
        created INTEGER PRIMARY KEY AUTOINCREMENT,
        id BLOB NOT NULL UNIQUE,
        site BLOB NOT NULL,
        account BLOB,
        protect INTEGER NOT NULL,
        sealed BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX credential_account ON credential (site, account)
        WHERE account IS NOT NULL;
    CREATE INDEX credential_newest ON credential (site, created DESC, protect)
        WHERE account IS NOT NULL;
";

/// The newest version.
pub(super) const VERSION: u32 = 1;

/// Brings a database from version `from` to the newest, inside the caller's transaction.
pub(super) fn migrate(db: &Connection, from: u32) -> rusqlite::Result<()> {
    let done = usize::try_from(from).unwrap_or(usize::MAX);
    for step in MIGRATIONS.iter().skip(done) {
        db.execute_batch(step)?;
    }
    db.pragma_update(None, "user_version", VERSION)
}
