//! Configuration: who may change it, and what getInfo says then.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Arc;

use ciborium::Value;

use crate::{
    ctap::status::Status,
    platform::{AttestationKeys, AttestationKind, KeyStoreError},
    software::SoftwareKeyStore,
    testing::device::{Device, bytes, map, member, number, text},
};

const PIN: &str = "1234";
const ACFG: u8 = 0x20;
const SITE: &str = "example.com";

fn with_pin() -> Device {
    let device = Device::new();
    device.pin_client(2).set_pin(PIN).unwrap();
    device
}

/// A subcommand without any proof.
fn bare(device: &Device, subcommand: u8, parameters: Value) -> Result<Value, Status> {
    device.send(0x0d, map([(1, Value::from(subcommand)), (2, parameters)]))
}

/// A subcommand with a new token, under either protocol.
fn proven(
    device: &Device,
    protocol: u8,
    subcommand: u8,
    parameters: Value,
) -> Result<Value, Status> {
    let client = device.pin_client(protocol);
    let token = client.token_using_pin(PIN, ACFG, None).unwrap();
    client.config(&token, subcommand, parameters)
}

fn versions(device: &Device) -> Vec<String> {
    let versions = member(&device.info(), 1).unwrap().as_array().unwrap().clone();
    versions.iter().map(|version| version.as_text().unwrap().to_owned()).collect()
}

fn min_length(length: i64) -> Value {
    map([(1, Value::from(length))])
}

fn rp_ids(count: usize) -> Value {
    let ids = (0..count).map(|number| text(&format!("{number}.example.com")));
    map([(2, Value::Array(ids.collect()))])
}

#[test]
fn nothing_is_to_be_proven_while_nothing_protects() {
    let device = Device::new();
    bare(&device, 3, min_length(6)).unwrap();
    assert_eq!(number(&device.info(), 0x0d), Some(6));
    assert_eq!(device.pin_client(2).set_pin("12345"), Err(Status::PinPolicyViolation));
    device.pin_client(2).set_pin("123456").unwrap();
}

#[test]
fn a_pin_or_built_in_verification_protects() {
    for device in [with_pin(), Device::with_uv()] {
        for (subcommand, parameters) in [(2, Value::Null), (3, min_length(6))] {
            let result = bare(&device, subcommand, parameters);
            assert_eq!(result, Err(Status::PuatRequired));
        }
    }
    let device = Device::with_uv();
    let client = device.pin_client(2);
    let token = client.token_using_uv(ACFG, None).unwrap();
    client.config(&token, 2, Value::Null).unwrap();
    assert_eq!(device.option("alwaysUv"), Some(true));
}

#[test]
fn the_proof_covers_the_subcommand_and_its_parameters() {
    for protocol in [1, 2] {
        let device = with_pin();
        let client = device.pin_client(protocol);
        let token = client.token_using_pin(PIN, ACFG, None).unwrap();
        let head = [[0xff; 32].as_slice(), &[0x0d]].concat();
        let five = crate::testing::device::encode(&min_length(5));
        for message in [
            [&head, &[3][..]].concat(),
            [&head, &[2][..], &five].concat(),
            [&head[1..], &[3], &five].concat(),
            [&[3][..], &five].concat(),
            Vec::new(),
        ] {
            let request = map([
                (1, Value::from(3)),
                (2, min_length(5)),
                (3, client.number()),
                (4, client.param(&token, &message)),
            ]);
            assert_eq!(device.send(0x0d, request), Err(Status::PinAuthInvalid));
        }
        let genuine = [&head, &[3][..], &five].concat();
        let other_parameters = map([
            (1, Value::from(3)),
            (2, min_length(6)),
            (3, client.number()),
            (4, client.param(&token, &genuine)),
        ]);
        assert_eq!(device.send(0x0d, other_parameters), Err(Status::PinAuthInvalid));
        client.config(&token, 3, min_length(5)).unwrap();
    }
}

#[test]
fn a_proof_names_its_protocol() {
    let device = with_pin();
    for (protocol, status) in
        [(Value::Null, Status::MissingParameter), (Value::from(3), Status::InvalidParameter)]
    {
        let request = map([(1, Value::from(2)), (3, protocol), (4, bytes(&[0; 32]))]);
        assert_eq!(device.send(0x0d, request), Err(status));
    }
}

