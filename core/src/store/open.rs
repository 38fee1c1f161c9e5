//! Opening and making stores, and erasing them.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::{Connection, ErrorCode, OptionalExtension, config::DbConfig};
use zeroize::Zeroizing;

use super::{
    Change, Keys, Location, OpenError, OpenFiles, Record, Store, StoreError, credentials,
    extent::Extent, records, schema,
};
use crate::{
    platform::{KeyHandle, KeyStore, KeyStoreError, Platform, Rng},
    settings::Settings,
};

impl Store {
    /// Opens the store at `location`, or makes one where there is none.
    ///
    /// # Errors
    /// Any [`OpenError`]; then nothing has been changed.
    pub fn open(location: &Location, platform: &Platform) -> Result<Self, OpenError> {
        let (key_store, rng) = (&platform.key_store, &platform.rng);
        match location {
            Location::Memory => {
                let db = Connection::open_in_memory()?;
                create(&db, key_store.as_ref(), rng.as_ref())?;
                let root = unwrap_root(&db, key_store.as_ref())?;
                Self::load(db, &root, platform, None)
            }
            Location::File(path) => {
                if !path.try_exists()? {
                    create_file(path, key_store.as_ref(), rng.as_ref())?;
                }
                let extent = Extent::of(path)?;
                let db = Connection::open(path)?;
                configure(&db)
                    .and_then(|()| extent.check(&db))
                    .map_err(|error| extent.explain(error, path))?;
                let version = check_identity(&db, path)?;
                let root = unwrap_root(&db, key_store.as_ref())?;
                // Only now: a store that is not ours to open is not ours to change.
                if version < schema::VERSION {
                    let transaction = db.unchecked_transaction()?;
                    schema::migrate(&transaction, version)?;
                    transaction.commit()?;
                }
                Self::load(db, &root, platform, Some(path))
            }
        }
    }

    fn load(
        db: Connection,
        root: &[u8],
        platform: &Platform,
        file: Option<&Path>,
    ) -> Result<Self, OpenError> {
        let discoverable =
            db.query_row("SELECT count(*) FROM credential WHERE account IS NOT NULL", [], |row| {
                row.get(0)
            })?;
        db.set_prepared_statement_cache_capacity(32);
        // Otherwise SQLite plans a cached statement anew for other values, which costs more than to
        // run it; there are no statistics that a better plan could come from.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        Ok(Self {
            db,
            keys: Keys::derive(root),
            rng: Arc::clone(&platform.rng),
            key_store: Arc::clone(&platform.key_store),
            discoverable,
            files: file.map(OpenFiles::of),
        })
    }

    /// Erases everything: the rows go, and with the old key the meaning of what the disk may keep. The
    /// platform is told to delete every credential's key, and `keys`. In the same transaction the new
    /// store gets `changes`.
    ///
    /// # Errors
    /// Any [`StoreError`]; then nothing has been erased.
    pub(crate) fn erase(
        &mut self,
        keys: Vec<KeyHandle>,
        changes: &[Change<'_>],
    ) -> Result<(), StoreError> {
        self.check_files()?;
        let mut handles = self.key_handles()?;
        handles.extend(keys);
        let transaction = self.db.transaction()?;
        transaction
            .execute_batch("DELETE FROM credential; DELETE FROM site; DELETE FROM record;")?;
        let root = write_new_root(&transaction, self.key_store.as_ref(), self.rng.as_ref())?;
        let keys = Keys::derive(root.as_ref());
        records::make(&transaction, &keys.rows, self.rng.as_ref(), changes)?;
        transaction.commit()?;
        self.keys = keys;
        self.discoverable = 0;
        for handle in handles {
            // A key that the platform keeps although nothing names it any more is harmless.
            let _ = self.key_store.delete(&handle);
        }
        // Everything is erased already; what the log still holds is noise without the old key.
        let _ = self.checkpoint();
        Ok(())
    }
}

