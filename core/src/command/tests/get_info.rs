//! authenticatorGetInfo (§6.4) and the rules that tie its members together (§9).

use std::collections::HashSet;

use aes::Aes128;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::NoPadding};
use ciborium::Value;

use super::steps::{
    PIN, RP, device_with_pin, register, register_discoverable, rk, toggle_always_uv,
};
use crate::{
    crypto::hkdf_sha256,
    testing::device::{Device, encode, member, named},
};

fn option(info: &Value, name: &str) -> Option<bool> {
    named(member(info, 4).unwrap(), name).map(|value| value.as_bool().unwrap())
}

fn texts(info: &Value, key: i64) -> Vec<String> {
    let items = member(info, key).unwrap().as_array().unwrap();
    items.iter().map(|item| item.as_text().unwrap().to_owned()).collect()
}

fn number(info: &Value, key: i64) -> i128 {
    member(info, key).unwrap().as_integer().unwrap().into()
}

fn has_extension(info: &Value, name: &str) -> bool {
    texts(info, 2).iter().any(|extension| extension == name)
}

#[test]
fn versions_are_those_that_exist() {
    let versions = texts(&Device::new().info(), 1);
    assert_eq!(versions, ["FIDO_2_0", "FIDO_2_1", "FIDO_2_3", "U2F_V2"]);
}

#[test]
fn hmac_secret_is_offered() {
    assert!(has_extension(&Device::new().info(), "hmac-secret"));
    assert!(has_extension(&Device::new().info(), "hmac-secret-mc"));
}

#[test]
fn rk_comes_with_user_verification_and_credential_management() {
    let info = Device::new().info();
    assert_eq!(option(&info, "rk"), Some(true));
    assert_eq!(option(&info, "clientPin"), Some(false));
    assert_eq!(option(&info, "credMgmt"), Some(true));
}

#[test]
fn client_pin_tells_whether_one_is_set() {
    assert_eq!(option(&Device::new().info(), "clientPin"), Some(false));
    assert_eq!(option(&device_with_pin().info(), "clientPin"), Some(true));
}

#[test]
fn uv_has_three_states() {
    let device = Device::new();
    for state in [None, Some(false), Some(true)] {
        device.user.set_built_in_uv(state);
        let info = device.info();
        assert_eq!(option(&info, "uv"), state);
        // uvModality and preferredPlatformUvAttempts go with built-in verification.
        assert_eq!(member(&info, 0x11).is_some(), state.is_some());
        assert_eq!(member(&info, 0x12).is_some(), state.is_some());
    }
}

#[test]
fn user_verification_comes_with_cred_protect_and_tokens() {
    for device in [device_with_pin(), Device::with_uv()] {
        let info = device.info();
        assert!(has_extension(&info, "credProtect"));
        assert_eq!(option(&info, "pinUvAuthToken"), Some(true));
    }
}

#[test]
fn protocol_two_is_offered_first() {
    let info = Device::new().info();
    assert_eq!(member(&info, 6).unwrap(), &Value::Array(vec![2.into(), 1.into()]));
}

#[test]
fn min_pin_length_comes_with_its_configuration() {
    let info = Device::new().info();
    assert!(has_extension(&info, "minPinLength"));
    assert_eq!(option(&info, "setMinPINLength"), Some(true));
    assert_eq!(option(&info, "authnrCfg"), Some(true));
    assert!(number(&info, 0x10) > 0);
    assert!(member(&info, 0x1f).unwrap().as_array().unwrap().contains(&Value::from(3)));
    assert!(number(&info, 0x0d) >= 4);
    assert!((8..=63).contains(&number(&info, 0x1d)));
}

#[test]
fn cred_blob_comes_with_cred_protect() {
    let info = Device::new().info();
    assert!(has_extension(&info, "credBlob") && has_extension(&info, "credProtect"));
    assert!(number(&info, 0x0f) >= 32);
}

#[test]
fn large_blob_key_comes_with_large_blobs() {
    let info = Device::new().info();
    assert!(has_extension(&info, "largeBlobKey"));
    assert_eq!(option(&info, "largeBlobs"), Some(true));
    assert!(number(&info, 0x0b) >= 1024);
}

