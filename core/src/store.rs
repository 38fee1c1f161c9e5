//! The store: one SQLite file whose rows are sealed under a key that only the platform can open.
//!
//! A stolen file tells neither keys nor sites: rows are AES-256-GCM ciphertexts bound to their
//! place, and sites and accounts are found by a keyed hash. Every change is one transaction, durable
//! when the call returns.

mod credentials;
mod error;
mod extent;
mod files;
mod open;
mod records;
mod row;
mod schema;
mod seal;
mod site;

#[cfg(test)]
mod tests;

use std::{path::PathBuf, sync::Arc};

use ring::hmac;
use rusqlite::Connection;
use zeroize::Zeroizing;

pub(crate) use credentials::{NewCredential, Newest};
pub use error::{OpenError, StoreError};
use files::OpenFiles;
pub(crate) use records::{Change, Record};
pub use seal::Sealer;
pub(crate) use site::{SiteKey, SiteSummary};

use crate::{
    crypto::hkdf_sha256,
    platform::{KeyStore, Rng},
};

/// Where a store lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// Nowhere: it is gone when it is closed.
    Memory,
    /// In this file, beside which SQLite keeps its write-ahead log.
    File(PathBuf),
}

/// The length of a log that is worth moving, in bytes; reading it again takes a few milliseconds at the
/// next start.
const TIDY_FROM: u64 = 4 << 20;

/// An open store.
pub struct Store {
    db: Connection,
    keys: Keys,
    rng: Arc<dyn Rng>,
    key_store: Arc<dyn KeyStore>,
    discoverable: u64,
    /// None for a store in memory.
    files: Option<OpenFiles>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("discoverable", &self.discoverable).finish_non_exhaustive()
    }
}

/// What is derived from the store's one random key; a reset makes a new one, and so erases all.
struct Keys {
    rows: Sealer,
    wrapping: Sealer,
    lookup: hmac::Key,
    identifier: Zeroizing<[u8; 16]>,
}

impl Keys {
    fn derive(root: &[u8]) -> Self {
        let key = |info: &[u8]| hkdf_sha256::<32>(&[], root, info);
        Self {
            rows: Sealer::new(&key(b"rows")),
            wrapping: Sealer::new(&key(b"credential wrapping")),
            lookup: hmac::Key::new(hmac::HMAC_SHA256, key(b"lookup").as_ref()),
            identifier: hkdf_sha256(&[], root, b"identifier"),
        }
    }

    /// What stands in the clear for something that must not be read: HMAC-SHA-256, cut to 16 bytes.
    fn keyed_hash(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut context = hmac::Context::with_key(&self.lookup);
        for part in parts {
            context.update(part);
        }
        let mut hash = [0; 16];
        hash.copy_from_slice(context.sign().as_ref().get(..16).unwrap_or_default());
        hash
    }
}

impl Store {
    /// Seals and opens wrapped credential IDs.
    pub(crate) const fn wrapping(&self) -> &Sealer {
        &self.keys.wrapping
    }

    /// The value of encIdentifier (CTAP 2.3 §6.4): this store's, until its next reset.
    pub(crate) fn identifier(&self) -> &[u8; 16] {
        &self.keys.identifier
    }

    /// How many discoverable credentials there are.
    pub(crate) const fn discoverable(&self) -> u64 {
        self.discoverable
    }

    /// To be asked before each change: whether its files are still the ones that are open.
    fn check_files(&self) -> Result<(), StoreError> {
        self.files.as_ref().map_or(Ok(()), OpenFiles::check)
    }

    /// Moves the write-ahead log into the database file where it has grown to 4 MiB; for idle
    /// moments, because that syncs more than once.
    ///
    /// # Errors
    /// [`StoreError::Database`] where the disk refuses.
    pub fn tidy(&self) -> Result<(), StoreError> {
        let length = self.files.as_ref().and_then(|files| Some(files.log().metadata().ok()?.len()));
        if length.is_some_and(|length| length >= TIDY_FROM) { self.checkpoint() } else { Ok(()) }
    }

    /// Moves the write-ahead log into the database file.
    ///
    /// # Errors
    /// [`StoreError::Database`] where the disk refuses.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}
