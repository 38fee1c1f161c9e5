#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::testing::Folder;

const PARAMETERS: &str = r#"{"kdf":"argon2id","version":19,"memory_kib":64,"passes":1,"lanes":1,
    "salt":"000102030405060708090a0b0c0d0e0f"}"#;

#[test]
fn the_first_run_makes_a_key_that_the_next_one_finds() {
    let folder = Folder::new();
    let (made, kind) = load_or_create(folder.path(), false).unwrap();
    assert_eq!(kind, Kind::KeyFile);
    assert_ne!(*made, [0; 32]);
    let path = folder.path().join("key");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(*load_or_create(folder.path(), false).unwrap().0, *made);
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let folder = Folder::new();
    load_or_create(folder.path(), false).unwrap();
    let path = folder.path().join("key");
    for mode in [0o640, 0o604, 0o644] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let error = load_or_create(folder.path(), false).unwrap_err();
        assert!(matches!(error, KeyError::Exposed(_)), "{error}");
    }
}

#[test]
fn a_key_of_another_size_is_refused() {
    let folder = Folder::new();
    for size in [0, 31, 33, 100_000] {
        write_durably(&folder.path().join("key"), &vec![1; size]).unwrap();
        let error = load_or_create(folder.path(), false).unwrap_err();
        assert!(matches!(error, KeyError::NotAKey(_)), "{size}: {error}");
    }
}

#[test]
fn a_store_without_its_key_gets_no_new_one() {
    let folder = Folder::new();
    fs::write(folder.path().join("pocketkey.db"), b"").unwrap();
    assert!(matches!(load_or_create(folder.path(), false), Err(KeyError::Lost(_))));
    assert!(!folder.path().join("key").exists());
}

#[test]
fn two_secrets_or_the_wrong_kind_are_refused() {
    let folder = Folder::new();
    load_or_create(folder.path(), false).unwrap();
    assert!(matches!(load_or_create(folder.path(), true), Err(KeyError::HasKeyFile)));
    fs::write(folder.path().join("key.json"), PARAMETERS).unwrap();
    assert!(matches!(load_or_create(folder.path(), false), Err(KeyError::Both(_))));
}

#[test]
fn a_passphrase_gives_the_same_key_each_time_and_another_one_another() {
    let (params, salt) = parse_parameters(PARAMETERS).unwrap();
    let key = |passphrase: &[u8]| derive(passphrase, &salt, params.clone()).unwrap();
    assert_eq!(*key(b"correct horse"), *key(b"correct horse"));
    assert_ne!(*key(b"correct horse"), *key(b"correct horsf"));
}

#[test]
fn parameters_out_of_bounds_are_refused() {
    for (good, bad) in [
        ("argon2id", "argon2d"),
        ("\"version\":19", "\"version\":16"),
        ("\"memory_kib\":64", "\"memory_kib\":4294967295"),
        ("\"memory_kib\":64", "\"memory_kib\":-1"),
        ("\"passes\":1", "\"passes\":1000000"),
        ("\"lanes\":1", "\"lanes\":0"),
        ("000102030405060708090a0b0c0d0e0f", "0001"),
        ("000102030405060708090a0b0c0d0e0f", "xx0102030405060708090a0b0c0d0e0f"),
    ] {
        assert!(parse_parameters(&PARAMETERS.replace(good, bad)).is_none(), "{bad}");
    }
    for text in ["", "[]", "null", "{}"] {
        assert!(parse_parameters(text).is_none(), "{text}");
    }
}

#[test]
fn a_passphrase_file_loses_one_line_end() {
    let folder = Folder::new();
    let path = folder.path().join("passphrase");
    for (written, read) in
        [("secret\n", "secret"), ("secret\r\n", "secret"), ("two words \n\n", "two words \n")]
    {
        fs::write(&path, written).unwrap();
        assert_eq!(passphrase_file(&path).unwrap().as_slice(), read.as_bytes());
    }
    for unusable in [&b""[..], b"\n", b"\xff\xfe", &[b'x'; 5000]] {
        fs::write(&path, unusable).unwrap();
        assert!(matches!(passphrase_file(&path), Err(KeyError::UnusablePassphrase)));
    }
}
