//! How long a token lives, and what uses it up.

use std::time::Duration;

use ciborium::Value;

use super::*;
use crate::{
    ctap::status::Status,
    testing::{
        Reaction,
        device::{PinClient, member},
    },
    transport::Transport,
};

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn metadata(client: &PinClient<'_>, token: &[u8]) -> Result<(), Status> {
    client.manage(token, 1, Value::Null).map(drop)
}

#[test]
fn a_token_must_be_used_soon() {
    for (transport, limit) in [(Transport::Usb, 30_000), (Transport::Nfc, 19_800)] {
        for protocol in [1, 2] {
            let device = with_pin().seen_from(transport, 1);
            let client = device.pin_client(protocol);
            let token = client.token_using_pin(PIN, CM, None).unwrap();
            device.clock.advance(millis(limit - 1));
            metadata(&client, &token).unwrap();

            let token = client.token_using_pin(PIN, CM, None).unwrap();
            device.clock.advance(millis(limit));
            assert_eq!(metadata(&client, &token), Err(Status::PinAuthInvalid), "{transport:?}");
        }
    }
}

#[test]
fn a_token_in_use_lives_ten_minutes() {
    let device = with_pin();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    for _ in 0..10 {
        metadata(&client, &token).unwrap();
        device.clock.advance(millis(59_999));
    }
    metadata(&client, &token).unwrap();
    device.clock.advance(millis(10));
    assert_eq!(metadata(&client, &token), Err(Status::PinAuthInvalid));
}

#[test]
fn a_failed_use_is_no_use() {
    let device = with_pin();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    assert_eq!(metadata(&client, &[0; 32]), Err(Status::PinAuthInvalid));
    assert!(client.config(&token, 2, Value::Null).is_err());
    device.clock.advance(millis(30_000));
    assert_eq!(metadata(&client, &token), Err(Status::PinAuthInvalid));
}

#[test]
fn a_new_token_ends_the_old_one_of_either_protocol() {
    let device = with_pin();
    for (old, new) in [(1, 2), (2, 1), (2, 2)] {
        let (old, new) = (device.pin_client(old), device.pin_client(new));
        let first = old.token_using_pin(PIN, CM, None).unwrap();
        let second = new.token_using_pin(PIN, CM, None).unwrap();
        assert_ne!(first, second);
        assert_eq!(metadata(&old, &first), Err(Status::PinAuthInvalid));
        metadata(&new, &second).unwrap();
    }
}

#[test]
fn a_token_belongs_to_its_protocol() {
    let device = with_pin();
    let (one, two) = (device.pin_client(1), device.pin_client(2));
    let token = one.token_using_pin(PIN, CM, None).unwrap();
    assert_eq!(token.len(), 32);
    assert_eq!(metadata(&two, &token), Err(Status::PinAuthInvalid));
    metadata(&one, &token).unwrap();
}

#[test]
fn a_power_cycle_and_a_reset_end_a_token() {
    let device = with_pin();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    device.authenticator.power_cycle();
    assert_eq!(metadata(&client, &token), Err(Status::PinAuthInvalid));

    let token = client.token_using_pin(PIN, CM, None).unwrap();
    device.raw(&[7]).unwrap();
    assert_eq!(metadata(&client, &token), Err(Status::PinAuthInvalid));
}

#[test]
fn presence_uses_a_token_up_but_for_writing_blobs() {
    let blobs = [&[0x80][..], &hex::decode("76be8b528d0075f7aae98d6fa57a6d3c").unwrap()].concat();
    for register in [true, false] {
        let device = Device::new();
        device.register(SITE, b"user", true);
        let client = device.pin_client(2);
        client.set_pin(PIN).unwrap();
        let token = client.token_using_pin(PIN, MC | GA | CM | LBW, Some(SITE)).unwrap();
        let once = || match register {
            true => client.make_credential(&token, SITE, b"user", true),
            false => client.get_assertion(&token, SITE, true),
        };
        let answer = once().unwrap();
        assert_eq!(member(&answer, 2).unwrap().as_bytes().unwrap()[32] & 0x05, 0x05);
        assert_eq!(once(), Err(Status::PinAuthInvalid));
        assert_eq!(client.get_assertion(&token, SITE, false), Err(Status::PinAuthInvalid));
        assert_eq!(metadata(&client, &token), Err(Status::PinAuthInvalid));
        // What a client does that signs in and writes a blob with one token.
        client.write_blobs(&token, &blobs, 0, Some(17)).unwrap();
    }
}

#[test]
fn a_silent_assertion_uses_nothing_up() {
    let device = Device::new();
    device.register(SITE, b"user", true);
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();
    let token = client.token_using_pin(PIN, GA, Some(SITE)).unwrap();
    for _ in 0..3 {
        let answer = client.get_assertion(&token, SITE, false).unwrap();
        assert_eq!(member(&answer, 2).unwrap().as_bytes().unwrap()[32] & 0x05, 0x04);
    }
}

#[test]
fn presence_for_anybody_uses_a_token_up() {
    let device = with_pin();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, MC | CM, None).unwrap();
    device.seen_from(Transport::Nfc, 7).register(SITE, b"user", false);
    assert_eq!(metadata(&client, &token), Err(Status::PinAuthInvalid));
}

#[test]
fn a_refused_prompt_leaves_the_token() {
    let device = with_pin();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, MC, Some(SITE)).unwrap();
    device.user.then(Reaction::Refuse(crate::platform::Refusal::Declined));
    assert_eq!(client.make_credential(&token, SITE, b"user", true), Err(Status::OperationDenied));
    client.make_credential(&token, SITE, b"user", true).unwrap();
}
