//! Key stores that fail, that want an authorization, and whose keys are large.

use std::sync::Arc;

use super::{
    fake_keys::{BIG_PUBLIC_KEY, BIG_SIGNATURE, BigKeys, FlakyKeys},
    requests::{auth_data, credential_id, options},
    steps::{allow, register, register_discoverable, rk, sign_in, try_register, user_id},
};
use crate::{
    MAX_MSG_SIZE,
    ctap::status::Status,
    platform::{KeyStoreError, Operation},
    software::SoftwareKeyStore,
    testing::device::{Device, encode, map, member, named},
};

const STATUSES: [(KeyStoreError, Status); 4] = [
    (KeyStoreError::Failed, Status::Other),
    (KeyStoreError::UnknownKey, Status::Other),
    (KeyStoreError::UnsupportedAlgorithm, Status::UnsupportedAlgorithm),
    (KeyStoreError::NotAuthorized, Status::OperationDenied),
];

#[test]
fn a_key_that_cannot_be_made_is_no_credential() {
    for (error, status) in STATUSES {
        let keys = FlakyKeys::new();
        let device = Device::with_key_store(keys.clone());
        *keys.generate_error.lock().unwrap() = Some(error);
        for more in [vec![], vec![rk()]] {
            assert_eq!(try_register(&device, b"user", more), Err(status));
        }
        assert_eq!(sign_in(&device, vec![]), Err(Status::NoCredentials));
    }
}

#[test]
fn a_key_that_cannot_attest_is_no_credential() {
    for (error, status) in STATUSES {
        let keys = FlakyKeys::new();
        let device = Device::with_key_store(keys.clone());
        *keys.sign_error.lock().unwrap() = Some(error);
        for (attempt, more) in [vec![], vec![rk()]].into_iter().enumerate() {
            assert_eq!(try_register(&device, b"user", more), Err(status));
            assert_eq!(keys.deleted.lock().unwrap().len(), attempt + 1, "nobody names the key");
        }
        *keys.sign_error.lock().unwrap() = None;
        assert_eq!(sign_in(&device, vec![]), Err(Status::NoCredentials));
    }
}

#[test]
fn the_old_credential_stays_where_the_new_one_fails() {
    let keys = FlakyKeys::new();
    let device = Device::with_key_store(keys.clone());
    let old = register_discoverable(&device, b"user");
    *keys.sign_error.lock().unwrap() = Some(KeyStoreError::Failed);
    assert_eq!(try_register(&device, b"user", vec![rk()]), Err(Status::Other));
    *keys.sign_error.lock().unwrap() = None;
    sign_in(&device, vec![allow(&old)]).unwrap();
}

#[test]
fn a_signature_that_fails_has_its_status() {
    for (error, status) in STATUSES {
        let keys = FlakyKeys::new();
        let device = Device::with_key_store(keys.clone());
        register_discoverable(&device, b"user");
        *keys.sign_error.lock().unwrap() = Some(error);
        assert_eq!(sign_in(&device, vec![]), Err(status));
        *keys.sign_error.lock().unwrap() = None;
        sign_in(&device, vec![]).unwrap();
    }
}

#[test]
fn a_replaced_key_is_deleted() {
    let keys = FlakyKeys::new();
    let device = Device::with_key_store(keys.clone());
    register_discoverable(&device, b"user");
    assert!(keys.deleted.lock().unwrap().is_empty());
    register_discoverable(&device, b"user");
    assert_eq!(keys.deleted.lock().unwrap().len(), 1);
    device.raw(&[7]).unwrap();
    assert_eq!(keys.deleted.lock().unwrap().len(), 2);
}

#[test]
fn the_authorization_of_a_consent_reaches_the_key() {
    for verify in [false, true] {
        let keys = FlakyKeys::new();
        let device = Device::with_key_store(keys.clone());
        device.user.set_built_in_uv(Some(true));
        let authorized = || std::mem::take(&mut *keys.authorized_by.lock().unwrap());
        let made = register(&device, b"user", vec![(7, options(&[("uv", verify)]))]);
        let prompts = device.user.take_prompts();
        assert_eq!(authorized(), [Some(prompts[0].clone())]);
        assert!(matches!(prompts[0].operation, Operation::Register { .. }));
        let uv = (5, options(&[("uv", verify)]));
        sign_in(&device, vec![allow(credential_id(&made)), uv]).unwrap();
        let prompts = device.user.take_prompts();
        assert_eq!(authorized(), [Some(prompts[0].clone())]);
        assert!(matches!(prompts[0].operation, Operation::SignIn { .. }));
        let silent = vec![allow(credential_id(&made)), (5, options(&[("up", false)]))];
        sign_in(&device, silent).unwrap();
        assert_eq!(authorized(), [None]);
    }
}

#[test]
fn an_algorithm_that_the_key_store_lacks_is_not_offered() {
    let device = Device::with_key_store(Arc::new(BigKeys(SoftwareKeyStore::new(&[1; 32]))));
    let info = device.info();
    let offered = member(&info, 0x0a).unwrap().as_array().unwrap();
    assert_eq!(offered, &[super::requests::algorithm(-7)]);
    let ed25519 = vec![(4, ciborium::Value::Array(vec![super::requests::algorithm(-8)]))];
    assert_eq!(try_register(&device, b"user", ed25519), Err(Status::UnsupportedAlgorithm));
}

#[test]
fn keys_of_post_quantum_size_fit() {
    for discoverable in [false, true] {
        let device = Device::with_key_store(Arc::new(BigKeys(SoftwareKeyStore::new(&[1; 32]))));
        let inputs = map([("credProtect", 2.into()), ("hmac-secret", true.into())]);
        let more = vec![(6, inputs), (7, options(&[("rk", discoverable)]))];
        let made = register(&device, b"user", more);
        // A handle that does not fit an ID gets a row.
        assert_eq!(credential_id(&made).len(), 32);
        assert!(auth_data(&made).len() > BIG_PUBLIC_KEY);
        let signature = named(member(&made, 3).unwrap(), "sig").unwrap().as_bytes().unwrap();
        assert_eq!(signature.len(), BIG_SIGNATURE);
        assert!(encode(&made).len() < MAX_MSG_SIZE, "{} bytes", encode(&made).len());

        let answer = sign_in(&device, vec![allow(credential_id(&made))]).unwrap();
        let signature = member(&answer, 3).unwrap().as_bytes().unwrap();
        assert_eq!(signature.len(), BIG_SIGNATURE);
        if discoverable {
            assert_eq!(user_id(&answer), b"user");
        }
        device.raw(&[7]).unwrap();
        let answer = sign_in(&device, vec![allow(credential_id(&made))]);
        assert_eq!(answer, Err(Status::NoCredentials));
    }
}
