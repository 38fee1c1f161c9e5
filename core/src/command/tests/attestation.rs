//! Attestation (WebAuthn §6.5, CTAP 2.3 §7.1): formats, keys, enterprise.

use std::sync::Arc;

use ciborium::Value;
use ring::signature::{ED25519, UnparsedPublicKey};

use super::{
    fake_keys::{FakeAttestation, chain},
    requests::{algorithm, auth_data, make_credential},
    steps::{ACFG, PIN, config, cose_key, public_key, register, rk, try_register, verifies},
};
use crate::{
    ctap::status::Status,
    platform::AttestationKind::{self, Basic, Enterprise},
    software::SoftwareKeyStore,
    testing::device::{CLIENT_DATA_HASH, Device, bytes, member, named, text},
};

fn statement<'a>(made: &'a Value, name: &str) -> Option<&'a Value> {
    named(member(made, 3).unwrap(), name)
}

fn signature(made: &Value) -> &[u8] {
    statement(made, "sig").unwrap().as_bytes().unwrap()
}

fn signed(made: &Value) -> Vec<u8> {
    [auth_data(made), &CLIENT_DATA_HASH].concat()
}

#[test]
fn a_credential_attests_itself_where_there_is_no_certified_key() {
    for more in [vec![], vec![rk()]] {
        let made = register(&Device::new(), b"user", more);
        assert_eq!(member(&made, 1), Some(&text("packed")));
        assert_eq!(statement(&made, "alg"), Some(&Value::from(-7)));
        assert_eq!(statement(&made, "x5c"), None);
        assert!(verifies(&public_key(&made), &signed(&made), signature(&made)));
    }
}

#[test]
fn an_ed25519_credential_attests_itself_with_its_own_algorithm() {
    let ed25519 = vec![(4, Value::Array(vec![algorithm(-8)]))];
    let made = register(&Device::new(), b"user", ed25519);
    assert_eq!(statement(&made, "alg"), Some(&Value::from(-8)));
    let key = cose_key(&made);
    let x = member(&key, -2).unwrap().as_bytes().unwrap();
    let key = UnparsedPublicKey::new(&ED25519, x);
    assert!(key.verify(&signed(&made), signature(&made)).is_ok());
}

fn preferring(formats: &[&str]) -> Value {
    let formats = Value::Array(formats.iter().map(|format| text(format)).collect());
    register(&Device::new(), b"user", vec![(11, formats)])
}

#[test]
fn none_alone_leaves_the_statement_out() {
    let made = preferring(&["none"]);
    assert_eq!(member(&made, 1), Some(&text("none")));
    assert_eq!(member(&made, 3), None);
}

#[test]
fn formats_are_honoured_in_order() {
    assert_eq!(member(&preferring(&["packed", "none"]), 1), Some(&text("packed")));
    let made = preferring(&["none", "packed"]);
    assert_eq!(member(&made, 1), Some(&text("none")));
    assert_eq!(member(&made, 3), Some(&Value::Map(vec![])));
    assert_eq!(member(&preferring(&["tpm", "none"]), 1), Some(&text("none")));
}

#[test]
fn without_a_known_format_it_is_packed() {
    for formats in [&[][..], &["tpm"], &["tpm", "android-key"]] {
        assert_eq!(member(&preferring(formats), 1), Some(&text("packed")), "{formats:?}");
    }
}

fn device(keys: Arc<FakeAttestation>) -> Device {
    Device::with_key_store(Arc::new(SoftwareKeyStore::new(&[7; 32]).with_attestation(keys)))
}

fn assert_certified(made: &Value, keys: &FakeAttestation, kind: AttestationKind) {
    assert_eq!(member(made, 1), Some(&text("packed")));
    assert_eq!(statement(made, "alg"), Some(&Value::from(-7)));
    let expected = chain(kind).iter().map(|certificate| bytes(certificate)).collect();
    assert_eq!(statement(made, "x5c"), Some(&Value::Array(expected)));
    assert!(verifies(keys.public_key(), &signed(made), signature(made)));
    let epatt = (kind == Enterprise).then_some(Value::from(true));
    assert_eq!(member(made, 4), epatt.as_ref());
}