#[test]
fn what_is_not_offered_is_no_subcommand() {
    for device in [Device::new(), with_pin()] {
        for subcommand in [0, 1, 4, 5, 0xff, 0x100, 0x103] {
            let request = map([(1, Value::from(subcommand))]);
            assert_eq!(device.send(0x0d, request), Err(Status::InvalidSubcommand), "{subcommand}");
        }
        assert_eq!(device.send(0x0d, map::<i64>([])), Err(Status::MissingParameter));
        let commands = member(&device.info(), 0x1f).unwrap().clone();
        assert_eq!(commands, Value::Array(vec![Value::from(2), Value::from(3)]));
        assert_eq!(device.option("ep"), None);
    }
}

struct Enterprise;

impl AttestationKeys for Enterprise {
    fn chain(&self, kind: AttestationKind) -> Option<Vec<Vec<u8>>> {
        (kind == AttestationKind::Enterprise).then(|| vec![vec![0x30, 0x00]])
    }

    fn sign(&self, _: AttestationKind, _: &[u8]) -> Result<Vec<u8>, KeyStoreError> {
        Ok(vec![0x30, 0x00])
    }
}

#[test]
fn enterprise_attestation_is_enabled_where_there_are_keys() {
    let keys = SoftwareKeyStore::new(&[7; 32]).with_attestation(Arc::new(Enterprise));
    let device = Device::with_key_store(Arc::new(keys));
    assert_eq!(device.option("ep"), Some(false));
    let commands = member(&device.info(), 0x1f).unwrap().clone();
    assert_eq!(commands, Value::Array(vec![1.into(), 2.into(), 3.into()]));
    device.pin_client(2).set_pin(PIN).unwrap();
    assert_eq!(bare(&device, 1, Value::Null), Err(Status::PuatRequired));
    for protocol in [1, 2] {
        proven(&device, protocol, 1, Value::Null).unwrap();
        assert_eq!(device.option("ep"), Some(true));
    }
    device.authenticator.power_cycle();
    assert_eq!(device.option("ep"), Some(true));
    device.raw(&[7]).unwrap();
    assert_eq!(device.option("ep"), Some(false));
}

#[test]
fn always_uv_shows_in_get_info_and_in_registration() {
    for protocol in [1, 2] {
        let device = with_pin();
        assert_eq!(device.option("alwaysUv"), Some(false));
        assert_eq!(device.option("makeCredUvNotRqd"), Some(true));
        assert!(versions(&device).contains(&"U2F_V2".to_owned()));
        assert!(device.authenticator.serves_u2f());
        device.register(SITE, b"user", false);

        proven(&device, protocol, 2, Value::Null).unwrap();
        assert_eq!(device.option("alwaysUv"), Some(true));
        assert_eq!(device.option("makeCredUvNotRqd"), Some(false));
        assert_eq!(versions(&device), ["FIDO_2_0", "FIDO_2_1", "FIDO_2_3"]);
        assert!(!device.authenticator.serves_u2f());
        for rk in [true, false] {
            let result = device.make_credential(SITE, b"user", rk, None);
            assert_eq!(result, Err(Status::PuatRequired));
        }
        device.authenticator.power_cycle();
        assert_eq!(device.option("alwaysUv"), Some(true));

        proven(&device, protocol, 2, Value::Null).unwrap();
        assert_eq!(device.option("alwaysUv"), Some(false));
        assert_eq!(device.option("makeCredUvNotRqd"), Some(true));
        assert!(device.authenticator.serves_u2f());
    }
}

#[test]
fn always_uv_is_for_everybody_to_switch_while_nothing_protects() {
    let device = Device::new();
    bare(&device, 2, Value::Null).unwrap();
    assert_eq!(device.option("alwaysUv"), Some(true));
    // Everything else wants a token that nobody can have yet.
    assert_eq!(bare(&device, 3, min_length(6)), Err(Status::PuatRequired));
    let result = device.make_credential(SITE, b"user", false, None);
    assert_eq!(result, Err(Status::PuatRequired));
    bare(&device, 2, Value::Null).unwrap();
    assert_eq!(device.option("alwaysUv"), Some(false));

    bare(&device, 2, Value::Null).unwrap();
    device.pin_client(2).set_pin(PIN).unwrap();
    assert_eq!(bare(&device, 2, Value::Null), Err(Status::PuatRequired));
    device.authenticator.factory_reset().unwrap();
    assert!(device.authenticator.serves_u2f());
}

