//! Every way in which a file is not a store of ours has its own error, and leaves the file alone.

use super::{Folder, OpenError, Record, contents, credential, filled, fs, open, sql};
use crate::store::{StoreError, schema};

/// Opens what must not open, and checks that the file is what it was.
fn refused(folder: &Folder, key: u8) -> OpenError {
    let path = folder.database();
    let before = contents(&path);
    let error = open(&path, key).expect_err("the store must not open");
    assert_eq!(before, contents(&path), "the file was changed: {error}");
    error
}

#[test]
fn a_store_opens_again_with_what_was_in_it() {
    let folder = Folder::new();
    filled(&folder);
    let store = folder.open().unwrap();
    assert_eq!(store.discoverable(), 3);
}

#[test]
fn another_key_is_the_wrong_key() {
    let folder = Folder::new();
    filled(&folder);
    assert!(matches!(refused(&folder, 8), OpenError::WrongKey));
    assert_eq!(folder.open().unwrap().discoverable(), 3);
}

#[test]
fn a_truncated_file_is_never_taken_for_a_new_one() {
    let folder = Folder::new();
    filled(&folder);
    let whole = contents(&folder.database());
    for length in [0, 1, 99, 100, 4095, 4096, 8192, whole.len() - 4096, whole.len() - 1] {
        fs::write(folder.database(), &whole[..length]).unwrap();
        let error = refused(&folder, 7);
        assert!(matches!(error, OpenError::Truncated(_)), "{length}: {error}");
    }
}

#[test]
fn a_newer_schema_is_left_to_newer_programs() {
    let folder = Folder::new();
    filled(&folder);
    sql(&folder.database(), "PRAGMA user_version = 999");
    let error = refused(&folder, 7);
    assert!(
        matches!(error, OpenError::NewerSchema { found: 999, known } if known == schema::VERSION),
        "{error}"
    );
}

#[test]
fn other_files_are_not_stores() {
    let folder = Folder::new();
    for other in [vec![b'x'; 5000], b"SQLite format 2\0".repeat(10)] {
        fs::write(folder.database(), other).unwrap();
        assert!(matches!(refused(&folder, 7), OpenError::NotAStore(_)));
    }
}

#[test]
fn another_programs_database_is_not_a_store() {
    let folder = Folder::new();
    sql(&folder.database(), "CREATE TABLE record (name, sealed)");
    assert!(matches!(refused(&folder, 7), OpenError::NotAStore(_)));
}

#[test]
fn a_second_opener_hears_that_the_store_is_in_use() {
    let folder = Folder::new();
    let _first = folder.open().unwrap();
    assert!(matches!(folder.open().unwrap_err(), OpenError::InUse));
}

#[test]
fn a_store_without_its_key_record_is_damaged() {
    let folder = Folder::new();
    filled(&folder);
    sql(&folder.database(), "DELETE FROM record WHERE name = 'store key'");
    assert!(matches!(
        refused(&folder, 7),
        OpenError::Store(StoreError::Damaged { table: "record" })
    ));
}

#[test]
fn what_a_crash_during_creation_left_is_replaced() {
    let folder = Folder::new();
    let mut unfinished = folder.database().into_os_string();
    unfinished.push(".new");
    fs::write(&unfinished, b"half a store").unwrap();
    assert_eq!(folder.open().unwrap().discoverable(), 0);
    assert!(!fs::exists(&unfinished).unwrap());
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    super::insert(&mut store, &credential(1));
    for file in fs::read_dir(folder.0.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[test]
fn only_a_long_log_is_moved_into_the_file() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    let mut log = folder.database().into_os_string();
    log.push("-wal");
    let length = || fs::metadata(&log).unwrap().len();
    super::insert(&mut store, &credential(1));
    store.tidy().unwrap();
    assert!(length() > 0, "a sync was spent on a short log");
    while length() < super::super::TIDY_FROM {
        super::insert(&mut store, &credential(1));
    }
    store.tidy().unwrap();
    assert_eq!(length(), 0);
    assert_eq!(store.discoverable(), 1);
}

#[test]
fn a_change_is_refused_once_the_open_file_or_its_log_was_replaced() {
    let log = |path: &std::path::Path| path.with_extension("db-wal");
    for (victim, remove) in [(false, false), (false, true), (true, false), (true, true)] {
        let folder = Folder::new();
        filled(&folder);
        let mut store = folder.open().unwrap();
        store.set_record(Record::Epoch, &[0, 0, 0, 8]).unwrap();
        let path = if victim { log(&folder.database()) } else { folder.database() };
        let kept = path.with_extension("kept");
        fs::copy(&path, &kept).unwrap();
        fs::rename(&path, path.with_extension("aside")).unwrap();
        if !remove {
            fs::copy(&kept, &path).unwrap();
        }
        let refused = [
            store.set_record(Record::Epoch, &[0, 0, 0, 9]),
            store.delete(&credential(1).id).map(drop),
            store.update(&credential(1)),
            store.change(&[]),
            store.erase(Vec::new(), &[]),
        ];
        for error in refused {
            assert!(matches!(error, Err(StoreError::Replaced)), "{error:?}");
        }
        // The right files are back: nothing has happened.
        fs::rename(path.with_extension("aside"), &path).unwrap();
        store.set_record(Record::Epoch, &[0, 0, 0, 9]).unwrap();
        assert_eq!(store.discoverable(), 3);
    }
}
