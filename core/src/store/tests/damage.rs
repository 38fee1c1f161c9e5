//! What was altered in a store shows, and tells what happened.

use super::{Folder, Record, StoreError, filled, sql};
use crate::{
    credential::CredProtect,
    crypto::sha256,
    store::{Newest, Store},
};

const EXAMPLE: &[u8] = b"example.com";

fn read_all(store: &Store) -> Result<usize, StoreError> {
    let site = store.site_key(&sha256(EXAMPLE));
    let (mut after, mut count) = (Newest::FIRST, 0);
    while let Some((next, _)) = store.newest(site, after, CredProtect::UvRequired)? {
        (after, count) = (next, count + 1);
    }
    store.site(site)?;
    store.record(Record::Settings)?;
    store.record(Record::Epoch)?;
    Ok(count)
}

/// What reading a store gives after its file was changed by `statement`.
fn after(statement: &str) -> Result<usize, StoreError> {
    let folder = Folder::new();
    filled(&folder);
    sql(&folder.database(), statement);
    read_all(&folder.open().unwrap())
}

#[test]
fn an_untouched_store_reads_whole() {
    assert_eq!(after("SELECT 1").unwrap(), 3);
}

#[test]
fn a_flipped_bit_anywhere_in_a_row_is_damage() {
    let folder = Folder::new();
    filled(&folder);
    let length: u32 = {
        let db = rusqlite::Connection::open(folder.database()).unwrap();
        let query = "SELECT length(sealed) FROM credential WHERE created = 2";
        db.query_row(query, [], |row| row.get(0)).unwrap()
    };
    for position in (1..=length).step_by(7) {
        let folder = Folder::new();
        filled(&folder);
        let db = rusqlite::Connection::open(folder.database()).unwrap();
        let query = "SELECT sealed FROM credential WHERE created = 2";
        let mut sealed: Vec<u8> = db.query_row(query, [], |row| row.get(0)).unwrap();
        sealed[usize::try_from(position).unwrap() - 1] ^= 0x10;
        db.execute("UPDATE credential SET sealed = ? WHERE created = 2", [sealed]).unwrap();
        drop(db);
        let error = read_all(&folder.open().unwrap()).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { table: "credential" }), "{error}");
    }
}

#[test]
fn a_row_in_another_rows_place_was_moved() {
    let swapped = "
        CREATE TEMP TABLE kept AS SELECT created, sealed FROM credential;
        UPDATE credential SET sealed = (SELECT sealed FROM kept WHERE created = 1)
            WHERE created = 2;
        UPDATE credential SET sealed = (SELECT sealed FROM kept WHERE created = 2)
            WHERE created = 1;";
    assert!(matches!(after(swapped).unwrap_err(), StoreError::Moved { table: "credential" }));
    let record = "
        UPDATE record SET sealed = (SELECT sealed FROM record WHERE name = 'epoch')
            WHERE name = 'settings';";
    assert!(matches!(after(record).unwrap_err(), StoreError::Moved { table: "record" }));
}

#[test]
fn columns_in_the_clear_are_bound_to_their_row() {
    for statement in [
        "UPDATE credential SET protect = 2 WHERE created = 2",
        "UPDATE credential SET id = x'0102' WHERE created = 2",
        "UPDATE credential SET account = x'000102030405060708090a0b0c0d0e0f' WHERE created = 2",
    ] {
        let error = after(statement).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{statement}: {error}");
    }
}

#[test]
fn a_damaged_site_or_record_is_named() {
    let error = after("UPDATE site SET sealed = zeroblob(60)").unwrap_err();
    assert!(matches!(error, StoreError::Damaged { table: "site" }));
    let error = after("UPDATE record SET sealed = zeroblob(60) WHERE name = 'epoch'").unwrap_err();
    assert!(matches!(error, StoreError::Damaged { table: "record" }));
}

#[test]
fn a_deleted_settings_record_is_no_way_back_to_a_phone_without_a_pin() {
    use crate::{
        state::State,
        store::{Location, OpenError},
    };
    for record in ["settings", "epoch"] {
        let folder = Folder::new();
        filled(&folder);
        sql(&folder.database(), &format!("DELETE FROM record WHERE name = '{record}'"));
        let opened = State::open(&Location::File(folder.database()), &super::platform(7));
        let error = opened.map(drop).unwrap_err();
        let damaged = StoreError::Damaged { table: "record" };
        assert!(matches!(error, OpenError::Store(_)), "{record}: {error}");
        assert_eq!(error.to_string(), damaged.to_string());
    }
}

#[test]
fn a_credential_of_one_site_is_not_found_at_another() {
    let folder = Folder::new();
    filled(&folder);
    let store = folder.open().unwrap();
    let id = super::credential(1).id;
    let here = store.site_key(&sha256(EXAMPLE));
    let elsewhere = store.site_key(&sha256(b"example.org"));
    assert!(store.credential(here, &id).unwrap().is_some());
    assert!(store.credential(elsewhere, &id).unwrap().is_none());
}
