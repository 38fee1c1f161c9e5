//! hmac-secret (§12.7) and hmac-secret-mc (§12.8).

use ciborium::Value;

use super::{
    requests::{credential_id, options},
    steps::{allow, extension, output, register, sign_in, try_register},
};
use crate::{
    ctap::status::Status,
    testing::device::{Device, PinClient, bytes, map},
};

const SALT_1: [u8; 32] = [1; 32];
const SALT_2: [u8; 32] = [2; 32];

/// The input for these salts, and how to open the output.
fn input(client: &PinClient<'_>, salts: &[u8]) -> (Value, impl Fn(&Value) -> Vec<u8> + use<>) {
    let session = client.session();
    let encrypted = session.encrypt(salts);
    let input = map([
        (1, session.cose_key.clone()),
        (2, bytes(&encrypted)),
        (3, bytes(&session.authenticate(&encrypted))),
        (4, client.number()),
    ]);
    (input, move |output: &Value| session.decrypt(output.as_bytes().unwrap()))
}

fn device_with_credential() -> (Device, Vec<u8>) {
    let device = Device::with_uv();
    let made = register(&device, b"user", vec![(6, extension("hmac-secret", true.into()))]);
    let id = credential_id(&made).to_vec();
    (device, id)
}

/// What a sign-in gives for these salts.
fn secrets(
    device: &Device,
    id: &[u8],
    protocol: u8,
    salts: &[u8],
    verify: bool,
) -> Result<Vec<u8>, Status> {
    let (input, open) = input(&device.pin_client(protocol), salts);
    let more =
        vec![allow(id), (4, extension("hmac-secret", input)), (5, options(&[("uv", verify)]))];
    Ok(open(&output(&sign_in(device, more)?, "hmac-secret").unwrap()))
}

#[test]
fn registration_confirms_it() {
    let made = register(&Device::new(), b"user", vec![(6, extension("hmac-secret", true.into()))]);
    assert_eq!(output(&made, "hmac-secret"), Some(Value::from(true)));
}

#[test]
fn one_salt_gives_one_secret_and_two_give_two() {
    let (device, id) = device_with_credential();
    for protocol in [1, 2] {
        let first = secrets(&device, &id, protocol, &SALT_1, false).unwrap();
        let second = secrets(&device, &id, protocol, &SALT_2, false).unwrap();
        assert_eq!((first.len(), second.len()), (32, 32));
        assert_ne!(first, second);
        let both = secrets(&device, &id, protocol, &[SALT_1, SALT_2].concat(), false).unwrap();
        assert_eq!(both, [first, second].concat());
    }
}

#[test]
fn both_protocols_give_the_same_secret() {
    let (device, id) = device_with_credential();
    let one = secrets(&device, &id, 1, &SALT_1, true);
    assert_eq!(one, secrets(&device, &id, 2, &SALT_1, true));
}

#[test]
fn the_secret_with_verification_is_another() {
    let (device, id) = device_with_credential();
    let without = secrets(&device, &id, 2, &SALT_1, false).unwrap();
    let with = secrets(&device, &id, 2, &SALT_1, true).unwrap();
    assert_ne!(without, with);
}

#[test]
fn each_credential_has_its_own_secrets_and_keeps_them() {
    let (device, id) = device_with_credential();
    let before = secrets(&device, &id, 2, &SALT_1, false).unwrap();
    let other = credential_id(&register(&device, b"user", vec![])).to_vec();
    assert_ne!(before, secrets(&device, &other, 2, &SALT_1, false).unwrap());
    device.authenticator.power_cycle();
    assert_eq!(before, secrets(&device, &id, 2, &SALT_1, false).unwrap());
}

