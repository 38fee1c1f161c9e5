//! A process can be killed at any write of a checkpoint, which moves the log into the file.

use super::{Folder, OpenError, Record, contents, credential, filled, fs, insert};
use crate::store::files::log_of;

const PAGE: usize = 4096;

/// A store whose log has pages that its file has not: the file before the checkpoint, and after it.
fn long_log(folder: &Folder) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    filled(folder);
    let mut store = folder.open().unwrap();
    for user in 4..64 {
        insert(&mut store, &credential(user));
    }
    let (before, log) = (contents(&folder.database()), contents(&log_of(&folder.database())));
    store.checkpoint().unwrap();
    let after = contents(&folder.database());
    assert!(after.len() > before.len() + 2 * PAGE, "the checkpoint made the file longer");
    (before, log, after)
}

#[test]
fn a_store_opens_whatever_write_of_a_checkpoint_was_the_last() {
    let folder = Folder::new();
    let (before, log, after) = long_log(&folder);
    let path = folder.database();
    for written in (0..=after.len()).step_by(PAGE) {
        let mut file = after[..written].to_vec();
        file.extend(before.get(written..).unwrap_or_default());
        fs::write(&path, file).unwrap();
        fs::write(log_of(&path), &log).unwrap();
        let store = folder.open().unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(store.discoverable(), 63, "after {written} bytes");
        store.checkpoint().unwrap();
        assert_eq!(contents(&path), after, "after {written} bytes");
    }
}

#[test]
fn pages_that_the_log_has_not_either_are_missing() {
    let folder = Folder::new();
    let (_, log, after) = long_log(&folder);
    let path = folder.database();
    let short = &after[..after.len() - 2 * PAGE];
    let mut of_another_time = log.clone();
    // The salt that the frames repeat: without it they are of an older log.
    of_another_time[16] ^= 1;
    for other in [Vec::new(), vec![0x55; log.len()], log[..32].to_vec(), of_another_time] {
        fs::write(&path, short).unwrap();
        fs::write(log_of(&path), other).unwrap();
        let error = folder.open().expect_err("the store must not open");
        assert!(matches!(error, OpenError::Truncated(_)), "{error}");
        assert_eq!(contents(&path), short, "the file was changed");
    }
}

#[test]
fn a_log_of_other_pages_does_not_stand_for_the_missing_ones() {
    let folder = Folder::new();
    let (_, _, after) = long_log(&folder);
    folder.open().unwrap().set_record(Record::Epoch, &8_u32.to_be_bytes()).unwrap();
    for missing in 1..8 {
        let short = &after[..after.len() - missing * PAGE];
        fs::write(folder.database(), short).unwrap();
        let error = folder.open().expect_err("the store must not open");
        assert!(matches!(error, OpenError::Truncated(_)), "{missing} pages: {error}");
        assert_eq!(contents(&folder.database()), short, "the file was changed");
    }
}
