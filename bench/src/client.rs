//! Requests, and what a client reads in the answers. The same bytes go to every authenticator.

use ciborium::Value;

/// SHA-256 of the client data, as far as an authenticator is concerned.
pub const CLIENT_DATA_HASH: [u8; 32] = [0xcd; 32];

/// A map of CBOR; entries whose value is null are left out. The caller keeps CTAP's order.
pub fn map<K: Into<Value>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
    Value::Map(
        entries
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.into(), value))
            .collect(),
    )
}

/// A byte string.
pub fn bytes(bytes: &[u8]) -> Value {
    Value::Bytes(bytes.to_vec())
}

/// A text string.
pub fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// A request: the command byte and its parameters.
pub fn request(command: u8, parameters: &Value) -> Vec<u8> {
    let mut request = vec![command];
    ciborium::into_writer(parameters, &mut request).unwrap();
    request
}

/// authenticatorMakeCredential for a discoverable ES256 credential, or one that is not stored.
pub fn make_credential(rp_id: &str, user_id: &[u8], discoverable: bool) -> Vec<u8> {
    let algorithm = map([("alg", Value::from(-7)), ("type", text("public-key"))]);
    let user = map([
        ("id", bytes(user_id)),
        ("name", text("alice@example.com")),
        ("displayName", text("Alice Example")),
    ]);
    let options = discoverable.then(|| map([("rk", Value::from(true))]));
    request(
        1,
        &map([
            (1, bytes(&CLIENT_DATA_HASH)),
            (2, map([("id", text(rp_id)), ("name", text("An example"))])),
            (3, user),
            (4, Value::Array(vec![algorithm])),
            (7, options.unwrap_or(Value::Null)),
        ]),
    )
}

/// authenticatorGetAssertion; without an ID, by discoverable credential.
pub fn get_assertion(rp_id: &str, id: Option<&[u8]>, more: Vec<(i64, Value)>) -> Vec<u8> {
    let descriptor = |id| map([("id", bytes(id)), ("type", text("public-key"))]);
    let allow_list = id.map_or(Value::Null, |id| Value::Array(vec![descriptor(id)]));
    let mut entries = vec![(1, text(rp_id)), (2, bytes(&CLIENT_DATA_HASH)), (3, allow_list)];
    entries.extend(more);
    request(2, &map(entries))
}

/// The CBOR of a successful answer.
///
/// # Panics
/// For every other answer.
pub fn success(answer: &[u8]) -> Value {
    let (&status, body) = answer.split_first().expect("an answer has a status");
    assert_eq!(status, 0, "the status of the answer");
    if body.is_empty() { Value::Null } else { ciborium::from_reader(body).unwrap() }
}

/// The member of an answer.
///
/// # Panics
/// Where it is missing.
pub fn member(value: &Value, key: i64) -> &Value {
    let entries = value.as_map().expect("a map");
    let found = entries.iter().find(|(k, _)| *k == Value::from(key));
    &found.expect("the member is there").1
}

/// The credential ID in an answer of makeCredential.
pub fn credential_id(answer: &[u8]) -> Vec<u8> {
    let answer = success(answer);
    let data = member(&answer, 2).as_bytes().expect("authenticator data");
    let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
    data[55..55 + length].to_vec()
}
