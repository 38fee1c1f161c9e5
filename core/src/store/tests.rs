//! What the store promises: nothing read by others, nothing altered unnoticed, nothing touched by a
//! failed attempt to open.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod damage;
mod interrupted;
mod opening;
mod secrecy;
mod versions;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{Location, OpenError, Record, Store, StoreError};
use crate::{
    algorithm::Algorithm,
    credential::{CredProtect, Credential, Discoverable},
    crypto::sha256,
    ctap::entity::UserEntity,
    platform::{KeyHandle, NoNetwork, Platform},
    software::SoftwareKeyStore,
    testing::{FakeClock, ScriptedUser, SeededRng},
};

/// A folder that is gone with the test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn database(&self) -> PathBuf {
        self.0.path().join("pocketkey.db")
    }

    fn open(&self) -> Result<Store, OpenError> {
        open(&self.database(), 7)
    }
}

/// Opens with the key store that this byte seeds. Each opening goes on with other randomness, as in
/// life.
fn open(path: &Path, key: u8) -> Result<Store, OpenError> {
    Store::open(&Location::File(path.to_owned()), &platform(key))
}

fn platform(key: u8) -> Platform {
    static OPENINGS: AtomicU64 = AtomicU64::new(0);
    Platform {
        key_store: Arc::new(SoftwareKeyStore::new(&[key; 32])),
        user_verifier: Arc::new(ScriptedUser::default()),
        clock: Arc::new(FakeClock::default()),
        rng: Arc::new(SeededRng::new(OPENINGS.fetch_add(1, Ordering::SeqCst))),
        courier: Arc::new(NoNetwork),
    }
}

/// A discoverable credential of user `user` at `example.com`.
fn credential(user: u8) -> Credential {
    Credential {
        id: sha256(&[user]).to_vec(),
        key: KeyHandle(vec![0xaa, user]),
        algorithm: Algorithm::Es256,
        protect: CredProtect::UvOptional,
        seed: zeroize::Zeroizing::new([user; 32]),
        base_epoch: 0,
        third_party_payment: false,
        discoverable: Some(Discoverable {
            user: UserEntity {
                id: vec![user; 8],
                name: Some(format!("person-{user}@example.com")),
                display_name: None,
            },
            public_key: vec![0xa0],
            cred_blob: Vec::new(),
            large_blob_key: false,
        }),
    }
}

fn insert(store: &mut Store, credential: &Credential) {
    store.insert(&sha256(b"example.com"), "example.com", Some("Example"), credential).unwrap();
}

/// A store with three credentials and a settings record, closed and moved into its file.
fn filled(folder: &Folder) {
    let mut store = folder.open().unwrap();
    for user in 1..=3 {
        insert(&mut store, &credential(user));
    }
    store.set_record(Record::Settings, &[0xa0]).unwrap();
    store.set_record(Record::Epoch, &7_u32.to_be_bytes()).unwrap();
    store.checkpoint().unwrap();
}

/// Works on the database behind the store's back.
fn sql(path: &Path, statement: &str) {
    let db = rusqlite::Connection::open(path).unwrap();
    db.execute_batch(statement).unwrap();
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}

fn contents(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap()
}
