//! The store's file in the hands of somebody who has not its key: bytes changed anywhere, rows and columns
//! written through SQLite, rows put in each other's place.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use pocketkey_core::Location;
use rusqlite::Connection;

use crate::{
    device::Device,
    input::Input,
    killer::{Ctap, status},
    watch::furnish,
};

const PIN: &str = "1234";
/// More changes than this find nothing that fewer do not.
const MOST_CHANGES: usize = 16;

/// Where the file is for the moment: in memory, where the machine has such a place.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = base.join(format!("pocketkey-fuzz-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        folder
    })
}

/// A store as it should be.
struct Whole {
    bytes: Vec<u8>,
    /// Site and ID of every credential.
    credentials: Vec<(String, Vec<u8>)>,
}

/// One with a PIN and accounts.
fn whole() -> &'static Whole {
    static WHOLE: OnceLock<Whole> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let path = folder().join("whole.db");
        let device = Device::on(&Location::File(path.clone())).expect("a new store");
        furnish(&device, Some(PIN));
        let listed = device.authenticator.credentials().expect("nothing is wrong with it");
        let credentials = listed.into_iter().map(|one| (one.rp_id, one.id)).collect();
        drop(device);
        // Out of the log.
        let db = Connection::open(&path).expect("it opens");
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("a checkpoint");
        drop(db);
        Whole { bytes: fs::read(&path).expect("it is there"), credentials }
    })
}

/// The input is a list of changes.
pub fn run(data: &[u8]) {
    let path = folder().join("store.db");
    fs::write(&path, &whole().bytes).expect("there is room");
    for beside in ["store.db-wal", "store.db-shm", "store.db-journal"] {
        let _ = fs::remove_file(folder().join(beside));
    }
    let mut input = Input(data);
    for _ in 0..MOST_CHANGES {
        if input.is_empty() {
            break;
        }
        if input.byte() % 4 == 0 {
            change_bytes(&path, &mut input);
        } else {
            change_rows(&path, &mut input);
        }
    }
    use_it(&path);
}

fn change_bytes(path: &Path, input: &mut Input<'_>) {
    let mut bytes = fs::read(path).expect("it is there");
    let place = (usize::from(input.byte()) << 16 | input.word()) % bytes.len().max(1);
    let length = usize::from(input.byte() % 32);
    match input.byte() % 4 {
        0 => bytes.truncate(place),
        1 => bytes.extend(input.bytes(length)),
        _ => {
            for (byte, new) in bytes.iter_mut().skip(place).zip(input.bytes(length)) {
                *byte = *new;
            }
        }
    }
    fs::write(path, bytes).expect("there is room");
}

const TABLES: [&str; 3] = ["record", "site", "credential"];
const COLUMNS: [&str; 9] =
    ["name", "sealed", "key", "id", "site", "account", "protect", "created", "user_version"];

fn change_rows(path: &Path, input: &mut Input<'_>) {
    let Ok(db) = Connection::open(path) else { return };
    let table = TABLES[usize::from(input.byte()) % TABLES.len()];
    let column = COLUMNS[usize::from(input.byte()) % COLUMNS.len()];
    let (row, other) = (input.byte() % 8, input.byte() % 8);
    let key = ["name", "key", "created"][usize::from(input.byte()) % 3];
    let of = |row| format!("(SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {row})");
    let length = usize::from(input.byte());
    let statement = match input.byte() % 6 {
        0 => format!("DELETE FROM {table} WHERE {key} = {}", of(row)),
        1 => {
            // What another row has.
            let from = format!("(SELECT {column} FROM {table} WHERE {key} = {})", of(other));
            format!("UPDATE {table} SET {column} = {from} WHERE {key} = {}", of(row))
        }
        2 => format!("UPDATE {table} SET {column} = NULL WHERE {key} = {}", of(row)),
        3 => format!("UPDATE {table} SET {column} = {other} WHERE {key} = {}", of(row)),
        4 => format!("DROP TABLE {table}"),
        _ => {
            let bytes: String =
                input.bytes(length).iter().map(|byte| format!("{byte:02x}")).collect();
            format!("UPDATE {table} SET {column} = x'{bytes}' WHERE {key} = {}", of(row))
        }
    };
    // Most make no sense for the table: that is no concern of ours.
    let _ = db.execute_batch(&statement);
    let _ = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
}

/// Opens it, if it lets itself be opened, and does what a client and an owner do.
fn use_it(path: &Path) {
    let Ok(device) = Device::on(&Location::File(path.to_owned())) else { return };
    let listed = device.authenticator.credentials();
    let mut client = Ctap::new(device.clone());
    let retries = client.pin_retries().expect("in memory");
    // A phone whose PIN is gone from its file must not be a phone without a PIN.
    assert!(!matches!(client.set_pin("5678"), Ok(Ok(_))), "a new PIN over the old one");
    let wrong = client.token("0000", 0x02, Some("example.com")).expect("in memory");
    let after = client.pin_retries().expect("in memory");
    // Where the attempt could not be counted, nothing may be said of the PIN.
    match (wrong, retries, after) {
        (Ok(_), ..) => panic!("a token for a wrong PIN"),
        (Err(status::PIN_INVALID), Ok(before), Ok(after)) => {
            assert!(after < before, "an attempt for nothing: {before} to {after}");
        }
        _ => {}
    }
    let _ = client.token(PIN, 0x04, None);
    for site in ["example.com", "other.org"] {
        // Rows may be taken away unnoticed, the sites' among them, but none can be made up.
        if let Ok(Ok(signed)) = client.sign_in(site, None, None) {
            let known = &(site.to_owned(), signed.id);
            assert!(whole().credentials.contains(known), "signed in with what nobody registered");
        }
    }
    for credential in listed.unwrap_or_default() {
        let _ = device.authenticator.rename_credential(&credential.id, Some("new"), None);
        let _ = device.authenticator.delete_credential(&credential.id);
    }
    // Whatever is wrong with it, its owner can erase it.
    let _ = device.authenticator.factory_reset();
}