#[test]
fn always_uv_excludes_registration_without_verification_and_u2f() {
    for device in [Device::new(), device_with_pin(), Device::with_uv()] {
        let before = device.info();
        assert_eq!(option(&before, "alwaysUv"), Some(false));
        assert_eq!(option(&before, "makeCredUvNotRqd"), Some(true));
        toggle_always_uv(&device);
        let info = device.info();
        assert_eq!(option(&info, "alwaysUv"), Some(true));
        assert_eq!(option(&info, "makeCredUvNotRqd"), Some(false));
        assert_eq!(texts(&info, 1), ["FIDO_2_0", "FIDO_2_1", "FIDO_2_3"]);
        assert!(!device.authenticator.serves_u2f());
    }
}

#[test]
fn enterprise_attestation_is_absent_where_there_are_no_keys_for_it() {
    let info = Device::new().info();
    assert_eq!(option(&info, "ep"), None);
    assert!(!member(&info, 0x1f).unwrap().as_array().unwrap().contains(&Value::from(1)));
}

#[test]
fn attestation_formats_leave_out_none() {
    assert_eq!(texts(&Device::new().info(), 0x16), ["packed"]);
}

#[test]
fn lists_have_members_and_each_once() {
    let info = Device::new().info();
    for key in [0x01, 0x02, 0x06, 0x09, 0x0a, 0x16, 0x1a, 0x1f] {
        let items = member(&info, key).unwrap().as_array().unwrap();
        let different: HashSet<_> = items.iter().map(encode).collect();
        assert!(!items.is_empty() && different.len() == items.len(), "member {key:#x}");
    }
}

#[test]
fn remaining_discoverable_credentials_go_down_for_each_account() {
    let device = Device::new();
    let before = number(&device.info(), 0x14);
    register_discoverable(&device, b"one");
    assert_eq!(number(&device.info(), 0x14), before - 1);
    register_discoverable(&device, b"one");
    register(&device, b"two", vec![]);
    assert_eq!(number(&device.info(), 0x14), before - 1);
}

#[test]
fn encrypted_members_can_be_read_with_the_persistent_token_only() {
    let device = device_with_pin();
    // They are there before a client has the token: it looks at them first.
    assert!(member(&device.info(), 0x19).is_some());
    assert!(member(&device.info(), 0x1e).is_some());
    let token = device.pin_client(2).token_using_pin(PIN, 0x40, None).unwrap();
    let read = |key: i64, name: &[u8]| {
        let info = device.info();
        let sealed = member(&info, key).unwrap().as_bytes().unwrap().clone();
        let (iv, block) = sealed.split_at(16);
        let key = hkdf_sha256::<16>(&[0; 32], &token, name);
        let mut block = block.to_vec();
        cbc::Decryptor::<Aes128>::new_from_slices(key.as_ref(), iv)
            .unwrap()
            .decrypt_padded::<NoPadding>(&mut block)
            .unwrap();
        (iv.to_vec(), block)
    };
    let (first_iv, identifier) = read(0x19, b"encIdentifier");
    let (second_iv, again) = read(0x19, b"encIdentifier");
    assert_eq!((identifier.len(), &identifier), (16, &again));
    assert_ne!(first_iv, second_iv);

    // The store's state changes with the credentials, the identifier does not.
    let (_, before) = read(0x1e, b"encCredStoreState");
    assert_eq!(before, read(0x1e, b"encCredStoreState").1);
    assert_ne!(before, [0; 16]);
    let more = [super::steps::mc_proof(&device), vec![rk()]].concat();
    device.send(1, super::requests::make_credential(RP, b"user", more)).unwrap();
    assert_ne!(before, read(0x1e, b"encCredStoreState").1);
    assert_eq!(identifier, read(0x19, b"encIdentifier").1);
}

#[test]
fn parameters_are_refused() {
    assert!(Device::new().raw(&[4, 0xa0]).is_err());
}
