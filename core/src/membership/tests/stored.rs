//! What is held outlives the process, and what was altered shows.

use std::sync::Arc;

use super::{Folder, member};
use crate::{
    Authenticator, Location, OpenError, StoreError,
    membership::MembershipStatus,
    platform::{NoNetwork, Platform},
    software::SoftwareKeyStore,
    testing::{FakeClock, ScriptedUser, SeededRng, device::offline},
};

fn reopened(folder: &Folder) -> Result<Authenticator, OpenError> {
    let platform = Platform {
        key_store: Arc::new(SoftwareKeyStore::new(&[7; 32])),
        user_verifier: Arc::new(ScriptedUser::default()),
        clock: Arc::new(FakeClock::default()),
        rng: Arc::new(SeededRng::new(u64::MAX)),
        courier: Arc::new(NoNetwork),
    };
    Authenticator::open(&Location::File(folder.database()), platform)
}

#[test]
fn everything_is_there_after_a_restart() {
    let (folder, workspace) = Folder::joined(offline(10, 3));
    let before = {
        let device = folder.open(&workspace);
        workspace.set_settings(offline(7, 2));
        device.check_in().unwrap();
        workspace.set_reachable(false);
        device.register("example.org", b"three", true);
        member(&device)
    };
    assert_eq!(before.grant.unwrap().left, 6);
    assert_eq!(member(&folder.open(&workspace)), before);
    let status = reopened(&folder).unwrap().membership().unwrap();
    assert_eq!(status, Some(MembershipStatus::Member(before)));
}

#[test]
fn a_row_that_was_taken_out_is_damage_and_no_way_around_the_rules() {
    let (folder, _) = Folder::joined(offline(10, 3));
    folder.sql("DELETE FROM record WHERE name = 'membership'");
    let error = reopened(&folder).unwrap_err();
    assert!(matches!(error, OpenError::Store(StoreError::Damaged { table: "record" })), "{error}");
}

#[test]
fn a_row_that_was_altered_is_damage() {
    let (folder, _) = Folder::joined(offline(10, 3));
    folder.sql(
        "UPDATE record SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) AS BLOB)
         WHERE name = 'membership'",
    );
    let error = reopened(&folder).unwrap_err();
    assert!(matches!(error, OpenError::Store(StoreError::Damaged { table: "record" })), "{error}");
}

#[test]
fn a_row_of_another_place_is_told_from_a_damaged_one() {
    let (folder, _) = Folder::joined(offline(10, 3));
    folder.sql(
        "UPDATE record SET sealed = (SELECT sealed FROM record WHERE name = 'settings')
         WHERE name = 'membership'",
    );
    let error = reopened(&folder).unwrap_err();
    assert!(matches!(error, OpenError::Store(StoreError::Moved { table: "record" })), "{error}");
}

#[test]
fn a_row_of_another_store_is_damage() {
    let (folder, _) = Folder::joined(offline(10, 3));
    let (other, _) = Folder::joined(offline(10_000, 365));
    drop(reopened(&other));
    folder.sql(&format!(
        "ATTACH '{}' AS other;
         UPDATE record SET sealed = (SELECT sealed FROM other.record WHERE name = 'membership')
         WHERE name = 'membership';
         DETACH other",
        other.database().display()
    ));
    let error = reopened(&folder).unwrap_err();
    assert!(matches!(error, OpenError::Store(StoreError::Damaged { table: "record" })), "{error}");
}
