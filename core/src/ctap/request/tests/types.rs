use super::*;
use crate::testing::device::{bytes, text};

fn kind(value: &Value) -> u8 {
    match value {
        Value::Integer(_) => 0,
        Value::Bytes(_) => 1,
        Value::Text(_) => 2,
        Value::Bool(_) => 3,
        Value::Array(_) => 4,
        Value::Map(_) => 5,
        _ => panic!("CTAP has no such item"),
    }
}

#[test]
fn a_wrong_type_is_unexpected_type_0x11_in_every_place() {
    let samples = [
        Value::from(1),
        bytes(b"bytes"),
        text("text"),
        Value::Bool(true),
        Value::Array(vec![]),
        Value::Map(vec![]),
    ];
    let others = |value: &Value| -> Vec<Value> {
        samples.iter().filter(|sample| kind(sample) != kind(value)).cloned().collect()
    };
    let mut count = 0;
    for vector in corpus() {
        let whole = vector.bytes("message");
        for parameters in variants(&parameters(&whole), &others) {
            let status = status(&message(whole[0], &parameters));
            assert_eq!(status.code(), 0x11, "{}: {parameters:?}", vector.text("name"));
            count += 1;
        }
    }
    assert!(count > 1000, "{count} requests");
}

#[test]
fn null_and_floats_are_of_a_wrong_type_too() {
    for item in [&[0xf6][..], &[0xf9, 0x3c, 0x00]] {
        for command in [0x01, 0x02, 0x06, 0x0a, 0x0c, 0x0d] {
            let message = [&[command, 0xa1, 0x01], item].concat();
            assert_eq!(status(&message).code(), 0x11, "command {command:02x}, {item:02x?}");
            // In the place of the map of parameters.
            assert_eq!(status(&[&[command], item].concat()).code(), 0x11, "command {command:02x}");
        }
    }
}

#[test]
fn a_negative_number_is_of_a_wrong_type_where_numbers_count_something() {
    let cases: [(&str, i64); 12] = [
        ("makeCredential, every member", 9),
        ("makeCredential, every member", 10),
        ("getAssertion, every member", 7),
        ("clientPIN getPINRetries", 1),
        ("clientPIN getPINRetries", 2),
        ("clientPIN getPinUvAuthTokenUsingPinWithPermissions", 9),
        ("credentialManagement getCredsMetadata", 1),
        ("credentialManagement getCredsMetadata", 3),
        ("largeBlobs get", 1),
        ("largeBlobs get", 3),
        ("largeBlobs set", 4),
        ("config toggleAlwaysUv", 1),
    ];
    for (name, key) in cases {
        let whole = sample(name);
        let mut parameters = parameters(&whole);
        for (other, value) in parameters.as_map_mut().unwrap() {
            if *other == Value::from(key) {
                *value = Value::from(-1);
            }
        }
        assert_eq!(status(&message(whole[0], &parameters)).code(), 0x11, "{name}, member {key}");
    }
}

#[test]
fn a_client_data_hash_that_is_no_sha_256_is_of_an_invalid_length() {
    for (command, key) in [(0x01, 1), (0x02, 2)] {
        for length in [0, 31, 33, 64] {
            let hash = Value::Map(vec![(Value::from(key), bytes(&vec![0; length]))]);
            assert_eq!(status(&message(command, &hash)), Status::InvalidLength, "{length} bytes");
        }
    }
}

#[test]
fn an_rp_id_hash_that_is_no_sha_256_is_of_an_invalid_length() {
    for length in [0, 31, 33] {
        let parameters = Value::Map(vec![(Value::from(1), bytes(&vec![0; length]))]);
        let request =
            Value::Map(vec![(Value::from(1), Value::from(4)), (Value::from(2), parameters)]);
        assert_eq!(status(&message(0x0a, &request)), Status::InvalidLength, "{length} bytes");
    }
}
