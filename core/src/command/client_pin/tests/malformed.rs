//! Requests that are no requests of authenticatorClientPIN.

use ciborium::Value;

use super::*;
use crate::{
    ctap::status::Status,
    testing::device::{bytes, encode, map, member},
};

fn send(device: &Device, members: Vec<(i64, Value)>) -> Status {
    device.send(6, map(members)).unwrap_err()
}

#[test]
fn there_are_seven_subcommands() {
    let device = Device::with_uv();
    for subcommand in [0, 8, 10, 0x7f, 0x100, i64::MAX] {
        let members = vec![(1, Value::from(2)), (2, Value::from(subcommand))];
        assert_eq!(send(&device, members), Status::InvalidSubcommand, "{subcommand}");
    }
    assert_eq!(send(&device, vec![(1, Value::from(2))]), Status::MissingParameter);
}

#[test]
fn there_are_two_protocols() {
    let device = with_pin();
    for number in [0, 3, i64::MAX] {
        let members = vec![(1, Value::from(number)), (2, Value::from(2))];
        assert_eq!(send(&device, members), Status::InvalidParameter);
    }
    assert_eq!(send(&device, vec![(2, Value::from(2))]), Status::MissingParameter);
}

#[test]
fn no_member_that_is_needed_may_be_missing() {
    let device = Device::with_uv();
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();
    let session = client.session();
    let complete = |subcommand: u8| {
        let needed: &[i64] = match subcommand {
            3 => &[4, 5],
            4 => &[4, 5, 6],
            5 => &[6],
            6 => &[9],
            _ => &[6, 9],
        };
        let value = |key| if key == 9 { Value::from(MC) } else { bytes(&[0; 32]) };
        let mut members = vec![(1, Value::from(2)), (2, Value::from(subcommand))];
        members.push((3, session.cose_key.clone()));
        members.extend(needed.iter().map(|key| (*key, value(*key))));
        members
    };
    for subcommand in [3, 4, 5, 6, 9] {
        let complete = complete(subcommand);
        for (missing, _) in complete.iter().filter(|(key, _)| *key != 2) {
            let mut members = complete.clone();
            members.retain(|(key, _)| key != missing);
            let status = send(&device, members);
            assert_eq!(status, Status::MissingParameter, "{subcommand} without {missing}");
        }
    }
    assert_eq!(client.pin_retries(), Ok(8));
}

#[test]
fn a_point_off_the_curve_agrees_on_nothing() {
    let device = with_pin();
    let client = device.pin_client(2);
    let session = client.session();
    for (x, y) in [([0; 32], [0; 32]), ([1; 32], [1; 32]), ([0xff; 32], [0xff; 32])] {
        let key = map([
            (1, Value::from(2)),
            (3, Value::from(-25)),
            (-1, Value::from(1)),
            (-2, bytes(&x)),
            (-3, bytes(&y)),
        ]);
        let members = vec![
            (1, Value::from(2)),
            (2, Value::from(9)),
            (3, key),
            (6, bytes(&session.encrypt(&[0; 16]))),
            (9, Value::from(MC)),
        ];
        assert_eq!(send(&device, members), Status::InvalidParameter);
    }
    assert_eq!(client.pin_retries(), Ok(8));
}

#[test]
fn a_hash_of_another_length_is_a_wrong_pin() {
    for protocol in [1, 2] {
        for length in [0, 1, 15, 17, 32, 100] {
            let device = with_pin();
            let client = device.pin_client(protocol);
            let session = client.session();
            let members = [(6, bytes(&vec![7; length])), (9, Value::from(MC))];
            let status = client.client_pin(&session, 9, members).unwrap_err();
            assert_eq!(status, Status::PinInvalid, "{length}");
            assert_eq!(client.pin_retries(), Ok(7));
        }
    }
}

#[test]
fn key_agreement_has_the_five_members_of_its_cose_key() {
    for protocol in [1, 2] {
        let device = Device::new();
        let request = map([(1, Value::from(protocol)), (2, Value::from(2))]);
        let answer = device.send(6, request).unwrap();
        let key = member(&answer, 1).unwrap();
        assert_eq!(key.as_map().unwrap().len(), 5);
        assert_eq!(member(key, 1), Some(&Value::from(2)));
        assert_eq!(member(key, 3), Some(&Value::from(-25)));
        assert_eq!(member(key, -1), Some(&Value::from(1)));
        for coordinate in [-2, -3] {
            assert_eq!(member(key, coordinate).unwrap().as_bytes().unwrap().len(), 32);
        }
    }
}

#[test]
fn members_of_a_wrong_type_are_refused() {
    let device = with_pin();
    for (key, value) in [
        (1, Value::from("2")),
        (2, bytes(&[9])),
        (3, bytes(&[])),
        (4, Value::from(1)),
        (5, Value::from("x")),
        (6, Value::from(true)),
        (9, Value::from(-1)),
        (10, bytes(b"example.com")),
    ] {
        let mut members = vec![(1, Value::from(2)), (2, Value::from(9))];
        members.retain(|(other, _)| *other != key);
        members.push((key, value));
        assert_eq!(send(&device, members), Status::CborUnexpectedType, "{key}");
    }
    let mut trailing = vec![6];
    trailing.extend(encode(&map([(2, Value::from(1))])));
    trailing.push(0);
    assert_eq!(device.raw(&trailing), Err(Status::InvalidCbor));
}