#[test]
fn a_missing_protocol_means_one() {
    let (device, id) = device_with_credential();
    let (Value::Map(mut entries), open) = input(&device.pin_client(1), &SALT_1) else { panic!() };
    entries.retain(|(key, _)| *key != Value::from(4));
    let more = vec![allow(&id), (4, extension("hmac-secret", Value::Map(entries)))];
    let answer = sign_in(&device, more).unwrap();
    let expected = secrets(&device, &id, 1, &SALT_1, false).unwrap();
    assert_eq!(open(&output(&answer, "hmac-secret").unwrap()), expected);
}

#[test]
fn no_secret_without_presence() {
    let (device, id) = device_with_credential();
    let (input, _) = input(&device.pin_client(2), &SALT_1);
    let more =
        vec![allow(&id), (4, extension("hmac-secret", input)), (5, options(&[("up", false)]))];
    assert_eq!(sign_in(&device, more), Err(Status::UnsupportedOption));
}

/// The input with one member replaced, or without it.
fn changed(input: Value, member: i64, value: Value) -> Value {
    let Value::Map(mut entries) = input else { panic!("a map") };
    entries.retain(|(key, _)| *key != Value::from(member));
    entries.push((member.into(), value));
    Value::Map(entries.into_iter().filter(|(_, value)| !value.is_null()).collect())
}

#[test]
fn salts_that_do_not_verify_are_refused_before_anybody_is_asked() {
    let (device, id) = device_with_credential();
    for protocol in [1, 2] {
        let (input, _) = input(&device.pin_client(protocol), &SALT_1);
        let length = if protocol == 1 { 16 } else { 32 };
        device.user.take_prompts();
        for wrong in [bytes(&vec![0; length]), bytes(&[]), bytes(&[0; 33])] {
            let input = changed(input.clone(), 3, wrong);
            let more = vec![allow(&id), (4, extension("hmac-secret", input))];
            assert_eq!(sign_in(&device, more), Err(Status::PinAuthInvalid));
        }
        assert!(device.user.take_prompts().is_empty());
    }
}

#[test]
fn salts_of_another_length_are_refused() {
    let (device, id) = device_with_credential();
    for protocol in [1, 2] {
        for length in [0, 16, 48, 96] {
            let answer = secrets(&device, &id, protocol, &vec![5; length], false);
            assert_eq!(answer, Err(Status::InvalidLength), "{length} bytes");
        }
    }
}

#[test]
fn an_unknown_protocol_or_a_missing_member_is_refused() {
    let (device, id) = device_with_credential();
    let (input, _) = input(&device.pin_client(2), &SALT_1);
    let with = |input| sign_in(&device, vec![allow(&id), (4, extension("hmac-secret", input))]);
    let unknown = changed(input.clone(), 4, 9.into());
    assert_eq!(with(unknown), Err(Status::InvalidParameter));
    for member in 1..=3 {
        let incomplete = changed(input.clone(), member, Value::Null);
        assert_eq!(with(incomplete), Err(Status::MissingParameter));
    }
}

#[test]
fn hmac_secret_mc_gives_the_same_secrets_at_registration() {
    for protocol in [1, 2] {
        for verify in [false, true] {
            let device = Device::with_uv();
            let salts = [SALT_1, SALT_2].concat();
            let (input, open) = input(&device.pin_client(protocol), &salts);
            let inputs = map([("hmac-secret", true.into()), ("hmac-secret-mc", input)]);
            let more = vec![(6, inputs), (7, options(&[("uv", verify)]))];
            let made = register(&device, b"user", more);
            let early = open(&output(&made, "hmac-secret-mc").unwrap());
            let id = credential_id(&made);
            assert_eq!(early, secrets(&device, id, protocol, &salts, verify).unwrap());
            assert_ne!(early, secrets(&device, id, protocol, &salts, !verify).unwrap());
        }
    }
}

#[test]
fn hmac_secret_mc_needs_hmac_secret() {
    let device = Device::new();
    let (input, _) = input(&device.pin_client(2), &SALT_1);
    let more = vec![(6, extension("hmac-secret-mc", input))];
    assert_eq!(try_register(&device, b"user", more), Err(Status::MissingParameter));
}
