//! What a copy of the files tells.

use super::{Folder, contents, credential, filled, fs, insert};
use crate::crypto::sha256;

fn all_bytes(folder: &Folder) -> Vec<u8> {
    let mut all = Vec::new();
    for file in fs::read_dir(folder.0.path()).unwrap() {
        all.extend(contents(&file.unwrap().path()));
    }
    all
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn a_stolen_file_tells_neither_sites_nor_accounts_nor_keys() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    insert(&mut store, &credential(9));
    let bytes = all_bytes(&folder);
    assert!(contains(&bytes, &credential(9).id), "the search finds what is there");
    for secret in [
        b"example.com".as_slice(),
        b"Example",
        b"person-9",
        &[9; 8],
        &[0xaa, 9, 2],
        &sha256(b"example.com"),
    ] {
        assert!(!contains(&bytes, secret), "{secret:?}");
    }
}

#[test]
fn equal_sites_look_different_in_different_stores() {
    let site = sha256(b"example.com");
    let (one, two) = (Folder::new(), Folder::new());
    let other = super::open(&two.database(), 8).unwrap();
    assert_ne!(one.open().unwrap().site_key(&site), other.site_key(&site));
}

#[test]
fn after_erasing_nothing_of_the_old_rows_is_on_the_disk() {
    let folder = Folder::new();
    filled(&folder);
    let mut store = folder.open().unwrap();
    let identifier = *store.identifier();
    let id = credential(1).id;
    store.erase(Vec::new(), &[]).unwrap();
    assert_ne!(identifier, *store.identifier());
    assert_eq!(store.discoverable(), 0);
    assert!(!contains(&all_bytes(&folder), &id));
    drop(store);
    assert_eq!(folder.open().unwrap().discoverable(), 0);
}
