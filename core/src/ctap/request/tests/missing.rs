use super::*;

/// A map without one of its members.
fn without(value: &Value, key: &Value) -> Value {
    let mut entries = value.as_map().unwrap().clone();
    let before = entries.len();
    entries.retain(|(other, _)| other != key);
    assert_eq!(entries.len() + 1, before, "{key:?} was there");
    Value::Map(entries)
}

/// Removes the member at the end of `path`; elements of arrays have indices.
fn remove(value: &Value, path: &[Value]) -> Value {
    let [key, rest @ ..] = path else { panic!("a path is not empty") };
    if rest.is_empty() {
        return without(value, key);
    }
    match value {
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|(other, inner)| {
                    let inner = if other == key { remove(inner, rest) } else { inner.clone() };
                    (other.clone(), inner)
                })
                .collect(),
        ),
        Value::Array(items) => {
            let index = usize::try_from(key.as_integer().unwrap()).unwrap();
            let mut items = items.clone();
            items[index] = remove(&items[index], rest);
            Value::Array(items)
        }
        _ => panic!("there is no {key:?}"),
    }
}

macro_rules! path {
    ($($step:expr),*) => { vec![$(Value::from($step)),*] };
}

#[test]
fn a_missing_mandatory_member_is_missing_parameter_0x14() {
    let make = "makeCredential, every member";
    let get = "getAssertion, every member";
    let update = "credentialManagement updateUserInformation";
    let cases = [
        (make, path![1]),
        (make, path![2]),
        (make, path![2, "id"]),
        (make, path![3]),
        (make, path![3, "id"]),
        (make, path![4]),
        (make, path![4, 0, "alg"]),
        (make, path![4, 2, "type"]),
        (make, path![5, 0, "id"]),
        (make, path![5, 2, "type"]),
        (make, path![6, "hmac-secret-mc", 1]),
        (make, path![6, "hmac-secret-mc", 1, 1]),
        (make, path![6, "hmac-secret-mc", 1, 3]),
        (make, path![6, "hmac-secret-mc", 1, -1]),
        (make, path![6, "hmac-secret-mc", 1, -2]),
        (make, path![6, "hmac-secret-mc", 1, -3]),
        (make, path![6, "hmac-secret-mc", 2]),
        (make, path![6, "hmac-secret-mc", 3]),
        (get, path![1]),
        (get, path![2]),
        (get, path![3, 1, "id"]),
        (get, path![3, 1, "type"]),
        (get, path![4, "hmac-secret", 1]),
        (get, path![4, "hmac-secret", 1, -3]),
        (get, path![4, "hmac-secret", 2]),
        (get, path![4, "hmac-secret", 3]),
        ("clientPIN getPINRetries", path![2]),
        ("clientPIN setPIN", path![3, -2]),
        ("credentialManagement getCredsMetadata", path![1]),
        ("credentialManagement enumerateCredentialsBegin", path![2]),
        ("credentialManagement enumerateCredentialsBegin", path![2, 1]),
        ("credentialManagement deleteCredential", path![2]),
        ("credentialManagement deleteCredential", path![2, 2]),
        ("credentialManagement deleteCredential", path![2, 2, "id"]),
        (update, path![2, 2]),
        (update, path![2, 3]),
        (update, path![2, 3, "id"]),
        ("config toggleAlwaysUv", path![1]),
    ];
    for (name, path) in cases {
        let whole = sample(name);
        assert_eq!(status(&whole), Status::Ok, "{name}");
        let parameters = remove(&parameters(&whole), &path);
        assert_eq!(status(&message(whole[0], &parameters)).code(), 0x14, "{name} without {path:?}");
    }
}

#[test]
fn large_blobs_without_an_offset_is_an_invalid_parameter() {
    for name in ["largeBlobs get", "largeBlobs set"] {
        let whole = sample(name);
        let parameters = remove(&parameters(&whole), &[Value::from(3)]);
        assert_eq!(status(&message(whole[0], &parameters)), Status::InvalidParameter, "{name}");
    }
}

#[test]
fn an_empty_map_is_a_request_where_everything_is_missing() {
    for command in [0x01, 0x02, 0x06, 0x0a, 0x41, 0x0d] {
        assert_eq!(status(&[command, 0xa0]), Status::MissingParameter, "command {command:02x}");
    }
}

#[test]
fn any_optional_member_may_be_missing() {
    let allowed = [Status::Ok, Status::MissingParameter, Status::InvalidParameter];
    let removed = |value: &Value| match value {
        Value::Map(entries) => entries.iter().map(|(key, _)| without(value, key)).collect(),
        _ => Vec::new(),
    };
    for vector in corpus() {
        let whole = vector.bytes("message");
        for parameters in variants(&parameters(&whole), &removed) {
            let status = status(&message(whole[0], &parameters));
            assert!(allowed.contains(&status), "{}: {status:?}", vector.text("name"));
        }
    }
    // What may be missing from the largest requests, so that the rest above is not all of it.
    for (name, optional) in [
        ("makeCredential, every member", 5..=11),
        ("getAssertion, every member", 3..=7),
        ("clientPIN changePIN", 3..=6),
        ("largeBlobs set", 4..=6),
    ] {
        let whole = sample(name);
        for key in optional {
            let parameters = remove(&parameters(&whole), &[Value::from(key)]);
            assert_eq!(status(&message(whole[0], &parameters)), Status::Ok, "{name} without {key}");
        }
    }
}