fn unwrap_root(db: &Connection, key_store: &dyn KeyStore) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let wrapped: Vec<u8> = db
        .query_row("SELECT sealed FROM record WHERE name = ?", [records::STORE_KEY], |row| {
            row.get(0)
        })
        .optional()?
        .ok_or(StoreError::Damaged { table: "record" })?;
    key_store.unwrap(&wrapped).map_err(|error| match error {
        KeyStoreError::UnknownKey => OpenError::WrongKey,
        _ => StoreError::Platform.into(),
    })
}

/// Settings of the connection. The log is synced at each commit (FULL, and past the disk's own cache
/// where a system makes a difference), moved into the file when we say so, or when nobody said so for
/// 16,000 pages; and nobody else may open the file meanwhile.
fn configure(db: &Connection) -> Result<(), OpenError> {
    let configured = (|| {
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        db.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA synchronous = FULL;
             PRAGMA secure_delete = ON;
             PRAGMA fullfsync = ON;
             PRAGMA wal_autocheckpoint = 16000;
             PRAGMA cache_size = -2048;
             BEGIN IMMEDIATE; COMMIT;",
        )
    })();
    configured.map_err(|error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::InUse,
        _ => error.into(),
    })
}

/// The schema version of a store of ours that is not too new.
fn check_identity(db: &Connection, path: &Path) -> Result<u32, OpenError> {
    let number = |name| db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i32>(0));
    if number("application_id")? != schema::APPLICATION_ID {
        return Err(OpenError::NotAStore(path.to_owned()));
    }
    let found = u32::try_from(number("user_version")?)
        .map_err(|_| OpenError::NotAStore(path.to_owned()))?;
    if found > schema::VERSION {
        return Err(OpenError::NewerSchema { found, known: schema::VERSION });
    }
    Ok(found)
}

/// A store comes into being under another name, so that a file at `path` is always a whole one.
fn create_file(path: &Path, key_store: &dyn KeyStore, rng: &dyn Rng) -> Result<(), OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let unfinished = PathBuf::from(name);
    if unfinished.try_exists()? {
        fs::remove_file(&unfinished)?;
    }
    create_private(&unfinished)?;
    let db = Connection::open(&unfinished)?;
    create(&db, key_store, rng)?;
    // The mode is kept in the file's header.
    db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    db.close().map_err(|(_, error)| error)?;
    File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, path)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// An empty file that only its owner may read; SQLite gives its log the same mode.
fn create_private(path: &Path) -> Result<(), OpenError> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    Ok(())
}

fn create(db: &Connection, key_store: &dyn KeyStore, rng: &dyn Rng) -> Result<(), OpenError> {
    db.pragma_update(None, "application_id", schema::APPLICATION_ID)?;
    let transaction = db.unchecked_transaction()?;
    schema::migrate(&transaction, 0)?;
    write_new_root(&transaction, key_store, rng)?;
    transaction.commit()?;
    Ok(())
}

fn write_new_root(
    db: &Connection,
    key_store: &dyn KeyStore,
    rng: &dyn Rng,
) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let mut root = Zeroizing::new([0; 32]);
    rng.fill(root.as_mut())?;
    let wrapped = key_store.wrap(root.as_ref()).map_err(|_| StoreError::Platform)?;
    db.execute("INSERT INTO record (name, sealed) VALUES (?, ?)", (records::STORE_KEY, wrapped))?;
    // These are there from the start, so that their absence is damage, and no way back to a phone
    // without a PIN. The store's state is random, as after every change (CTAP 2.3 §6.4).
    let rows = Keys::derive(root.as_ref()).rows;
    records::write(db, &rows, rng, Record::Settings, &Settings::default().encode())?;
    records::write(db, &rows, rng, Record::Epoch, &0_u32.to_be_bytes())?;
    credentials::renew_state(db, &rows, rng)?;
    Ok(root)
}
