#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]
use std::sync::Arc;

use ciborium::Value as Cbor;

use super::*;
use crate::{
    platform::{AttestationKeys, KeyStoreError},
    software::SoftwareKeyStore,
    testing::device::{Device, bytes, map},
};

/// Every member that the standard gives getInfo (CTAP 2.3 §6.4), as the statement names it.
const STANDARD: [&str; 0x1f] = [
    "versions",
    "extensions",
    "aaguid",
    "options",
    "maxMsgSize",
    "pinUvAuthProtocols",
    "maxCredentialCountInList",
    "maxCredentialIdLength",
    "transports",
    "algorithms",
    "maxSerializedLargeBlobArray",
    "forcePINChange",
    "minPINLength",
    "firmwareVersion",
    "maxCredBlobLength",
    "maxRPIDsForSetMinPINLength",
    "preferredPlatformUvAttempts",
    "uvModality",
    "certifications",
    "remainingDiscoverableCredentials",
    "vendorPrototypeConfigCommands",
    "attestationFormats",
    "uvCountSinceLastPinEntry",
    "longTouchForReset",
    "encIdentifier",
    "transportsForReset",
    "pinComplexityPolicy",
    "pinComplexityPolicyURL",
    "maxPINLength",
    "encCredStoreState",
    "authenticatorConfigCommands",
];

/// What an answer says, by another decoder and another encoder.
fn json(value: &Cbor) -> Value {
    match value {
        Cbor::Integer(number) => Value::from(i64::try_from(*number).unwrap()),
        Cbor::Bytes(bytes) => Value::from(hex::encode(bytes)),
        Cbor::Text(text) => Value::from(text.as_str()),
        Cbor::Bool(value) => Value::from(*value),
        Cbor::Array(items) => items.iter().map(json).collect(),
        Cbor::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.as_text().unwrap().to_owned(), json(value)))
            .collect::<Map<_, _>>()
            .into(),
        _ => panic!("getInfo has no such item"),
    }
}

/// getInfo as a client sees it, its members named.
fn live(device: &Device) -> Value {
    let info = device.info();
    let members = info.as_map().unwrap().iter().map(|(key, value)| {
        let number = usize::try_from(key.as_integer().unwrap()).unwrap();
        (STANDARD[number - 1].to_owned(), json(value))
    });
    members.collect::<Map<_, _>>().into()
}

/// One certificate for everything, which nobody looks into here.
struct Attested;

impl AttestationKeys for Attested {
    fn chain(&self, _: AttestationKind) -> Option<Vec<Vec<u8>>> {
        Some(vec![b"leaf".to_vec(), b"root".to_vec()])
    }

    fn sign(&self, _: AttestationKind, _: &[u8]) -> Result<Vec<u8>, KeyStoreError> {
        Err(KeyStoreError::Failed)
    }
}

fn attested() -> Device {
    let key_store = SoftwareKeyStore::new(&[7; 32]).with_attestation(Arc::new(Attested));
    Device::with_key_store(Arc::new(key_store))
}

fn statement(device: &Device) -> Value {
    device.authenticator.metadata_statement()
}

