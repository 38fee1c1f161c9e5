//! Verification on the phone: built-in verification and nothing else.

use ciborium::Value;

use super::{SITE, denial, look};
use crate::{
    ctap::{auth_data, status::Status},
    platform::{Denial, Needs, Refusal},
    policy::{Settings, Verification},
    testing::{
        Reaction,
        device::{CLIENT_DATA_HASH, Device, map, member, offline, online},
    },
};

fn flags(answer: &Value) -> u8 {
    member(answer, 2).unwrap().as_bytes().unwrap()[32]
}

#[test]
fn every_request_is_verified_whether_the_client_asks_for_it_or_not() {
    let (device, _) = Device::joined(online());
    device.user.take_prompts();
    let made = device.make_credential(SITE, b"one", false, None).unwrap();
    assert_eq!(flags(&made) & (auth_data::UP | auth_data::UV), auth_data::UP | auth_data::UV);
    let id = device.register(SITE, b"two", true);
    let signed = device.sign_in(SITE, &id).unwrap();
    assert_eq!(flags(&signed) & (auth_data::UP | auth_data::UV), auth_data::UP | auth_data::UV);
    let prompts = device.user.take_prompts();
    assert_eq!(prompts.len(), 3);
    assert!(prompts.iter().all(|prompt| prompt.needs == Needs::Verification));
}

#[test]
fn a_pin_is_nothing_here() {
    let (device, _) = Device::joined(online());
    let client = device.pin_client(2);
    assert_eq!(client.set_pin("1234"), Err(Status::NotAllowed));
    assert_eq!(client.pin_retries(), Err(Status::NotAllowed));
    assert_eq!(client.change_pin("1234", "5678"), Err(Status::NotAllowed));
    assert_eq!(client.get_pin_token("1234"), Err(Status::NotAllowed));
    assert_eq!(client.token_using_pin("1234", 0x03, None), Err(Status::NotAllowed));
}

#[test]
fn a_pin_that_was_set_before_opens_nothing() {
    let (device, workspace) =
        Device::joined(Settings { verification: Verification::ReaderTapAndPin, ..offline(9, 9) });
    let on_reader = device.seen_from(crate::transport::Transport::Nfc, 1);
    let client = on_reader.pin_client(2);
    client.set_pin("1234").unwrap();
    let token = client.token_using_pin("1234", 0x03, None).unwrap();
    workspace.set_settings(online());
    device.check_in().unwrap();
    assert_eq!(client.token_using_pin("1234", 0x03, None), Err(Status::NotAllowed));
    let proof = (client.param(&token, &CLIENT_DATA_HASH), client.number());
    let made = device.make_credential(SITE, b"one", true, Some(proof));
    assert_eq!(made, Err(Status::PinAuthInvalid), "its token neither");
    // Where the owner is not recognised, no client is sent to the PIN instead.
    for _ in 0..3 {
        device.user.then(Reaction::Refuse(Refusal::NotVerified));
    }
    let made = device.make_credential(SITE, b"one", true, None);
    assert_eq!(made, Err(Status::OperationDenied));
}

#[test]
fn a_token_by_built_in_verification_counts() {
    let (device, _) = Device::joined(online());
    let client = device.pin_client(2);
    let token = client.token_using_uv(0x03, Some(SITE)).unwrap();
    let proof = (client.param(&token, &CLIENT_DATA_HASH), client.number());
    device.make_credential(SITE, b"one", true, Some(proof)).unwrap();
}

#[test]
fn a_phone_without_verification_serves_nobody_and_says_why() {
    for status in [None, Some(false)] {
        let (device, _) = Device::joined(online());
        let id = device.register(SITE, b"one", true);
        device.user.set_built_in_uv(status);
        let made = device.make_credential(SITE, b"two", true, None);
        assert_eq!(made, Err(Status::OperationDenied));
        assert_eq!(denial(&device), Some(Denial::VerificationNotSetUp));
        assert_eq!(device.sign_in(SITE, &id), Err(Status::OperationDenied));
        assert_eq!(denial(&device), Some(Denial::VerificationNotSetUp));
        look(&device, &id).unwrap();
    }
}

#[test]
fn always_uv_is_on_and_cannot_be_switched_off() {
    let (device, _) = Device::joined(online());
    assert_eq!(device.option("alwaysUv"), Some(true));
    let client = device.pin_client(2);
    let token = client.token_using_uv(0x20, None).unwrap();
    assert_eq!(client.config(&token, 2, Value::Null), Err(Status::OperationDenied));
    assert_eq!(device.send(0x0d, map([(1, Value::from(2))])), Err(Status::PuatRequired));
    assert_eq!(device.option("alwaysUv"), Some(true));
}

#[test]
fn there_is_no_minimum_length_of_a_pin_to_be_set() {
    let (device, _) = Device::joined(online());
    let client = device.pin_client(2);
    let token = client.token_using_uv(0x20, None).unwrap();
    let longer = map([(1, Value::from(6))]);
    assert_eq!(client.config(&token, 3, longer), Err(Status::InvalidSubcommand));
}
