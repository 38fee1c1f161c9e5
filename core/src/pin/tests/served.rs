//! The same rules where a client meets them.

use std::time::Duration;

use ciborium::Value;

use crate::{
    ctap::status::Status,
    testing::{
        device::{Device, bytes, map},
        vectors,
    },
    transport::Transport,
};

const CM: u8 = 0x04;

/// getCredsMetadata, which needs nothing but a token.
fn metadata(device: &Device, protocol: u8, token: &[u8]) -> Result<Value, Status> {
    let client = device.pin_client(protocol);
    let param = client.param(token, &[1]);
    device.send(0x0a, map([(1, Value::from(1)), (3, client.number()), (4, param)]))
}

fn with_pin() -> Device {
    let device = Device::new();
    device.pin_client(2).set_pin("1234").unwrap();
    device
}

#[test]
fn an_unused_token_is_gone_after_30_s_or_19_8_s_on_nfc() {
    for protocol in [1, 2] {
        for (transport, limit) in [(Transport::Usb, 30_000), (Transport::Nfc, 19_800)] {
            let mut device = with_pin();
            device.source.transport = transport;
            let client = device.pin_client(protocol);
            for (wait, expected) in [(limit - 1, Ok(())), (limit, Err(Status::PinAuthInvalid))] {
                let token = client.token_using_pin("1234", CM, None).unwrap();
                device.clock.advance(Duration::from_millis(wait));
                let found = metadata(&device, protocol, &token).map(drop);
                assert_eq!(found, expected, "{transport:?} after {wait} ms");
            }
        }
    }
}

#[test]
fn a_used_token_is_gone_after_ten_minutes() {
    let device = with_pin();
    let token = device.pin_client(2).token_using_pin("1234", CM, None).unwrap();
    for _ in 0..20 {
        assert!(metadata(&device, 2, &token).is_ok());
        device.clock.advance(Duration::from_secs(29));
    }
    assert!(metadata(&device, 2, &token).is_ok());
    device.clock.advance(Duration::from_secs(20));
    assert_eq!(metadata(&device, 2, &token), Err(Status::PinAuthInvalid));
}

#[test]
fn a_new_token_ends_the_old_one_whatever_its_protocol() {
    for (first, second) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
        let device = with_pin();
        let old = device.pin_client(first).token_using_pin("1234", CM, None).unwrap();
        let new = device.pin_client(second).token_using_pin("1234", CM, None).unwrap();
        assert_eq!(metadata(&device, first, &old), Err(Status::PinAuthInvalid));
        assert!(metadata(&device, second, &new).is_ok());
    }
}

#[test]
fn a_power_cycle_and_a_new_pin_end_every_token() {
    let device = with_pin();
    let client = device.pin_client(2);
    let token = client.token_using_pin("1234", CM, None).unwrap();
    device.authenticator.power_cycle();
    assert_eq!(metadata(&device, 2, &token), Err(Status::PinAuthInvalid));
    let token = client.token_using_pin("1234", CM, None).unwrap();
    client.change_pin("1234", "123456").unwrap();
    assert_eq!(metadata(&device, 2, &token), Err(Status::PinAuthInvalid));
}

#[test]
fn a_point_off_the_curve_is_an_invalid_parameter_and_costs_no_attempt() {
    let device = with_pin();
    let client = device.pin_client(2);
    let retries = client.pin_retries().unwrap();
    for vector in vectors::read(include_str!("../../../tests/vectors/points_off_the_curve.json")) {
        let key = map([
            (1, Value::from(2)),
            (3, Value::from(-25)),
            (-1, Value::from(1)),
            (-2, bytes(&vector.bytes("x"))),
            (-3, bytes(&vector.bytes("y"))),
        ]);
        for (protocol, subcommand) in [(1, 5), (2, 5), (1, 9), (2, 9), (2, 4)] {
            let request = map([
                (1, Value::from(protocol)),
                (2, Value::from(subcommand)),
                (3, key.clone()),
                (4, if subcommand == 4 { bytes(&[0; 32]) } else { Value::Null }),
                (5, if subcommand == 4 { bytes(&[0; 80]) } else { Value::Null }),
                (6, bytes(&[0; 32])),
                (9, if subcommand == 9 { Value::from(CM) } else { Value::Null }),
            ]);
            let result = device.send(0x06, request).map(drop);
            assert_eq!(result, Err(Status::InvalidParameter), "{}", vector.text("name"));
        }
    }
    assert_eq!(client.pin_retries().unwrap(), retries);
}
