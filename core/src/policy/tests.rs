#![allow(clippy::indexing_slicing)]

use super::*;

#[test]
fn the_default_settings_go_together() {
    assert_eq!(Settings::default().check(), Ok(()));
}

#[test]
fn proximity_and_a_reader_exclude_each_other() {
    let settings = Settings {
        bluetooth_proximity: true,
        verification: Verification::ReaderTapAndPin,
        ..Settings::default()
    };
    assert_eq!(settings.check(), Err(SettingsError::ProximityWithReader));
}

#[test]
fn offline_login_is_bounded() {
    let with = |uses, days| Settings {
        offline_login: Some(OfflineLogin { uses, days }),
        ..Settings::default()
    };
    assert_eq!(with(1, 1).check(), Ok(()));
    assert_eq!(with(OfflineLogin::MAX_USES, OfflineLogin::MAX_DAYS).check(), Ok(()));
    assert_eq!(with(0, 1).check(), Err(SettingsError::Uses));
    assert_eq!(with(OfflineLogin::MAX_USES + 1, 1).check(), Err(SettingsError::Uses));
    assert_eq!(with(1, 0).check(), Err(SettingsError::Days));
    assert_eq!(with(1, OfflineLogin::MAX_DAYS + 1).check(), Err(SettingsError::Days));
}

#[test]
fn a_storage_that_no_phone_has_yet_is_not_offered() {
    for storage in [CredentialStorage::EncryptedBackup, CredentialStorage::Workspace] {
        let settings = Settings { credential_storage: storage, ..Settings::default() };
        assert_eq!(settings.check(), Err(SettingsError::StorageNotOffered));
    }
}

#[test]
fn a_rule_that_is_not_known_is_not_overlooked() {
    let known = serde_json::json!({"version": 1, "settings": Settings::default()});
    assert!(serde_json::from_value::<Policy>(known.clone()).is_ok());
    let mut unknown = known;
    unknown["settings"]["geofence"] = true.into();
    assert!(serde_json::from_value::<Policy>(unknown).is_err());
}
