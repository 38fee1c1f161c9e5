//! numberOfCredentials and authenticatorGetNextAssertion (§6.3), for phones on which no account can
//! be chosen.

use std::time::Duration;

use ciborium::Value;

use super::{
    requests::{auth_data, options},
    steps::{UP, UV, extension, flags, register, register_discoverable, rk, sign_in, user_id},
};
use crate::{
    Source,
    ctap::status::Status,
    testing::device::{Device, member},
    transport::Transport,
};

const NEXT: [u8; 1] = [8];

fn device_with_accounts(count: usize) -> Device {
    let device = Device::new();
    device.user.set_chooses_account(false);
    for account in 0..count {
        register_discoverable(&device, account.to_string().as_bytes());
    }
    device.user.take_prompts();
    device
}

fn number_of_credentials(answer: &Value) -> Option<Value> {
    member(answer, 5).cloned()
}

#[test]
fn every_account_comes_newest_first() {
    let device = device_with_accounts(12);
    let answer = sign_in(&device, vec![]).unwrap();
    assert_eq!(number_of_credentials(&answer), Some(Value::from(12)));
    assert!(member(&answer, 6).is_none());
    assert_eq!(user_id(&answer), b"11");
    for account in (0..11).rev() {
        let answer = device.raw(&NEXT).unwrap();
        assert_eq!(user_id(&answer), account.to_string().as_bytes());
        assert_eq!(number_of_credentials(&answer), None);
    }
    assert_eq!(device.raw(&NEXT), Err(Status::NotAllowed));
    assert_eq!(device.user.take_prompts().len(), 1, "consent is given once");
}

#[test]
fn one_account_is_not_counted() {
    let device = device_with_accounts(1);
    assert_eq!(number_of_credentials(&sign_in(&device, vec![]).unwrap()), None);
    assert_eq!(device.raw(&NEXT), Err(Status::NotAllowed));
}

#[test]
fn there_is_nothing_next_without_a_first() {
    assert_eq!(device_with_accounts(2).raw(&NEXT), Err(Status::NotAllowed));
}

#[test]
fn the_terms_are_those_of_the_first() {
    let device = device_with_accounts(2);
    device.user.set_built_in_uv(Some(true));
    let first = sign_in(&device, vec![(5, options(&[("uv", true)]))]).unwrap();
    let next = device.raw(&NEXT).unwrap();
    assert_eq!((flags(&first), flags(&next)), (UP | UV, UP | UV));
    assert_eq!(auth_data(&first)[..32], auth_data(&next)[..32]);
    assert!(crate::testing::device::named(member(&next, 4).unwrap(), "name").is_some());
}

#[test]
fn extensions_are_answered_for_each_credential() {
    let device = Device::new();
    device.user.set_chooses_account(false);
    for user in [b"0", b"1"] {
        let blob = extension("credBlob", crate::testing::device::bytes(user));
        register(&device, user, vec![rk(), (6, blob)]);
    }
    let ask = vec![(4, extension("credBlob", true.into()))];
    let output = |answer: &Value| super::steps::output(answer, "credBlob").unwrap();
    assert_eq!(output(&sign_in(&device, ask).unwrap()), Value::Bytes(b"1".to_vec()));
    assert_eq!(output(&device.raw(&NEXT).unwrap()), Value::Bytes(b"0".to_vec()));
}

#[test]
fn thirty_seconds_after_the_last_answer_it_is_over() {
    let device = device_with_accounts(4);
    sign_in(&device, vec![]).unwrap();
    for _ in 0..2 {
        device.clock.advance(Duration::from_secs(29));
        device.raw(&NEXT).unwrap();
    }
    device.clock.advance(Duration::from_secs(30));
    assert_eq!(device.raw(&NEXT), Err(Status::NotAllowed));
}

#[test]
fn any_other_command_ends_it() {
    let others: [&[u8]; 6] =
        [&[0x04], &[0x0b], &[0x06, 0xa1, 0x02, 0x01], &[0x40], &[0x02, 0xff], &[]];
    for other in others {
        let device = device_with_accounts(3);
        sign_in(&device, vec![]).unwrap();
        device.raw(&NEXT).unwrap();
        let _ = device.raw(other);
        assert_eq!(device.raw(&NEXT), Err(Status::NotAllowed), "after {other:02x?}");
    }
}

#[test]
fn a_u2f_message_ends_it() {
    let device = device_with_accounts(2);
    sign_in(&device, vec![]).unwrap();
    device.u2f(&[0, 3, 0, 0]);
    assert_eq!(device.raw(&NEXT), Err(Status::NotAllowed));
}

#[test]
fn a_power_cycle_ends_it() {
    let device = device_with_accounts(2);
    sign_in(&device, vec![]).unwrap();
    device.authenticator.power_cycle();
    assert_eq!(device.raw(&NEXT), Err(Status::NotAllowed));
}

#[test]
fn another_channel_cannot_continue_it() {
    for other in [Source::new(Transport::Usb, 2), Source::new(Transport::Nfc, 1)] {
        let mut device = device_with_accounts(2);
        sign_in(&device, vec![]).unwrap();
        device.source = other;
        assert_eq!(device.raw(&NEXT), Err(Status::NotAllowed));
    }
}

#[test]
fn a_new_account_in_between_changes_nothing() {
    let device = device_with_accounts(2);
    sign_in(&device, vec![]).unwrap();
    register_discoverable(&device, b"new");
    assert_eq!(device.raw(&NEXT), Err(Status::NotAllowed));
    assert_eq!(number_of_credentials(&sign_in(&device, vec![]).unwrap()), Some(Value::from(3)));
}
