//! CTAP1/U2F (§7.2, U2F Raw Message Formats): register, authenticate, version.

use x509_parser::{oid_registry::OID_SIG_ECDSA_WITH_SHA256, prelude::FromDer, prelude::*};

use super::{
    fake_keys::{BigKeys, FakeAttestation, FlakyKeys, chain},
    requests::{credential_id, get_assertion, options, sign_count},
    steps::{
        RP, allow, extension, public_key, register, register_discoverable, sign_in,
        toggle_always_uv, verifies,
    },
    u2f_messages::{
        APPLICATION, CHALLENGE, Registration, authenticate, authentication, register_message,
    },
};
use crate::{
    crypto::sha256,
    platform::{AttestationKind, KeyStoreError, Needs, Operation, Site},
    software::SoftwareKeyStore,
    testing::device::Device,
};

/// What a client that polls gets once the person has agreed.
fn enroll(device: &Device) -> Registration {
    let (data, word) = device.u2f(&register_message(&APPLICATION));
    assert_eq!(word, 0x9000);
    Registration::parse(&data)
}

#[test]
fn the_version_is_u2f_v2() {
    let device = Device::new();
    assert_eq!(device.u2f(&[0, 3, 0, 0]), (b"U2F_V2".to_vec(), 0x9000));
    assert_eq!(device.u2f(&[0, 3, 0, 0, 0, 0, 0]), (b"U2F_V2".to_vec(), 0x9000));
    assert_eq!(device.u2f(&[0, 3, 0, 0, 0, 0, 0, 0, 0]), (b"U2F_V2".to_vec(), 0x9000));
    assert_eq!(device.u2f(&[0, 3, 0, 0, 1, 7]), (vec![], 0x6700));
}

