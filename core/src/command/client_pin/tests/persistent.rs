//! The persistent token: read-only credential management, until changePIN or a reset.

use ciborium::Value;

use super::*;
use crate::{
    ctap::status::Status,
    testing::device::{bytes, map, member, number},
};

fn with_credentials() -> (Device, Vec<u8>) {
    let device = Device::new();
    let id = device.register(SITE, b"user", true);
    device.register("other.org", b"user", true);
    device.pin_client(2).set_pin(PIN).unwrap();
    (device, id)
}

#[test]
fn it_is_the_same_each_time_and_for_both_protocols() {
    let (device, _) = with_credentials();
    let first = device.pin_client(1).token_using_pin(PIN, PCMR, None).unwrap();
    device.authenticator.power_cycle();
    let second = device.pin_client(2).token_using_pin(PIN, PCMR, None).unwrap();
    assert_eq!(first, second);
    for protocol in [1, 2] {
        device.authenticator.power_cycle();
        let client = device.pin_client(protocol);
        let metadata = client.manage(&first, 1, Value::Null).unwrap();
        assert_eq!(number(&metadata, 1), Some(2));
    }
}

#[test]
fn it_reads_everything() {
    let (device, _) = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, PCMR, None).unwrap();
    let site = client.manage(&token, 2, Value::Null).unwrap();
    assert_eq!(number(&site, 5), Some(2));
    device.send(0x0a, map([(1, Value::from(3))])).unwrap();
    let hash = member(&site, 4).unwrap().clone();
    let credential = client.manage(&token, 4, map([(1, hash)])).unwrap();
    assert_eq!(number(&credential, 9), Some(1));
}

#[test]
fn it_changes_nothing() {
    let (device, id) = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, PCMR, None).unwrap();
    let credential = map([("id", bytes(&id)), ("type", Value::from("public-key"))]);
    let user = map([("id", bytes(b"user")), ("name", Value::from("other"))]);
    for result in [
        client.manage(&token, 6, map([(2, credential.clone())])),
        client.manage(&token, 7, map([(2, credential), (3, user)])),
        client.config(&token, 2, Value::Null),
        client.make_credential(&token, SITE, b"user", true),
        client.get_assertion(&token, SITE, true),
        client.get_assertion(&token, SITE, false),
        client.write_blobs(&token, &[0; 17], 0, Some(17)),
    ] {
        assert_eq!(result, Err(Status::PinAuthInvalid));
    }
    assert_eq!(device.authenticator.credentials().unwrap().len(), 2);
}

#[test]
fn an_ordinary_token_and_it_do_not_disturb_each_other() {
    let (device, _) = with_credentials();
    let client = device.pin_client(2);
    let ordinary = client.token_using_pin(PIN, GA, Some(SITE)).unwrap();
    let persistent = client.token_using_pin(PIN, PCMR, None).unwrap();
    assert_ne!(ordinary, persistent);
    // The ordinary one is for one site; the persistent one is for all nevertheless.
    client.manage(&persistent, 1, Value::Null).unwrap();
    client.manage(&persistent, 2, Value::Null).unwrap();
    client.get_assertion(&ordinary, SITE, true).unwrap();
}

#[test]
fn it_needs_no_pin_but_a_verified_person() {
    let device = Device::with_uv();
    let client = device.pin_client(2);
    let token = client.token_using_uv(PCMR, None).unwrap();
    client.manage(&token, 1, Value::Null).unwrap();
}

#[test]
fn a_reset_ends_it() {
    let (device, _) = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, PCMR, None).unwrap();
    device.raw(&[7]).unwrap();
    assert_eq!(client.manage(&token, 1, Value::Null), Err(Status::PinAuthInvalid));
    client.set_pin(PIN).unwrap();
    assert_eq!(client.manage(&token, 1, Value::Null), Err(Status::PinAuthInvalid));
    assert_ne!(client.token_using_pin(PIN, PCMR, None).unwrap(), token);
}

#[test]
fn nobody_reads_with_zeros_before_there_is_one() {
    let (device, _) = with_credentials();
    for protocol in [1, 2] {
        let client = device.pin_client(protocol);
        assert_eq!(client.manage(&[0; 32], 1, Value::Null), Err(Status::PinAuthInvalid));
    }
}
