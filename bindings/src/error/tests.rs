//! What a person can do about it is told apart.

use super::*;

fn opening(error: StoreError) -> OpenError {
    core::OpenError::Store(error).into()
}

#[test]
fn a_disk_without_room_or_rights_is_no_damage() {
    for error in [StoreError::DiskFull, StoreError::ReadOnly] {
        let reason = error.to_string();
        assert_eq!(opening(error), OpenError::Io { reason });
    }
    let damaged = StoreError::Damaged { table: "record" };
    let reason = damaged.to_string();
    assert_eq!(opening(damaged), OpenError::Damaged { reason });
    assert!(matches!(opening(StoreError::Platform), OpenError::KeyStore { .. }));
}

#[test]
fn what_an_owner_meets_has_a_kind_of_its_own() {
    assert_eq!(OwnerError::from(StoreError::DiskFull), OwnerError::DiskFull);
    assert_eq!(OwnerError::from(StoreError::ReadOnly), OwnerError::ReadOnly);
    assert_eq!(OwnerError::from(StoreError::Platform), OwnerError::Platform);
    for error in [StoreError::Replaced, StoreError::Moved { table: "credential" }] {
        let reason = error.to_string();
        assert_eq!(OwnerError::from(error), OwnerError::Damaged { reason });
    }
}
