//! After a reset nothing is left.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use ciborium::Value;

use crate::{
    ctap::status::Status,
    platform::{Needs, Operation, Refusal},
    testing::{
        Reaction,
        device::{Device, bytes, map, member, text},
    },
};

const SITE: &str = "example.com";

/// A device with something of everything, and the IDs of a stored and a wrapped credential.
fn used() -> (Device, [Vec<u8>; 2]) {
    let device = Device::new();
    let ids = [device.register(SITE, b"one", true), device.register(SITE, b"two", false)];
    let array = hex::decode("8076be8b528d0075f7aae98d6fa57a6d3c").unwrap();
    let longer = [&[0x81, 0x00][..], &crate::crypto::sha256(&[0x81, 0x00])[..16]].concat();
    for blobs in [array, longer] {
        let length = Value::from(u64::try_from(blobs.len()).unwrap());
        let request = map([(2, bytes(&blobs)), (3, Value::from(0)), (4, length)]);
        device.send(0x0c, request).unwrap();
    }
    device.send(0x0d, map([(1, Value::from(3)), (2, map([(1, Value::from(6))]))])).unwrap();
    device.send(0x0d, map([(1, Value::from(2))])).unwrap();
    device.pin_client(2).set_pin("123456").unwrap();
    device.pin_client(2).get_pin_token("wrong!").unwrap_err();
    (device, ids)
}

/// getInfo without what is different each time.
fn lasting_info(device: &Device) -> Value {
    let Value::Map(mut members) = device.info() else { panic!("getInfo gives a map") };
    members.retain(|(key, _)| ![Value::from(0x19), Value::from(0x1e)].contains(key));
    Value::Map(members)
}

fn assert_empty(device: &Device, ids: &[Vec<u8>]) {
    assert_eq!(lasting_info(device), lasting_info(&Device::new()));
    assert_eq!(device.pin_client(1).pin_retries(), Err(Status::PinNotSet));
    for id in ids {
        assert_eq!(device.sign_in(SITE, id), Err(Status::NoCredentials));
    }
    let anybody = map([(1, text(SITE)), (2, bytes(&[0xcd; 32]))]);
    assert_eq!(device.send(0x02, anybody), Err(Status::NoCredentials));
    assert!(device.authenticator.credentials().unwrap().is_empty());
    let read = map([(1, Value::from(100)), (3, Value::from(0))]);
    let blobs = device.send(0x0c, read).unwrap();
    assert_eq!(member(&blobs, 1).unwrap().as_bytes().unwrap().len(), 17);
    assert!(device.authenticator.serves_u2f());
}

#[test]
fn it_erases_everything_and_wrapped_credentials_too() {
    let (device, ids) = used();
    assert_eq!(device.raw(&[7]), Ok(Value::Null));
    assert_empty(&device, &ids);
    // And the device is as good as new.
    let id = device.register(SITE, b"one", false);
    device.sign_in(SITE, &id).unwrap();
    device.pin_client(1).set_pin("4321").unwrap();
}

#[test]
fn the_owner_erases_as_much() {
    let (device, ids) = used();
    device.user.take_prompts();
    device.authenticator.factory_reset().unwrap();
    assert_empty(&device, &ids);
}

#[test]
fn it_asks_and_takes_no_for_an_answer() {
    let (device, ids) = used();
    device.user.take_prompts();
    for (refusal, status) in [
        (Refusal::Declined, Status::OperationDenied),
        (Refusal::TimedOut, Status::UserActionTimeout),
    ] {
        device.user.then(Reaction::Refuse(refusal));
        assert_eq!(device.raw(&[7]), Err(status));
        let prompts = device.user.take_prompts();
        assert_eq!(prompts.len(), 1);
        assert_eq!(prompts[0].operation, Operation::Reset);
        assert_eq!(prompts[0].needs, Needs::Presence);
    }
    assert_eq!(device.pin_client(2).pin_retries(), Ok(7));
    assert_eq!(device.authenticator.credentials().unwrap()[0].id, ids[0]);
}

#[test]
fn a_cancelled_reset_erases_nothing() {
    let (device, _) = used();
    device.user.then(Reaction::Ignore);
    let transaction = device.begin();
    transaction.handle().cancel();
    let answer = crate::testing::device::now(transaction.ctap2(&[7]));
    assert_eq!(answer, [Status::KeepaliveCancel.code()]);
    assert_eq!(device.authenticator.credentials().unwrap().len(), 1);
}

#[test]
fn it_works_at_any_time_and_more_than_once() {
    let (device, ids) = used();
    device.clock.advance(std::time::Duration::from_secs(3600));
    for _ in 0..3 {
        device.raw(&[7]).unwrap();
        assert_empty(&device, &ids);
    }
}

#[test]
fn parameters_are_not_looked_for() {
    let (device, _) = used();
    assert_eq!(device.raw(&[7, 0xa0]), Err(Status::InvalidCbor));
    assert_eq!(device.authenticator.credentials().unwrap().len(), 1);
}
