#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

use ciborium::Value;

use super::*;
use crate::testing::device::{bytes, encode, map};

fn key(change: &[(i64, Value)]) -> Result<KeyAgreementKey, Status> {
    let mut entries = vec![
        (1, Value::from(2)),
        (3, Value::from(-25)),
        (-1, Value::from(1)),
        (-2, bytes(&[2; 32])),
        (-3, bytes(&[3; 32])),
    ];
    entries.retain(|(key, _)| change.iter().all(|(other, _)| other != key));
    entries.extend(change.iter().cloned());
    Reader::whole(&encode(&map(entries)), KeyAgreementKey::read)
}

#[test]
fn a_key_is_read_as_it_is_written() {
    let expected = KeyAgreementKey { x: [2; 32], y: [3; 32] };
    assert_eq!(key(&[]), Ok(expected));
    let mut out = Writer::new();
    expected.write(&mut out);
    assert_eq!(Reader::whole(&out.finish(), KeyAgreementKey::read), Ok(expected));
}

#[test]
fn every_member_is_mandatory() {
    for member in [1, 3, -1, -2, -3] {
        assert_eq!(key(&[(member, Value::Null)]), Err(Status::MissingParameter), "{member}");
    }
}

#[test]
fn keys_of_other_kinds_are_refused() {
    for (member, values) in [(1, [1, 3]), (3, [-7, -26]), (-1, [2, 6])] {
        for value in values {
            let other = [(member, Value::from(value))];
            assert_eq!(key(&other), Err(Status::InvalidParameter), "{member}: {value}");
        }
    }
}

#[test]
fn a_coordinate_has_32_bytes() {
    for member in [-2, -3] {
        for length in [0, 31, 33, 64] {
            let other = [(member, bytes(&vec![1; length]))];
            assert_eq!(key(&other), Err(Status::InvalidParameter), "{member}: {length} bytes");
        }
        // A compressed point has a boolean here (RFC 9053 §7.1.1).
        let sign = [(member, Value::Bool(true))];
        assert_eq!(key(&sign), Err(Status::CborUnexpectedType), "{member}");
    }
}

#[test]
fn members_that_ctap_does_not_use_are_ignored() {
    assert_eq!(key(&[(2, bytes(b"kid"))]), Ok(KeyAgreementKey { x: [2; 32], y: [3; 32] }));
}
