//! authenticatorReset (§6.6), and the owner's own reset.

use ciborium::Value;

use super::{
    requests::credential_id,
    steps::{ACFG, PIN, allow, device_with_pin, mc_proof, register, rk, sign_in, toggle_always_uv},
};
use crate::{
    ctap::status::Status,
    platform::{Needs, Operation, Refusal},
    testing::{
        Reaction,
        device::{Device, bytes, encode, map},
    },
};

const RESET: [u8; 1] = [7];

/// A device with one of everything that a reset erases, and the IDs of two credentials.
fn used_device() -> (Device, [Vec<u8>; 2]) {
    let device = device_with_pin();
    let stored = register(&device, b"user", [mc_proof(&device), vec![rk()]].concat());
    let wrapped = register(&device, b"user", vec![]);
    toggle_always_uv(&device);
    (device, [stored, wrapped].map(|made| credential_id(&made).to_vec()))
}

/// getInfo without what is encrypted anew each time.
fn plain_info(device: &Device) -> Vec<u8> {
    let Value::Map(mut members) = device.info() else { panic!("a map") };
    members.retain(|(key, _)| ![Value::from(0x19), Value::from(0x1e)].contains(key));
    encode(&Value::Map(members))
}

fn assert_factory_state(device: &Device, ids: &[Vec<u8>]) {
    assert_eq!(plain_info(device), plain_info(&Device::new()));
    assert_eq!(sign_in(device, vec![]), Err(Status::NoCredentials));
    for id in ids {
        assert_eq!(sign_in(device, vec![allow(id)]), Err(Status::NoCredentials));
    }
    assert_eq!(device.pin_client(2).pin_retries(), Err(Status::PinNotSet));
}

#[test]
fn everything_is_erased_with_presence() {
    let (device, ids) = used_device();
    device.raw(&RESET).unwrap();
    let prompts = device.user.take_prompts();
    assert_eq!((prompts.len(), &prompts[0].operation), (1, &Operation::Reset));
    assert_eq!(prompts[0].needs, Needs::Presence);
    assert_factory_state(&device, &ids);
}

#[test]
fn the_owner_needs_no_client() {
    let (device, ids) = used_device();
    device.authenticator.factory_reset().unwrap();
    assert!(device.authenticator.serves_u2f());
    assert_factory_state(&device, &ids);
}

#[test]
fn nothing_is_erased_against_the_users_will() {
    for (refusal, status) in [
        (Refusal::Declined, Status::OperationDenied),
        (Refusal::TimedOut, Status::UserActionTimeout),
    ] {
        let (device, _) = used_device();
        let before = plain_info(&device);
        device.user.then(Reaction::Refuse(refusal));
        assert_eq!(device.raw(&RESET), Err(status));
        assert_eq!(plain_info(&device), before);
        assert_eq!(device.pin_client(2).pin_retries(), Ok(8));
    }
}

#[test]
fn tokens_end_with_it() {
    let device = device_with_pin();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, ACFG, None).unwrap();
    device.raw(&RESET).unwrap();
    client.set_pin("4321").unwrap();
    let config = super::steps::config(&device, 2, Value::Null, Some((&client, &token)));
    assert_eq!(config, Err(Status::PinAuthInvalid));
}

#[test]
fn the_persistent_token_ends_with_it() {
    let device = device_with_pin();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, 0x40, None).unwrap();
    // getCredsMetadata, for which the token outlives a power cycle.
    let read = || {
        let param = client.param(&token, &[1]);
        device.send(0x0a, map([(1, 1.into()), (3, client.number()), (4, param)])).map(drop)
    };
    device.authenticator.power_cycle();
    assert_eq!(read(), Ok(()));
    device.raw(&RESET).unwrap();
    client.set_pin(PIN).unwrap();
    assert_eq!(read(), Err(Status::PinAuthInvalid));
}

#[test]
fn a_device_whose_pin_is_blocked_can_be_reset() {
    let device = device_with_pin();
    while device.pin_client(2).token_using_pin("9999", 1, None) != Err(Status::PinBlocked) {
        device.authenticator.power_cycle();
    }
    device.raw(&RESET).unwrap();
    device.pin_client(2).set_pin(PIN).unwrap();
}

#[test]
fn large_blobs_are_erased() {
    let device = Device::new();
    let initial = device.send(0x0c, map([(1, 99.into()), (3, 0.into())])).unwrap();
    let array = [0x42; 1];
    let array = [&array, &crate::crypto::sha256(&array)[..16]].concat();
    device.send(0x0c, map([(2, bytes(&array)), (3, 0.into()), (4, 17.into())])).unwrap();
    device.raw(&RESET).unwrap();
    assert_eq!(device.send(0x0c, map([(1, 99.into()), (3, 0.into())])), Ok(initial));
}

#[test]
fn an_empty_device_can_be_reset_again_and_again() {
    let device = Device::new();
    for _ in 0..3 {
        device.raw(&RESET).unwrap();
    }
    assert_factory_state(&device, &[]);
}
