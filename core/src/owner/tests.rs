//! The owner's own access, beside every client.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{
    CredProtect, OwnerError, algorithm::Algorithm, ctap::status::Status, testing::device::Device,
};

fn with_credentials() -> Device {
    let device = Device::new();
    device.register("b.org", b"1", true);
    device.register("a.org", b"1", true);
    device.register("b.org", b"2", true);
    device.register("b.org", b"wrapped", false);
    device
}

#[test]
fn credentials_are_listed_by_site_and_the_newest_first() {
    let device = with_credentials();
    let all = device.authenticator.credentials().unwrap();
    let listed: Vec<_> =
        all.iter().map(|one| (one.rp_id.as_str(), one.account.id.as_slice())).collect();
    assert_eq!(listed, [("a.org", &b"1"[..]), ("b.org", b"2"), ("b.org", b"1")]);
    for one in &all {
        assert_eq!(one.rp_name.as_deref(), Some("A site"));
        assert_eq!(one.account.name.as_deref(), Some("somebody"));
        assert_eq!(one.account.display_name, None);
        assert_eq!(one.algorithm, Algorithm::Es256);
        assert_eq!(one.protect, CredProtect::UvOptional);
    }
}

#[test]
fn the_owner_needs_no_pin_and_no_prompt() {
    let device = with_credentials();
    device.pin_client(2).set_pin("1234").unwrap();
    device.user.take_prompts();
    let id = device.authenticator.credentials().unwrap()[0].id.clone();
    assert!(device.authenticator.rename_credential(&id, Some("me"), Some("Myself")).unwrap());
    assert!(device.authenticator.delete_credential(&id).unwrap());
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn a_deleted_credential_is_gone_for_everybody() {
    let device = with_credentials();
    let all = device.authenticator.credentials().unwrap();
    let id = &all[0].id;
    assert!(device.authenticator.delete_credential(id).unwrap());
    assert!(!device.authenticator.delete_credential(id).unwrap());
    assert_eq!(device.sign_in("a.org", id), Err(Status::NoCredentials));
    assert_eq!(device.authenticator.credentials().unwrap(), all[1..]);
    assert_eq!(device.sign_in("b.org", &all[1].id).map(drop), Ok(()));
}

#[test]
fn names_change_and_empty_ones_go() {
    let device = with_credentials();
    let names = |index: usize| {
        let account = device.authenticator.credentials().unwrap()[index].account.clone();
        (account.name, account.display_name)
    };
    let id = device.authenticator.credentials().unwrap()[1].id.clone();
    let rename = |name, display_name| {
        assert!(device.authenticator.rename_credential(&id, name, display_name).unwrap());
    };
    rename(Some("me"), Some("Myself"));
    assert_eq!(names(1), (Some("me".to_owned()), Some("Myself".to_owned())));
    rename(Some("me"), Some(""));
    assert_eq!(names(1), (Some("me".to_owned()), None));
    rename(None, Some(&"ß".repeat(300)));
    let (name, display_name) = names(1);
    assert_eq!(name, None);
    assert_eq!(display_name, Some("ß".repeat(128)));
    // Neither the others, nor the order, nor the credential itself.
    assert_eq!(names(2).0.as_deref(), Some("somebody"));
    device.sign_in("b.org", &id).unwrap();
}

#[test]
fn what_is_not_there_is_no_error() {
    let device = with_credentials();
    let wrapped = device.register("b.org", b"wrapped", false);
    for id in [&[][..], &[1; 32], &[2; 200], &wrapped] {
        assert!(!device.authenticator.delete_credential(id).unwrap());
        assert!(!device.authenticator.rename_credential(id, Some("x"), None).unwrap());
    }
    assert_eq!(device.authenticator.credentials().unwrap().len(), 3);
}

#[test]
fn the_owner_waits_for_a_client() {
    let device = with_credentials();
    let transaction = device.begin();
    assert!(matches!(device.authenticator.credentials(), Err(OwnerError::Busy(_))));
    assert!(matches!(device.authenticator.delete_credential(&[1]), Err(OwnerError::Busy(_))));
    assert!(matches!(device.authenticator.factory_reset(), Err(OwnerError::Busy(_))));
    drop(transaction);
    assert_eq!(device.authenticator.credentials().unwrap().len(), 3);
}

#[test]
fn the_owner_sees_how_pin_and_verification_stand() {
    let device = Device::new();
    let fresh = device.authenticator.protection().unwrap();
    assert!(!fresh.pin_is_set && !fresh.pin_is_blocked && !fresh.pin_must_change);
    assert_eq!((fresh.pin_retries, fresh.uv_retries, fresh.min_pin_length), (8, 5, 4));
    assert!(!fresh.always_uv);

    let client = device.pin_client(2);
    client.set_pin("1234").unwrap();
    for _ in 0..3 {
        client.get_pin_token("4321").unwrap_err();
    }
    let after = device.authenticator.protection().unwrap();
    assert!(after.pin_is_set && after.pin_is_blocked);
    assert_eq!(after.pin_retries, 5);
    device.authenticator.power_cycle();
    assert!(!device.authenticator.protection().unwrap().pin_is_blocked);
}