#[test]
fn a_certified_key_attests_with_its_chain() {
    let keys = FakeAttestation::new(&[Basic], &[]);
    let device = device(keys.clone());
    assert_certified(&register(&device, b"user", vec![]), &keys, Basic);
    // The attestation key's algorithm, whatever the credential's.
    let ed25519 = vec![(4, Value::Array(vec![algorithm(-8)]))];
    assert_certified(&register(&device, b"user", ed25519), &keys, Basic);
    let none = register(&device, b"user", vec![(11, Value::Array(vec![text("none")]))]);
    assert_eq!(member(&none, 3), None);
}

fn enterprise(kind: u8) -> Vec<(i64, Value)> {
    vec![(10, kind.into())]
}

#[test]
fn enterprise_attestation_is_refused_where_it_is_not_offered() {
    for device in [Device::new(), device(FakeAttestation::new(&[Basic], &[]))] {
        for kind in [1, 2, 3] {
            let answer = try_register(&device, b"user", enterprise(kind));
            assert_eq!(answer, Err(Status::InvalidParameter));
        }
        assert_eq!(config(&device, 1, Value::Null, None), Err(Status::InvalidSubcommand));
    }
}

#[test]
fn enterprise_attestation_has_to_be_enabled() {
    let device = device(FakeAttestation::new(&[Basic, Enterprise], &["example.com"]));
    let ep = |device: &Device| {
        let info = device.info();
        named(member(&info, 4).unwrap(), "ep").cloned()
    };
    assert_eq!(ep(&device), Some(Value::from(false)));
    for kind in [1, 2] {
        let answer = try_register(&device, b"user", enterprise(kind));
        assert_eq!(answer, Err(Status::InvalidParameter));
    }
    config(&device, 1, Value::Null, None).unwrap();
    assert_eq!(ep(&device), Some(Value::from(true)));
    device.raw(&[7]).unwrap();
    assert_eq!(ep(&device), Some(Value::from(false)), "a reset disables it");
}

#[test]
fn enabling_it_needs_a_token_once_there_is_protection() {
    let device = device(FakeAttestation::new(&[Enterprise], &[]));
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();
    assert_eq!(config(&device, 1, Value::Null, None), Err(Status::PuatRequired));
    let token = client.token_using_pin(PIN, ACFG, None).unwrap();
    config(&device, 1, Value::Null, Some((&client, &token))).unwrap();
}

#[test]
fn vendor_facilitated_attestation_is_for_listed_sites() {
    let keys = FakeAttestation::new(&[Basic, Enterprise], &["example.com"]);
    let device = device(keys.clone());
    config(&device, 1, Value::Null, None).unwrap();
    assert_certified(&register(&device, b"user", enterprise(1)), &keys, Enterprise);
    let other = device.send(1, make_credential("other.example", b"user", enterprise(1))).unwrap();
    assert_certified(&other, &keys, Basic);
    assert_certified(&register(&device, b"user", vec![]), &keys, Basic);
}

#[test]
fn platform_managed_attestation_is_for_whom_the_platform_says() {
    let keys = FakeAttestation::new(&[Enterprise], &[]);
    let device = device(keys.clone());
    config(&device, 1, Value::Null, None).unwrap();
    let made = device.send(1, make_credential("other.example", b"user", enterprise(2))).unwrap();
    assert_certified(&made, &keys, Enterprise);
}

#[test]
fn another_kind_of_enterprise_attestation_is_an_invalid_option() {
    let device = device(FakeAttestation::new(&[Enterprise], &[]));
    config(&device, 1, Value::Null, None).unwrap();
    for kind in [0, 3, 200] {
        assert_eq!(try_register(&device, b"user", enterprise(kind)), Err(Status::InvalidOption));
    }
}
