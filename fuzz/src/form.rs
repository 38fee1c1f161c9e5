//! The form of an answer, judged without the authenticator's own CBOR.

use ciborium::Value;
use pocketkey_core::ctap::status::Status;

/// An answer is a status of the standard, alone or (if it is OK) with canonical CBOR.
pub fn check(answer: &[u8]) {
    let (&status, body) = answer.split_first().expect("an answer has a status");
    assert!(Status::from_code(status).is_some(), "{status:#04x} is no status of the standard");
    if status != 0 {
        assert!(body.is_empty(), "an error has no body");
    } else if !body.is_empty() {
        let value: Value = ciborium::from_reader(body).expect("the body is CBOR");
        assert_eq!(body, canonical(&value), "the body is not canonical");
    }
}

/// The body of an answer.
pub fn body(answer: &[u8]) -> Option<Value> {
    let (&0, body) = answer.split_first()? else { return None };
    ciborium::from_reader(body).ok()
}

/// CTAP2 canonical CBOR (§8): the shortest heads, keys in the order of their encodings.
fn canonical(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    match value {
        Value::Array(items) => {
            head(&mut out, 0x80, items.len());
            items.iter().for_each(|item| out.extend(canonical(item)));
        }
        Value::Map(entries) => {
            head(&mut out, 0xa0, entries.len());
            let mut entries: Vec<_> =
                entries.iter().map(|(key, value)| (canonical(key), canonical(value))).collect();
            entries.sort_by(|(a, _), (b, _)| {
                (a[0] >> 5, a.len(), a.as_slice()).cmp(&(b[0] >> 5, b.len(), b.as_slice()))
            });
            assert!(entries.windows(2).all(|two| two[0].0 != two[1].0), "a key twice");
            entries.into_iter().for_each(|(key, value)| out.extend([key, value].concat()));
        }
        item => ciborium::into_writer(item, &mut out).expect("a Vec takes everything"),
    }
    out
}

fn head(out: &mut Vec<u8>, major: u8, length: usize) {
    let mut number = Vec::new();
    ciborium::into_writer(&u64::try_from(length).expect("it fits"), &mut number).expect("a Vec");
    number[0] |= major;
    out.extend(number);
}