#[test]
fn the_minimum_length_only_grows_up_to_the_maximum() {
    let device = with_pin();
    assert_eq!(number(&device.info(), 0x0d), Some(4));
    assert_eq!(number(&device.info(), 0x1d), Some(63));
    for length in [0, 3, 64, 256, 260] {
        let result = proven(&device, 2, 3, min_length(length));
        assert_eq!(result, Err(Status::PinPolicyViolation), "{length}");
    }
    proven(&device, 2, 3, min_length(4)).unwrap();
    assert_eq!(member(&device.info(), 0x0c), Some(&Value::from(false)));
    proven(&device, 2, 3, min_length(63)).unwrap();
    assert_eq!(number(&device.info(), 0x0d), Some(63));
    device.authenticator.power_cycle();
    assert_eq!(number(&device.info(), 0x0d), Some(63));
    device.raw(&[7]).unwrap();
    assert_eq!(number(&device.info(), 0x0d), Some(4));
}

#[test]
fn a_pin_that_became_too_short_must_be_changed() {
    let device = Device::new();
    let client = device.pin_client(2);
    // Five code points in 17 bytes.
    client.set_pin("😀😀😀😀5").unwrap();
    let token = client.token_using_pin("😀😀😀😀5", ACFG, None).unwrap();
    client.config(&token, 3, min_length(5)).unwrap();
    assert_eq!(member(&device.info(), 0x0c), Some(&Value::from(false)));
    client.config(&token, 3, min_length(6)).unwrap();
    assert_eq!(member(&device.info(), 0x0c), Some(&Value::from(true)));
    // The token went with it.
    assert_eq!(client.config(&token, 3, min_length(7)), Err(Status::PinAuthInvalid));
    assert_eq!(client.change_pin("😀😀😀😀5", "56789"), Err(Status::PinPolicyViolation));
    client.change_pin("😀😀😀😀5", "567890").unwrap();
    assert_eq!(member(&device.info(), 0x0c), Some(&Value::from(false)));
}

#[test]
fn a_change_can_be_forced_only_where_there_is_a_pin() {
    let force = || map([(3, Value::from(true))]);
    let device = Device::new();
    assert_eq!(bare(&device, 3, force()), Err(Status::PinNotSet));
    assert_eq!(member(&device.info(), 0x0c), Some(&Value::from(false)));
    let device = with_pin();
    proven(&device, 1, 3, map([(3, Value::from(false))])).unwrap();
    assert_eq!(member(&device.info(), 0x0c), Some(&Value::from(false)));
    proven(&device, 1, 3, force()).unwrap();
    assert_eq!(member(&device.info(), 0x0c), Some(&Value::from(true)));
}

#[test]
fn so_many_sites_may_learn_the_length_and_no_more() {
    let device = with_pin();
    let limit = usize::try_from(number(&device.info(), 0x10).unwrap()).unwrap();
    proven(&device, 2, 3, rp_ids(limit)).unwrap();
    proven(&device, 2, 3, rp_ids(0)).unwrap();
    assert_eq!(proven(&device, 2, 3, rp_ids(limit + 1)), Err(Status::KeyStoreFull));
    // Nothing of a request that fails is done.
    let both = map([(1, Value::from(9)), (2, member(&rp_ids(limit + 1), 2).unwrap().clone())]);
    assert_eq!(proven(&device, 2, 3, both), Err(Status::KeyStoreFull));
    assert_eq!(number(&device.info(), 0x0d), Some(4));
    assert_eq!(member(&device.info(), 0x0c), Some(&Value::from(false)));
}

#[test]
fn no_complexity_policy_is_promised() {
    let device = Device::new();
    let result = bare(&device, 3, map([(4, Value::from(true))]));
    assert_eq!(result, Err(Status::InvalidParameter));
    bare(&device, 3, map([(4, Value::from(false))])).unwrap();
    assert_eq!(member(&device.info(), 0x1b), None);
}

#[test]
fn parameters_may_be_absent() {
    let device = with_pin();
    let before = device.option("alwaysUv");
    proven(&device, 2, 3, Value::Null).unwrap();
    proven(&device, 2, 3, map::<i64>([])).unwrap();
    assert_eq!(number(&device.info(), 0x0d), Some(4));
    assert_eq!(device.option("alwaysUv"), before);
}
