//! What was shown once is not taken for more than it was: presence has its time, its site and its
//! transport.

use std::time::Duration;

use ciborium::Value;

use super::{
    requests::{auth_data, descriptor, get_assertion, options},
    steps::{GA, MC, PIN, RP, UP, register, register_discoverable, try_register},
};
use crate::{
    ctap::status::Status,
    platform::Needs,
    testing::device::{CLIENT_DATA_HASH, Device, bytes, map, text},
    transport::Transport,
};

/// The proof of a token for makeCredential.
fn proof(device: &Device, token: &[u8]) -> Vec<(i64, Value)> {
    let client = device.pin_client(2);
    vec![(8, client.param(token, &CLIENT_DATA_HASH)), (9, client.number())]
}

/// A silent sign-in, which uses a token without using it up.
fn preflight(device: &Device, token: &[u8]) {
    let client = device.pin_client(2);
    let silent = vec![
        (3, Value::Array(vec![descriptor(b"nothing")])),
        (5, options(&[("up", false)])),
        (6, client.param(token, &CLIENT_DATA_HASH)),
        (7, client.number()),
    ];
    assert_eq!(device.send(2, get_assertion(RP, silent)), Err(Status::NoCredentials));
}

#[test]
fn presence_given_with_a_token_saves_the_second_prompt() {
    let device = Device::with_uv();
    let token = device.pin_client(2).token_using_uv(MC | GA, Some(RP)).unwrap();
    preflight(&device, &token);
    device.user.take_prompts();
    let made = register(&device, b"user", proof(&device, &token));
    assert_eq!(auth_data(&made)[32] & UP, UP);
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn presence_given_with_a_token_lasts_thirty_seconds() {
    let device = Device::with_uv();
    let token = device.pin_client(2).token_using_uv(MC | GA, Some(RP)).unwrap();
    preflight(&device, &token);
    device.clock.advance(Duration::from_secs(30));
    device.user.take_prompts();
    register(&device, b"user", proof(&device, &token));
    let prompts = device.user.take_prompts();
    assert_eq!(prompts.iter().map(|prompt| prompt.needs).collect::<Vec<_>>(), [Needs::Presence]);
}

#[test]
fn presence_given_for_no_site_is_asked_for_again() {
    let device = Device::with_uv();
    let token = device.pin_client(2).token_using_uv(MC, None).unwrap();
    device.user.take_prompts();
    register(&device, b"user", proof(&device, &token));
    assert_eq!(device.user.take_prompts().len(), 1);
}

#[test]
fn an_allow_list_of_unknown_types_is_not_an_absent_one() {
    let device = Device::new();
    register_discoverable(&device, b"user");
    let other = map([("id", bytes(b"id")), ("type", text("password"))]);
    let allow = vec![(3, Value::Array(vec![other]))];
    assert_eq!(device.send(2, get_assertion(RP, allow)), Err(Status::NoCredentials));
}

#[test]
fn a_lost_field_ends_what_came_by_nfc_and_nothing_else() {
    let device = Device::new();
    device.pin_client(2).set_pin(PIN).unwrap();
    let nfc = device.seen_from(Transport::Nfc, 1);
    for (owner, lost, survives) in [
        (&device, Transport::Nfc, true),
        (&device, Transport::Usb, false),
        (&nfc, Transport::Nfc, false),
        (&nfc, Transport::Usb, true),
    ] {
        let token = owner.pin_client(2).token_using_pin(PIN, MC, Some(RP)).unwrap();
        device.authenticator.disconnect(lost);
        assert_eq!(try_register(owner, b"user", proof(owner, &token)).is_ok(), survives);
    }
}

#[test]
fn a_field_lost_during_another_clients_request_counts_when_that_is_done() {
    let device = Device::new();
    device.pin_client(2).set_pin(PIN).unwrap();
    let token = device.pin_client(2).token_using_pin(PIN, MC, Some(RP)).unwrap();
    let other = device.seen_from(Transport::Nfc, 1).begin();
    device.authenticator.disconnect(Transport::Usb);
    drop(other);
    let refused = try_register(&device, b"user", proof(&device, &token));
    assert_eq!(refused, Err(Status::PinAuthInvalid));
}
