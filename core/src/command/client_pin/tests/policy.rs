//! Which PINs are accepted, and what a new one ends.

use super::*;
use crate::{
    ctap::status::Status,
    testing::device::{bytes, map, member},
};
use ciborium::Value;

#[test]
fn the_minimum_counts_code_points_and_not_bytes() {
    for protocol in [1, 2] {
        for short in ["", "1", "123", "äöü", "😀😀😀", "日本語"] {
            let device = Device::new();
            let client = device.pin_client(protocol);
            assert_eq!(client.set_pin(short), Err(Status::PinPolicyViolation), "{short}");
            assert_eq!(device.option("clientPin"), Some(false));
        }
        for long_enough in ["1234", "äöüß", "😀😀😀😀", "日本語四", "e\u{301}12"] {
            let device = Device::new();
            let client = device.pin_client(protocol);
            client.set_pin(long_enough).unwrap();
            assert_eq!(device.option("clientPin"), Some(true));
            client.get_pin_token(long_enough).unwrap();
        }
    }
}

#[test]
fn the_maximum_counts_bytes() {
    for protocol in [1, 2] {
        let device = Device::new();
        let client = device.pin_client(protocol);
        assert_eq!(client.set_padded_pin(&[b'7'; 64]), Err(Status::PinPolicyViolation));
        let wide = "ß".repeat(32);
        assert_eq!(client.set_padded_pin(wide.as_bytes()), Err(Status::PinPolicyViolation));
        let longest = "ß".repeat(31) + "7";
        client.set_pin(&longest).unwrap();
        client.get_pin_token(&longest).unwrap();
    }
}

#[test]
fn a_pin_comes_in_64_bytes() {
    for protocol in [1, 2] {
        let device = Device::new();
        let client = device.pin_client(protocol);
        for length in [16, 48, 80] {
            let mut padded = vec![0; length];
            padded[..4].copy_from_slice(b"1234");
            assert_eq!(client.set_padded_pin(&padded), Err(Status::InvalidParameter), "{length}");
        }
        assert_eq!(client.set_padded_pin(&[0; 64]), Err(Status::PinPolicyViolation));
    }
}

#[test]
fn only_trailing_zeros_are_padding() {
    let device = Device::new();
    let client = device.pin_client(2);
    let mut padded = [0; 64];
    padded[..7].copy_from_slice(b"1234\x0056");
    client.set_padded_pin(&padded).unwrap();
    assert_eq!(client.get_pin_token("1234"), Err(Status::PinInvalid));
    client.get_pin_token("1234\x0056").unwrap();
}

#[test]
fn a_pin_is_utf_8() {
    for not_text in [&b"123\xff456"[..], b"12345\xc3", b"\xed\xa0\x80\xed\xa0\x80abc"] {
        let device = Device::new();
        let mut padded = [0; 64];
        padded[..not_text.len()].copy_from_slice(not_text);
        let status = device.pin_client(2).set_padded_pin(&padded).unwrap_err();
        assert_eq!(status, Status::PinPolicyViolation, "{not_text:x?}");
    }
}

#[test]
fn a_pin_is_set_once() {
    for protocol in [1, 2] {
        let device = with_pin();
        let client = device.pin_client(protocol);
        assert_eq!(client.set_pin("5678"), Err(Status::PinAuthInvalid));
        assert_eq!(client.set_pin(PIN), Err(Status::PinAuthInvalid));
        client.get_pin_token(PIN).unwrap();
    }
}

#[test]
fn a_wrong_mac_changes_nothing_and_costs_nothing() {
    for protocol in [1, 2] {
        let device = Device::new();
        let client = device.pin_client(protocol);
        let session = client.session();
        let new_pin = session.encrypt(&[b'7'; 64]);
        let mut param = session.authenticate(&new_pin);
        param[0] ^= 1;
        let members = [(4, bytes(&param)), (5, bytes(&new_pin))];
        assert_eq!(client.client_pin(&session, 3, members), Err(Status::PinAuthInvalid));
        assert_eq!(device.option("clientPin"), Some(false));

        client.set_pin(PIN).unwrap();
        let hash = session.encrypt(&[0; 16]);
        // A MAC over the new PIN alone, which is setPIN's.
        let param = session.authenticate(&new_pin);
        let members = [(4, bytes(&param)), (5, bytes(&new_pin)), (6, bytes(&hash))];
        assert_eq!(client.client_pin(&session, 4, members), Err(Status::PinAuthInvalid));
        assert_eq!(client.pin_retries(), Ok(8));
    }
}

#[test]
fn a_new_pin_takes_the_place_of_the_old() {
    for protocol in [1, 2] {
        let device = with_pin();
        let client = device.pin_client(protocol);
        assert_eq!(client.change_pin(PIN, "56"), Err(Status::PinPolicyViolation));
        assert_eq!(client.pin_retries(), Ok(8));
        client.change_pin(PIN, "5678").unwrap();
        assert_eq!(client.get_pin_token(PIN), Err(Status::PinInvalid));
        client.get_pin_token("5678").unwrap();
        // The same one again is allowed where no change is forced.
        client.change_pin("5678", "5678").unwrap();
    }
}

#[test]
fn a_change_ends_every_token_and_the_persistent_one() {
    for protocol in [1, 2] {
        let device = with_pin();
        let client = device.pin_client(protocol);
        let persistent = client.token_using_pin(PIN, PCMR, None).unwrap();
        let token = client.token_using_pin(PIN, CM, None).unwrap();
        client.manage(&token, 1, Value::Null).unwrap();
        client.manage(&persistent, 1, Value::Null).unwrap();
        client.change_pin(PIN, "5678").unwrap();
        assert_eq!(client.manage(&token, 1, Value::Null), Err(Status::PinAuthInvalid));
        assert_eq!(client.manage(&persistent, 1, Value::Null), Err(Status::PinAuthInvalid));
        let renewed = client.token_using_pin("5678", PCMR, None).unwrap();
        assert_ne!(renewed, persistent);
    }
}

#[test]
fn a_forced_change_gives_no_token_before_another_pin() {
    for protocol in [1, 2] {
        let device = with_pin();
        let client = device.pin_client(protocol);
        let token = client.token_using_pin(PIN, ACFG, None).unwrap();
        client.config(&token, 3, map([(3, Value::from(true))])).unwrap();
        let forced = |device: &Device| member(&device.info(), 0x0c).unwrap().as_bool().unwrap();
        assert!(forced(&device));

        assert_eq!(client.get_pin_token(PIN), Err(Status::PinInvalid));
        for permissions in [MC, CM, PCMR] {
            let status = client.token_using_pin(PIN, permissions, None).unwrap_err();
            assert_eq!(status, Status::PinPolicyViolation);
        }
        // The PIN was right each time.
        assert_eq!(client.pin_retries(), Ok(8));
        assert_eq!(client.token_using_pin(WRONG, MC, None), Err(Status::PinInvalid));

        assert_eq!(client.change_pin(PIN, PIN), Err(Status::PinPolicyViolation));
        assert!(forced(&device));
        device.authenticator.power_cycle();
        assert!(forced(&device));
        client.change_pin(PIN, "5678").unwrap();
        assert!(!forced(&device));
        client.get_pin_token("5678").unwrap();
        client.token_using_pin("5678", MC, None).unwrap();
    }
}
