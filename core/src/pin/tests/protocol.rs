//! Protocols one and two against what python-fido2 and `cryptography` compute.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::{
    ctap::{cose::KeyAgreementKey, status::Status},
    testing::{
        SeededRng,
        vectors::{self, Vector},
    },
};

const VECTORS: &str = include_str!("../../../tests/vectors/pin_protocols.json");
const POINTS: &str = include_str!("../../../tests/vectors/points_off_the_curve.json");

fn point(vector: &Vector) -> KeyAgreementKey {
    KeyAgreementKey { x: vector.array("x"), y: vector.array("y") }
}

fn shared(vector: &Vector) -> SharedSecret {
    let protocol = PinProtocol::from_request(Some(vector.number("protocol") as u64)).unwrap();
    let key = KeyAgreement::generate(&Fixed(vector.bytes("authenticator_private"))).unwrap();
    assert_eq!(key.public_key(), point(&vector.inner("authenticator")));
    key.decapsulate(protocol, &point(&vector.inner("client"))).unwrap()
}

#[test]
fn both_protocols_compute_what_python_fido2_computes() {
    let mut protocols = Vec::new();
    for vector in vectors::read(VECTORS) {
        let shared = shared(&vector);
        protocols.push(shared.protocol().number());
        let (plaintext, ciphertext) = (vector.bytes("plaintext"), vector.bytes("ciphertext"));
        let encrypted = shared.encrypt(&plaintext, &Fixed(vector.bytes("iv"))).unwrap();
        assert_eq!(encrypted, ciphertext);
        assert_eq!(shared.decrypt(&ciphertext).unwrap().as_slice(), plaintext);
        let message = vector.bytes("message");
        assert!(shared.verify(&message, &vector.bytes("mac_by_shared_secret")));
        let (token, mac) = (vector.bytes("token"), vector.bytes("mac_by_token"));
        assert!(shared.protocol().verify(&token, &message, &mac));
    }
    protocols.dedup();
    assert_eq!(protocols, [1, 2]);
}

#[test]
fn a_mac_must_be_right_in_every_bit_and_whole() {
    for vector in vectors::read(VECTORS) {
        let shared = shared(&vector);
        let (message, mac) = (vector.bytes("message"), vector.bytes("mac_by_shared_secret"));
        for bit in 0..mac.len() * 8 {
            let mut wrong = mac.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert!(!shared.verify(&message, &wrong), "bit {bit}");
        }
        for length in 0..mac.len() {
            assert!(!shared.verify(&message, &mac[..length]), "{length} bytes");
        }
        assert!(!shared.verify(&message, &[mac.as_slice(), &[0]].concat()));
        assert!(!shared.verify(&[message.as_slice(), &[0]].concat(), &mac));
        assert!(!shared.verify(&message, &vector.bytes("mac_by_token")));
    }
}

#[test]
fn the_mac_of_one_protocol_is_no_mac_of_the_other() {
    for vector in vectors::read(VECTORS) {
        let (token, message) = (vector.bytes("token"), vector.bytes("message"));
        let mac = vector.bytes("mac_by_token");
        let other =
            if vector.number("protocol") == 1 { PinProtocol::Two } else { PinProtocol::One };
        assert!(!other.verify(&token, &message, &mac));
    }
    // Both are the same HMAC, of which protocol one takes half.
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &[1; 32]);
    let whole = ring::hmac::sign(&key, b"message");
    assert!(PinProtocol::Two.verify(&[1; 32], b"message", whole.as_ref()));
    assert!(!PinProtocol::One.verify(&[1; 32], b"message", whole.as_ref()));
    assert!(PinProtocol::One.verify(&[1; 32], b"message", &whole.as_ref()[..16]));
    assert!(!PinProtocol::Two.verify(&[1; 32], b"message", &whole.as_ref()[..16]));
}

#[test]
fn a_ciphertext_has_whole_blocks() {
    for vector in vectors::read(VECTORS) {
        let shared = shared(&vector);
        let iv = if vector.number("protocol") == 1 { 0 } else { 16 };
        for length in 0..100 {
            let result = shared.decrypt(&vec![0x5a; length]);
            match length.checked_sub(iv) {
                Some(body) if body % 16 == 0 => assert_eq!(result.unwrap().len(), body),
                _ => assert_eq!(result, Err(Status::InvalidParameter), "{length} bytes"),
            }
        }
    }
}

#[test]
fn points_off_the_curve_are_refused() {
    let key = KeyAgreement::generate(&SeededRng::new(3)).unwrap();
    for vector in vectors::read(POINTS) {
        for protocol in PinProtocol::ALL {
            let result = key.decapsulate(*protocol, &point(&vector)).map(drop);
            assert_eq!(result, Err(Status::InvalidParameter), "{}", vector.text("name"));
        }
    }
}

#[test]
fn a_request_names_a_protocol_that_is_offered() {
    assert_eq!(PinProtocol::from_request(None), Err(Status::MissingParameter));
    assert_eq!(PinProtocol::from_request(Some(1)), Ok(PinProtocol::One));
    assert_eq!(PinProtocol::from_request(Some(2)), Ok(PinProtocol::Two));
    for number in [0, 3, 255, 257, u64::MAX] {
        assert_eq!(PinProtocol::from_request(Some(number)), Err(Status::InvalidParameter));
    }
}

#[test]
fn protocol_two_has_a_fresh_iv_each_time() {
    let rng = SeededRng::new(5);
    for vector in vectors::read(VECTORS) {
        let shared = shared(&vector);
        let [first, second] = [(); 2].map(|()| shared.encrypt(&[0; 32], &rng).unwrap());
        assert_eq!(first == second, vector.number("protocol") == 1);
        assert_eq!(shared.decrypt(&first), shared.decrypt(&second));
    }
}

/// Zero, then the order of the group, then something that is a private key.
#[derive(Default)]
struct Unlucky(AtomicUsize);

impl Rng for Unlucky {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RngError> {
        let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
        let scalar = match self.0.fetch_add(1, Ordering::SeqCst) {
            0 => vec![0; 32],
            1 => hex::decode(order).unwrap(),
            _ => [vec![0; 31], vec![1]].concat(),
        };
        buffer.copy_from_slice(&scalar);
        Ok(())
    }
}

#[test]
fn a_private_key_is_between_zero_and_the_order() {
    let key = KeyAgreement::generate(&Unlucky::default()).unwrap();
    // With the private key 1 the public key is the generator of P-256.
    let x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    assert_eq!(key.public_key().x.to_vec(), hex::decode(x).unwrap());
}

#[test]
fn without_randomness_nothing_is_made() {
    assert_eq!(KeyAgreement::generate(&Exhausted).map(drop), Err(Status::Other));
    let vectors = vectors::read(VECTORS);
    let two = shared(vectors.last().unwrap());
    assert_eq!(two.encrypt(&[0; 32], &Exhausted), Err(Status::Other));
}

#[test]
fn secrets_are_in_no_debug_output() {
    let vectors = vectors::read(VECTORS);
    let key = KeyAgreement::generate(&SeededRng::new(1)).unwrap();
    assert_eq!(format!("{key:?}"), "KeyAgreement");
    assert_eq!(format!("{:?}", shared(&vectors[0])), "SharedSecret(One)");
}