fn devices() -> [(&'static str, Device); 3] {
    [
        ("no built-in verification", Device::new()),
        ("built-in verification", Device::with_uv()),
        ("attestation", attested()),
    ]
}

#[test]
fn every_member_of_get_info_in_factory_state_is_in_the_statement_with_the_same_value() {
    for (name, device) in devices() {
        let (info, mut live) = (statement(&device)["authenticatorGetInfo"].clone(), live(&device));
        // They are about one phone, and a statement is about a model.
        let members = live.as_object_mut().unwrap();
        members.retain(|name, _| !["encIdentifier", "encCredStoreState"].contains(&name.as_str()));
        for (member, value) in live.as_object().unwrap() {
            assert_eq!(info.get(member), Some(value), "{name}: {member}");
        }
        // And nothing that getInfo does not say.
        assert_eq!(info, live, "{name}");
    }
}

#[test]
fn every_member_that_the_standard_knows_has_its_name() {
    for (number, name) in MEMBERS {
        let place = usize::try_from(*number).unwrap() - 1;
        assert_eq!(STANDARD.get(place), Some(name), "{number:02x}");
    }
}

#[test]
fn the_statement_is_about_the_factory_state_whatever_happened_since() {
    let device = Device::new();
    let before = statement(&device);
    let rk = map([("rk", Cbor::Bool(true))]);
    let algorithm = map([("alg", Cbor::from(-7)), ("type", Cbor::from("public-key"))]);
    let request = map([
        (1, bytes(&[0; 32])),
        (2, map([("id", Cbor::from("example.com"))])),
        (3, map([("id", bytes(b"user"))])),
        (4, Cbor::Array(vec![algorithm])),
        (7, rk),
    ]);
    device.send(0x01, request).unwrap();
    device.pin_client(2).set_pin("1234").unwrap();
    let (live, described) = (live(&device), &before["authenticatorGetInfo"]);
    for member in ["remainingDiscoverableCredentials", "options"] {
        assert_ne!(live[member], described[member], "{member}");
    }
    assert_eq!(statement(&device), before);
}

#[test]
fn the_fields_that_mds3_requires_are_there() {
    for (name, device) in devices() {
        let statement = statement(&device);
        for field in [
            "description",
            "aaguid",
            "authenticatorVersion",
            "protocolFamily",
            "schema",
            "upv",
            "authenticationAlgorithms",
            "publicKeyAlgAndEncodings",
            "attestationTypes",
            "userVerificationDetails",
            "keyProtection",
            "matcherProtection",
            "attachmentHint",
            "tcDisplay",
            "attestationRootCertificates",
            "authenticatorGetInfo",
        ] {
            assert!(statement.get(field).is_some_and(|value| !value.is_null()), "{name}: {field}");
        }
        assert_eq!(statement["schema"], 3);
        assert_eq!(statement["protocolFamily"], "fido2");
        let description = statement["description"].as_str().unwrap();
        assert!(description.is_ascii() && description.len() <= 200);
        for list in ["upv", "authenticationAlgorithms", "keyProtection", "userVerificationDetails"]
        {
            assert!(!statement[list].as_array().unwrap().is_empty(), "{name}: {list}");
        }
    }
}

#[test]
fn the_statement_agrees_with_its_own_get_info() {
    for (name, device) in devices() {
        let statement = statement(&device);
        let info = &statement["authenticatorGetInfo"];
        let aaguid = statement["aaguid"].as_str().unwrap();
        assert_eq!(aaguid, "aef2a09e-4959-42c4-b43a-639dc21ac6b1");
        assert_eq!(info["aaguid"], aaguid.replace('-', ""), "{name}");
        assert_eq!(statement["authenticatorVersion"], info["firmwareVersion"], "{name}");
        let algorithms = info["algorithms"].as_array().unwrap().len();
        assert_eq!(statement["authenticationAlgorithms"].as_array().unwrap().len(), algorithms);
        // One unified protocol version for each FIDO_2_x.
        let versions = info["versions"].as_array().unwrap();
        for (version, minor) in [("FIDO_2_0", 0), ("FIDO_2_1", 1), ("FIDO_2_3", 3)] {
            assert!(versions.contains(&Value::from(version)), "{name}: {version}");
            let upv = json!({ "major": 1, "minor": minor });
            assert!(statement["upv"].as_array().unwrap().contains(&upv), "{name}: {version}");
        }
        let details = &statement["userVerificationDetails"];
        let pin = details.as_array().unwrap().iter().flat_map(|ways| ways.as_array().unwrap());
        let pin = pin.into_iter().find(|way| way["userVerificationMethod"] == "passcode_external");
        assert_eq!(pin.unwrap()["caDesc"]["minLength"], info["minPINLength"], "{name}");
    }
}

#[test]
fn attestation_is_full_with_a_certificate_chain_and_surrogate_without() {
    let surrogate = statement(&Device::new());
    assert_eq!(surrogate["attestationTypes"], json!(["basic_surrogate"]));
    assert_eq!(surrogate["attestationRootCertificates"], json!([]));
    let full = statement(&attested());
    assert_eq!(full["attestationTypes"], json!(["basic_full"]));
    assert_eq!(full["attestationRootCertificates"], json!(["cm9vdA=="]));
}

#[test]
fn built_in_verification_is_described_by_its_modality() {
    let with = |device: &Device| statement(device)["userVerificationDetails"].to_string();
    assert!(!with(&Device::new()).contains("fingerprint_internal"));
    assert!(with(&Device::with_uv()).contains("fingerprint_internal"));
    let all = MODALITIES.iter().fold(0, |all, (bit, _)| all | bit);
    let described = user_verification(all).to_string();
    for (_, name) in MODALITIES {
        assert!(described.contains(name), "{name}");
    }
}
