//! The store's file is swapped for an older copy: while the phone runs, and between two runs.
//! docs/threat-model.md says what of this is noticed; these tests keep that true.

use std::{fs, path::Path};

use crate::{
    killer::{Ctap, Permissions, Registration, status},
    process::{Process, Socket, State},
    work::{PIN, SITE},
};

const WRONG_PIN: &str = "not it";

fn register(client: &mut Ctap<Socket>, user: u8) -> Result<Vec<u8>, u8> {
    let token = client.token(PIN, Permissions::MAKE_CREDENTIAL, Some(SITE)).unwrap()?;
    let new = Registration {
        rp_id: SITE,
        user: &[user],
        name: "somebody",
        discoverable: true,
        token: Some(&token),
    };
    client.register(&new).unwrap()
}

/// A phone with a PIN and one account; its state as it was then is copied away.
fn with_older_copy(older: &Path) -> State {
    let state = State::new();
    let mut phone = Process::start(&state);
    let mut client = phone.client().unwrap();
    client.set_pin(PIN).unwrap().unwrap();
    register(&mut client, 1).unwrap();
    phone.stop();
    copy(&state.path(), older);
    state
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

#[test]
fn a_running_phone_refuses_to_change_a_store_whose_file_was_swapped() {
    let older = tempfile::tempdir().unwrap();
    let state = with_older_copy(older.path());
    let mut phone = Process::start(&state);
    let mut client = phone.client().unwrap();
    register(&mut client, 2).unwrap();
    fs::rename(older.path().join("pocketkey.db"), state.database()).unwrap();

    assert_eq!(register(&mut client, 3), Err(status::OTHER));
    // Neither PIN is tried: an attempt that cannot be counted is none.
    for pin in [PIN, WRONG_PIN] {
        let token = client.token(pin, Permissions::GET_ASSERTION, Some(SITE)).unwrap();
        assert_eq!(token.err(), Some(status::OTHER));
    }
    assert!(phone.stop().0.success());
}

#[test]
fn a_running_phone_refuses_to_change_a_store_whose_log_was_removed() {
    let older = tempfile::tempdir().unwrap();
    let state = with_older_copy(older.path());
    let mut phone = Process::start(&state);
    let mut client = phone.client().unwrap();
    register(&mut client, 2).unwrap();
    fs::remove_file(state.path().join("pocketkey.db-wal")).unwrap();
    assert_eq!(register(&mut client, 3), Err(status::OTHER));
}

/// Nothing outside of the state directory remembers how far the phone had come. Who can write there
/// can take the phone back to an earlier day, its PIN retries and deleted accounts included.
#[test]
fn an_older_copy_of_the_whole_state_between_two_runs_is_not_noticed() {
    let older = tempfile::tempdir().unwrap();
    let state = with_older_copy(older.path());
    let mut phone = Process::start(&state);
    let mut client = phone.client().unwrap();
    for _ in 0..2 {
        let token = client.token(WRONG_PIN, Permissions::GET_ASSERTION, Some(SITE)).unwrap();
        assert_eq!(token.err(), Some(status::PIN_INVALID));
    }
    assert_eq!(client.pin_retries().unwrap(), Ok(6));
    phone.stop();

    copy(older.path(), &state.path());
    let mut phone = Process::start(&state);
    assert_eq!(phone.client().unwrap().pin_retries().unwrap(), Ok(8));
}

/// A database of one day and the log of another: SQLite cannot tell them apart, but rows are sealed
/// to their places. The phone opens what is whole, or says that it cannot; it never falls over.
#[test]
fn an_older_database_under_a_newer_log_is_opened_whole_or_refused() {
    let older = tempfile::tempdir().unwrap();
    let state = with_older_copy(older.path());
    let mut phone = Process::start(&state);
    let mut client = phone.client().unwrap();
    let id = register(&mut client, 2).unwrap();
    phone.stop();
    fs::copy(older.path().join("pocketkey.db"), state.database()).unwrap();

    let mut phone = Process::start(&state);
    match phone.client() {
        Ok(mut client) => {
            // The log held everything since the copy was made.
            assert!(client.sign_in(SITE, Some(&id), None).unwrap().is_ok());
            assert!(register(&mut client, 3).is_ok());
        }
        Err(refused) => assert!(refused.to_string().starts_with("pocketkey: "), "{refused}"),
    }
}

/// Overwritten in place it stays the same file, which nothing tells from the phone's own writing.
#[test]
fn a_file_that_is_overwritten_in_place_does_not_bring_the_phone_down() {
    let older = tempfile::tempdir().unwrap();
    let state = with_older_copy(older.path());
    let mut phone = Process::start(&state);
    let mut client = phone.client().unwrap();
    let id = register(&mut client, 2).unwrap();
    fs::write(state.database(), fs::read(older.path().join("pocketkey.db")).unwrap()).unwrap();
    let _ = register(&mut client, 3);
    let _ = client.sign_in(SITE, Some(&id), None).unwrap();
    let (status, _) = phone.stop();
    assert!(status.success(), "{status}");

    let mut phone = Process::start(&state);
    if let Err(refused) = phone.client() {
        assert!(refused.to_string().starts_with("pocketkey: "), "{refused}");
    }
}
