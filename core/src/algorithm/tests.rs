#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]
use ciborium::Value;
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey};

use super::*;
use crate::{
    software::SystemRng,
    testing::{
        device::{CLIENT_DATA_HASH, Device, bytes, map, member, named, text},
        vectors,
    },
};

#[test]
fn cose_keys_are_those_of_python_fido2() {
    for vector in vectors::read(include_str!("../../tests/vectors/cose_keys.json")) {
        let algorithm = Algorithm::from_cose_id(vector.number("algorithm")).unwrap();
        let mut out = Writer::new();
        algorithm.write_cose_key(&vector.bytes("raw"), &mut out);
        assert_eq!(out.finish(), vector.bytes("cose"));
    }
}

#[test]
fn identifiers_are_those_of_the_cose_registry() {
    assert_eq!(Algorithm::from_cose_id(-7), Some(Algorithm::Es256));
    assert_eq!(Algorithm::from_cose_id(-8), Some(Algorithm::EdDsa));
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::from_cose_id(algorithm.cose_id()), Some(*algorithm));
    }
    for other in [7, 8, 0, -1, -257, i64::MIN, i64::MAX] {
        assert_eq!(Algorithm::from_cose_id(other), None, "{other}");
    }
}

#[test]
fn a_key_of_an_odd_length_never_panics() {
    for algorithm in Algorithm::ALL {
        for length in 0..70 {
            let mut out = Writer::new();
            algorithm.write_cose_key(&vec![4; length], &mut out);
            assert!(!out.finish().is_empty());
        }
    }
}

/// Verifies by the COSE_Key alone, as a relying party does.
fn verify(cose: &Value, message: &[u8], signature: &[u8]) -> bool {
    let coordinate = |key| member(cose, key).unwrap().as_bytes().unwrap().clone();
    let number = |key| i128::from(member(cose, key).unwrap().as_integer().unwrap());
    match (number(1), number(3), number(-1)) {
        (2, -7, 1) => {
            let point = [vec![4], coordinate(-2), coordinate(-3)].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
                .verify(message, signature)
                .is_ok()
        }
        (1, -8, 6) => {
            UnparsedPublicKey::new(&ED25519, coordinate(-2)).verify(message, signature).is_ok()
        }
        other => panic!("no such key: {other:?}"),
    }
}

#[test]
fn what_a_credential_signs_verifies_by_the_cose_key_that_came_with_it() {
    for algorithm in Algorithm::ALL {
        let device = Device::new();
        let id = Value::from(algorithm.cose_id());
        let made = device
            .send(
                0x01,
                map([
                    (1, bytes(&CLIENT_DATA_HASH)),
                    (2, map([("id", text("example.com"))])),
                    (3, map([("id", bytes(b"user"))])),
                    (
                        4,
                        Value::Array(vec![map([
                            ("alg", id.clone()),
                            ("type", text("public-key")),
                        ])]),
                    ),
                ]),
            )
            .unwrap();
        let data = member(&made, 2).unwrap().as_bytes().unwrap();
        let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
        let (credential_id, key) = data[55..].split_at(length);
        let key: Value = ciborium::from_reader(key).unwrap();

        // Packed self attestation (WebAuthn §8.2).
        assert_eq!(member(&made, 1).unwrap().as_text(), Some("packed"));
        let statement = member(&made, 3).unwrap();
        assert_eq!(named(statement, "alg"), Some(&id));
        assert_eq!(named(statement, "x5c"), None);
        let signature = named(statement, "sig").unwrap().as_bytes().unwrap();
        let signed = [data.as_slice(), &CLIENT_DATA_HASH].concat();
        assert!(verify(&key, &signed, signature), "{algorithm:?} attests itself");

        let descriptor = map([("id", bytes(credential_id)), ("type", text("public-key"))]);
        let assertion = device
            .send(
                0x02,
                map([
                    (1, text("example.com")),
                    (2, bytes(&CLIENT_DATA_HASH)),
                    (3, Value::Array(vec![descriptor])),
                ]),
            )
            .unwrap();
        let data = member(&assertion, 2).unwrap().as_bytes().unwrap();
        let signature = member(&assertion, 3).unwrap().as_bytes().unwrap();
        let mut signed = [data.as_slice(), &CLIENT_DATA_HASH].concat();
        assert!(verify(&key, &signed, signature), "{algorithm:?} signs in");
        signed[32] ^= 0x04;
        assert!(!verify(&key, &signed, signature), "{algorithm:?} signs its flags");
    }
}

#[test]
fn what_is_cut_out_of_pkcs8_is_the_key_pair() {
    let random = Randomness { given: &SystemRng::default(), system: &SystemRandom::new() };
    let (private, public) = es256::generate(&random).unwrap();
    let secret = p256::SecretKey::from_slice(&private).unwrap();
    assert_eq!(secret.public_key().to_sec1_bytes().as_ref(), public);
}
