//! Eight attempts, three in a row, and what gives them back.

use ciborium::Value;

use super::*;
use crate::{
    ctap::status::Status,
    testing::device::{PinClient, map, member},
};

/// Whether getPINRetries says that a power cycle is needed.
fn needs_power_cycle(device: &Device) -> bool {
    let answer = device.send(6, map([(2, Value::from(1))])).unwrap();
    member(&answer, 4).is_some_and(|value| value.as_bool().unwrap())
}

fn miss(client: &PinClient<'_>) -> Status {
    client.token_using_pin(WRONG, MC, Some(SITE)).unwrap_err()
}

#[test]
fn without_a_pin_there_are_no_retries() {
    let device = Device::new();
    assert_eq!(device.pin_client(2).pin_retries(), Err(Status::PinNotSet));
    assert_eq!(device.option("clientPin"), Some(false));
    for protocol in [1, 2] {
        let client = device.pin_client(protocol);
        assert_eq!(client.get_pin_token(PIN), Err(Status::PinNotSet));
        assert_eq!(client.token_using_pin(PIN, MC, None), Err(Status::PinNotSet));
        assert_eq!(client.change_pin(PIN, "5678"), Err(Status::PinNotSet));
    }
}

#[test]
fn a_miss_costs_one_retry_and_a_hit_gives_all_back() {
    for protocol in [1, 2] {
        let device = with_pin();
        let client = device.pin_client(protocol);
        assert_eq!(client.pin_retries(), Ok(8));
        assert_eq!(miss(&client), Status::PinInvalid);
        assert_eq!(client.get_pin_token(WRONG), Err(Status::PinInvalid));
        assert_eq!(client.pin_retries(), Ok(6));
        client.get_pin_token(PIN).unwrap();
        assert_eq!(client.pin_retries(), Ok(8));
        assert_eq!(client.change_pin(WRONG, "5678"), Err(Status::PinInvalid));
        assert_eq!(client.pin_retries(), Ok(7));
        client.change_pin(PIN, "5678").unwrap();
        assert_eq!(client.pin_retries(), Ok(8));
    }
}

#[test]
fn three_misses_in_a_row_need_a_power_cycle() {
    for protocol in [1, 2] {
        let device = with_pin();
        let client = device.pin_client(protocol);
        assert_eq!(miss(&client), Status::PinInvalid);
        assert_eq!(miss(&client), Status::PinInvalid);
        assert!(!needs_power_cycle(&device));
        assert_eq!(miss(&client), Status::PinAuthBlocked);
        assert!(needs_power_cycle(&device));
        // Not even the right one is looked at, by any subcommand.
        assert_eq!(client.token_using_pin(PIN, MC, None), Err(Status::PinAuthBlocked));
        assert_eq!(client.get_pin_token(PIN), Err(Status::PinAuthBlocked));
        assert_eq!(client.change_pin(PIN, "5678"), Err(Status::PinAuthBlocked));
        assert_eq!(client.pin_retries(), Ok(5));
        device.authenticator.power_cycle();
        assert!(!needs_power_cycle(&device));
        assert_eq!(client.pin_retries(), Ok(5));
        client.token_using_pin(PIN, MC, None).unwrap();
        assert_eq!(client.pin_retries(), Ok(8));
    }
}

#[test]
fn a_hit_between_misses_starts_the_row_again() {
    let device = with_pin();
    let client = device.pin_client(2);
    for _ in 0..3 {
        assert_eq!(miss(&client), Status::PinInvalid);
        assert_eq!(miss(&client), Status::PinInvalid);
        client.get_pin_token(PIN).unwrap();
    }
}

#[test]
fn a_miss_with_each_subcommand_and_protocol_is_in_the_same_row() {
    let device = with_pin();
    assert_eq!(device.pin_client(1).get_pin_token(WRONG), Err(Status::PinInvalid));
    assert_eq!(device.pin_client(2).change_pin(WRONG, "5678"), Err(Status::PinInvalid));
    let another = device.seen_from(crate::transport::Transport::Nfc, 9);
    assert_eq!(miss(&another.pin_client(2)), Status::PinAuthBlocked);
}

#[test]
fn eight_misses_leave_only_a_reset() {
    for protocol in [1, 2] {
        let device = with_pin();
        let client = device.pin_client(protocol);
        for left in (0..8).rev() {
            if needs_power_cycle(&device) {
                device.authenticator.power_cycle();
            }
            let status = miss(&client);
            assert_eq!(status == Status::PinBlocked, left == 0, "{status:?}");
            assert_eq!(client.pin_retries(), Ok(left));
        }
        for _ in 0..2 {
            assert_eq!(client.get_pin_token(PIN), Err(Status::PinBlocked));
            assert_eq!(client.token_using_pin(PIN, MC, None), Err(Status::PinBlocked));
            assert_eq!(client.change_pin(PIN, "5678"), Err(Status::PinBlocked));
            assert_eq!(client.set_pin("5678"), Err(Status::PinAuthInvalid));
            assert_eq!(client.pin_retries(), Ok(0));
            device.authenticator.power_cycle();
        }
        device.raw(&[7]).unwrap();
        assert_eq!(client.pin_retries(), Err(Status::PinNotSet));
        client.set_pin("5678").unwrap();
        assert_eq!(client.pin_retries(), Ok(8));
        client.get_pin_token("5678").unwrap();
    }
}

#[test]
fn a_miss_renews_the_key_agreement_and_a_hit_does_not() {
    for protocol in [1, 2] {
        let device = with_pin();
        let client = device.pin_client(protocol);
        let before = client.session();
        client.token_in(&before, PIN, Value::from(MC)).unwrap();
        client.token_in(&before, PIN, Value::from(MC)).unwrap();
        assert_eq!(client.token_in(&before, WRONG, Value::from(MC)), Err(Status::PinInvalid));
        // Under the old secret the right PIN decrypts to something else: that is a miss too.
        assert_eq!(client.token_in(&before, PIN, Value::from(MC)), Err(Status::PinInvalid));
        assert_eq!(client.pin_retries(), Ok(6));
        client.token_in(&client.session(), PIN, Value::from(MC)).unwrap();
    }
}

#[test]
fn a_power_cycle_renews_the_key_agreement() {
    let device = with_pin();
    let client = device.pin_client(2);
    let before = client.session();
    device.authenticator.power_cycle();
    assert_eq!(client.token_in(&before, PIN, Value::from(MC)), Err(Status::PinInvalid));
}
