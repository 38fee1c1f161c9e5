#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::Folder;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_new_directory_is_its_owners_alone() {
    let folder = Folder::new();
    let path = folder.path().join("a/b");
    let state = StateDir::open(path.clone()).unwrap();
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join("lock")), 0o600);
    assert_eq!(state.database(), path.join("pocketkey.db"));
}

#[test]
fn an_empty_directory_is_closed_to_others() {
    let folder = Folder::new();
    let path = folder.path().join("empty");
    DirBuilder::new().mode(0o755).create(&path).unwrap();
    StateDir::open(path.clone()).unwrap();
    assert_eq!(mode(&path), 0o700);
}

#[test]
fn an_exposed_directory_with_something_in_it_is_refused_and_left_alone() {
    let folder = Folder::new();
    let path = folder.path().join("open");
    DirBuilder::new().mode(0o755).create(&path).unwrap();
    fs::write(path.join("something"), b"").unwrap();
    let error = StateDir::open(path.clone()).unwrap_err();
    assert!(error.to_string().contains("chmod 700"), "{error}");
    assert_eq!(mode(&path), 0o755);
    assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
}

#[test]
fn a_second_one_is_refused_until_the_first_has_gone() {
    let folder = Folder::new();
    let first = StateDir::open(folder.path().to_owned()).unwrap();
    let error = StateDir::open(folder.path().to_owned()).unwrap_err().to_string();
    assert!(error.contains(&format!("process {}", process::id())), "{error}");
    assert!(error.contains("--state"), "{error}");
    drop(first);
    StateDir::open(folder.path().to_owned()).unwrap();
}

#[test]
fn a_lock_file_with_nonsense_names_nobody() {
    let folder = Folder::new();
    let _first = StateDir::open(folder.path().to_owned()).unwrap();
    fs::write(folder.path().join("lock"), b"\xff".repeat(100)).unwrap();
    let error = StateDir::open(folder.path().to_owned()).unwrap_err().to_string();
    assert!(error.starts_with("another pocketkey is using"), "{error}");
}

#[test]
fn a_chosen_directory_wins() {
    assert_eq!(directory(Some("x".into())).unwrap(), PathBuf::from("x"));
}