#[test]
fn what_is_no_u2f_message_has_its_status_word() {
    let device = Device::new();
    assert_eq!(device.u2f(&[0x80, 3, 0, 0]).1, 0x6e00);
    assert_eq!(device.u2f(&[0, 0x40, 0, 0]).1, 0x6d00);
    for wrong in
        [&[][..], &[0], &[0, 1, 0], &[0, 1, 0, 0], &[0, 2, 3, 0, 1, 0], &[0, 1, 0, 0, 2, 1]]
    {
        assert_eq!(device.u2f(wrong), (vec![], 0x6700), "{wrong:02x?}");
    }
    let mut long = register_message(&APPLICATION);
    long[6] += 1;
    long.insert(7, 0);
    assert_eq!(device.u2f(&long).1, 0x6700);
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn short_and_extended_lengths_are_the_same_with_and_without_le() {
    let device = Device::new();
    let data = [CHALLENGE, APPLICATION].concat();
    for (length, le) in
        [(&[64][..], &[][..]), (&[64], &[0]), (&[0, 0, 64], &[]), (&[0, 0, 64], &[0, 0])]
    {
        let message = [&[0, 1, 3, 0], length, &data, le].concat();
        assert_eq!(device.u2f(&message).1, 0x9000, "{length:02x?} {le:02x?}");
    }
}

#[test]
fn a_registration_is_signed_by_its_certificate() {
    let device = Device::new();
    let made = enroll(&device);
    assert!(made.verifies(&made.certificate_key()));
    let prompts = device.user.take_prompts();
    let id = hex::encode(APPLICATION);
    let operation = Operation::Register { site: Site { id, name: None }, account: None, key: None };
    assert_eq!((prompts.len(), prompts[0].needs), (1, Needs::Presence));
    assert_eq!(prompts[0].operation, operation);
}

#[test]
fn the_certificate_is_the_keys_own() {
    for _ in 0..20 {
        let made = enroll(&Device::new());
        let (rest, certificate) = X509Certificate::from_der(&made.certificate).unwrap();
        assert!(rest.is_empty());
        assert_eq!(certificate.version(), X509Version::V3);
        assert_eq!(certificate.subject(), certificate.issuer());
        assert_eq!(certificate.signature_algorithm.algorithm, OID_SIG_ECDSA_WITH_SHA256);
        assert_eq!(certificate.signature, certificate.signature_algorithm);
        assert_eq!(certificate.public_key().subject_public_key.data.as_ref(), made.public_key);
        certificate.verify_signature(None).expect("signed by itself");
        assert!(certificate.validity().is_valid());
        let serial = certificate.raw_serial();
        assert!((1..=20).contains(&serial.len()) && serial[0] & 0x80 == 0 && serial[0] != 0);
    }
}

#[test]
fn a_certified_key_signs_registrations_where_there_is_one() {
    let keys = FakeAttestation::new(&[AttestationKind::Basic], &[]);
    let store = SoftwareKeyStore::new(&[7; 32]).with_attestation(keys.clone());
    let device = Device::with_key_store(std::sync::Arc::new(store));
    let (data, word) = device.u2f(&register_message(&APPLICATION));
    assert_eq!(word, 0x9000);
    let leaf = &chain(AttestationKind::Basic)[0];
    let made = Registration::parse_with(&data, leaf.len());
    assert_eq!(&made.certificate, leaf);
    assert!(made.verifies(keys.public_key()));
}

#[test]
fn a_sign_in_is_counted_and_signed() {
    let device = Device::new();
    let made = enroll(&device);
    device.user.take_prompts();
    let mut last = 0;
    for (p1, presence) in [(0x03, 1), (0x08, 0), (0x03, 1)] {
        let (data, word) = device.u2f(&authentication(p1, &APPLICATION, &made.key_handle));
        assert_eq!((word, data[0]), (0x9000, presence));
        let counter = u32::from_be_bytes(data[1..5].try_into().unwrap());
        assert!(counter > last);
        last = counter;
        let signed = [&APPLICATION, &data[..5], &CHALLENGE].concat();
        assert!(verifies(&made.public_key, &signed, &data[5..]));
    }
    let prompts = device.user.take_prompts();
    assert_eq!(prompts.len(), 2, "08 asks nobody");
    assert!(matches!(prompts[0].operation, Operation::SignIn { .. }));
}

#[test]
fn check_only_tells_whether_the_key_handle_is_known() {
    let device = Device::new();
    let made = enroll(&device);
    device.user.take_prompts();
    assert_eq!(authenticate(&device, 0x07, &APPLICATION, &made.key_handle), 0x6985);
    assert_eq!(authenticate(&device, 0x07, &[1; 32], &made.key_handle), 0x6a80);
    assert_eq!(authenticate(&device, 0x07, &APPLICATION, &[2; 64]), 0x6a80);
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn an_unknown_key_handle_is_wrong_data_and_asks_nobody() {
    let device = Device::new();
    let made = enroll(&device);
    device.user.take_prompts();
    for p1 in [0x03, 0x08] {
        assert_eq!(authenticate(&device, p1, &[1; 32], &made.key_handle), 0x6a80);
        assert_eq!(authenticate(&device, p1, &APPLICATION, &[]), 0x6a80);
        let mut altered = made.key_handle.clone();
        *altered.last_mut().unwrap() ^= 1;
        assert_eq!(authenticate(&device, p1, &APPLICATION, &altered), 0x6a80);
    }
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn another_control_byte_is_refused() {
    let device = Device::new();
    let made = enroll(&device);
    for p1 in [0x00, 0x01, 0x0f, 0x80] {
        assert_eq!(authenticate(&device, p1, &APPLICATION, &made.key_handle), 0x6a86);
    }
}

#[test]
fn a_u2f_credential_signs_in_with_ctap2() {
    let device = Device::new();
    let application = sha256(RP.as_bytes());
    let (data, _) = device.u2f(&register_message(&application));
    let made = Registration::parse(&data);
    let answer = device.send(2, get_assertion(RP, vec![allow(&made.key_handle)])).unwrap();
    assert!(sign_count(&answer) > 0);
}

#[test]
fn a_ctap2_credential_signs_in_with_u2f() {
    let device = Device::new();
    let application = sha256(RP.as_bytes());
    let made = register(&device, b"user", vec![]);
    let stored = register_discoverable(&device, b"user");
    for id in [credential_id(&made), &stored] {
        let (data, word) = device.u2f(&authentication(0x03, &application, id));
        assert_eq!(word, 0x9000);
        if id == credential_id(&made) {
            let signed = [&application, &data[..5], &CHALLENGE].concat();
            assert!(verifies(&public_key(&made), &signed, &data[5..]));
        }
    }
}

#[test]
fn what_u2f_cannot_do_it_does_not_know() {
    let device = Device::with_uv();
    let application = sha256(RP.as_bytes());
    let uv = || (7, options(&[("uv", true)]));
    let level = |level: u8| vec![uv(), (6, extension("credProtect", level.into()))];
    let ed25519 = vec![(4, ciborium::Value::Array(vec![super::requests::algorithm(-8)]))];
    for (more, word) in [(level(2), 0x6985), (level(3), 0x6a80), (ed25519, 0x6a80)] {
        let id = credential_id(&register(&device, b"user", more)).to_vec();
        assert_eq!(authenticate(&device, 0x07, &application, &id), word);
    }
}

#[test]
fn always_uv_switches_it_off() {
    let device = Device::new();
    let made = enroll(&device);
    toggle_always_uv(&device);
    for message in [
        vec![0, 3, 0, 0],
        register_message(&APPLICATION),
        authentication(0x08, &APPLICATION, &made.key_handle),
        authentication(0x03, &APPLICATION, &made.key_handle),
    ] {
        assert_eq!(device.u2f(&message), (vec![], 0x6d00));
    }
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn a_reset_forgets_it() {
    let device = Device::new();
    let made = enroll(&device);
    device.raw(&[7]).unwrap();
    assert_eq!(authenticate(&device, 0x07, &APPLICATION, &made.key_handle), 0x6a80);
    assert_eq!(sign_in(&device, vec![]), Err(crate::ctap::status::Status::NoCredentials));
}

#[test]
fn a_key_store_that_fails_is_a_failure() {
    let keys = FlakyKeys::new();
    let device = Device::with_key_store(keys.clone());
    *keys.generate_error.lock().unwrap() = Some(KeyStoreError::Failed);
    assert_eq!(device.u2f(&register_message(&APPLICATION)), (vec![], 0x6f00));
    *keys.generate_error.lock().unwrap() = None;
    *keys.sign_error.lock().unwrap() = Some(KeyStoreError::NotAuthorized);
    assert_eq!(device.u2f(&register_message(&APPLICATION)), (vec![], 0x6f00));
    assert_eq!(keys.deleted.lock().unwrap().len(), 1, "nobody names the key");
}

#[test]
fn the_authorization_of_a_consent_reaches_the_key() {
    let keys = FlakyKeys::new();
    let device = Device::with_key_store(keys.clone());
    let made = enroll(&device);
    let prompt = device.user.take_prompts().pop();
    let authorized = || std::mem::take(&mut *keys.authorized_by.lock().unwrap());
    assert!(authorized().iter().all(|by| *by == prompt));
    assert_eq!(authenticate(&device, 0x03, &APPLICATION, &made.key_handle), 0x9000);
    assert_eq!(authorized(), [device.user.take_prompts().pop()]);
}

#[test]
fn a_key_whose_handle_is_large_gets_a_row() {
    let store = std::sync::Arc::new(BigKeys(SoftwareKeyStore::new(&[1; 32])));
    let device = Device::with_key_store(store);
    let (data, word) = device.u2f(&register_message(&APPLICATION));
    assert_eq!(word, 0x9000);
    let start = 1 + super::fake_keys::BIG_PUBLIC_KEY;
    assert_eq!(data[start], 32);
    let handle = &data[start + 1..start + 33];
    assert_eq!(authenticate(&device, 0x08, &APPLICATION, handle), 0x9000);
}
