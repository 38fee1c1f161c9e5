//! Requests as a client makes them.

use ciborium::Value;

use crate::testing::device::{CLIENT_DATA_HASH, bytes, map, member, text};

/// makeCredential for ES256; entries of `more` are added, or take the place of these.
pub(super) fn make_credential(rp_id: &str, user: &[u8], more: Vec<(i64, Value)>) -> Value {
    let mut entries = vec![
        (1, bytes(&CLIENT_DATA_HASH)),
        (2, map([("id", text(rp_id)), ("name", text("A site"))])),
        (3, map([("id", bytes(user)), ("name", text("somebody"))])),
        (4, Value::Array(vec![algorithm(-7)])),
    ];
    entries.retain(|(key, _)| more.iter().all(|(other, _)| other != key));
    entries.extend(more);
    map(entries)
}

pub(super) fn algorithm(id: i64) -> Value {
    map([("alg", Value::from(id)), ("type", text("public-key"))])
}

/// getAssertion.
pub(super) fn get_assertion(rp_id: &str, more: Vec<(i64, Value)>) -> Value {
    let mut entries = vec![(1, text(rp_id)), (2, bytes(&CLIENT_DATA_HASH))];
    entries.extend(more);
    map(entries)
}

pub(super) fn descriptor(id: &[u8]) -> Value {
    map([("id", bytes(id)), ("type", text("public-key"))])
}

pub(super) fn options(options: &[(&str, bool)]) -> Value {
    map(options.iter().map(|(name, value)| (*name, Value::from(*value))))
}

/// The authenticator data of either answer.
pub(super) fn auth_data(answer: &Value) -> &[u8] {
    member(answer, 2).unwrap().as_bytes().unwrap()
}

/// The credential ID in the answer of makeCredential.
pub(super) fn credential_id(answer: &Value) -> &[u8] {
    let data = auth_data(answer);
    let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
    &data[55..55 + length]
}

/// The signature counter.
pub(super) fn sign_count(answer: &Value) -> u32 {
    let data = auth_data(answer);
    u32::from_be_bytes([data[33], data[34], data[35], data[36]])
}
