//! The reader against two decoders that are not ours, `serde_cbor` (which encodes canonically) and
//! `ciborium`.

use proptest::{collection::vec, prelude::*};
use serde_cbor::Value;

use super::{loose::loose, *};

/// A loose item, as it is or with an accident on its way.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let whole = loose().prop_map(|item| item.encoded());
    (whole, 0..8_u8, any::<prop::sample::Index>(), any::<u8>()).prop_map(
        |(mut bytes, accident, place, byte)| {
            let place = place.index(bytes.len());
            match accident {
                0 => bytes.push(byte),
                1 => bytes.truncate(place),
                2 => bytes[place] = byte,
                _ => {}
            }
            bytes
        },
    )
}

/// Containers within one another.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Map(entries) => {
            let deepest = entries.iter().flat_map(|(key, value)| [depth(key), depth(value)]).max();
            1 + deepest.unwrap_or(0)
        }
        _ => 0,
    }
}

/// Where the judges have another opinion than CTAP, or none: floats (they shorten them) and the
/// order of keys that are containers. No message of CTAP has either.
fn judges_abstain(value: &Value) -> bool {
    match value {
        Value::Float(_) => true,
        Value::Array(items) => items.iter().any(judges_abstain),
        Value::Map(entries) => entries.iter().any(|(key, value)| {
            matches!(key, Value::Array(_) | Value::Map(_))
                || judges_abstain(key)
                || judges_abstain(value)
        }),
        _ => false,
    }
}

/// Whether there are simple values besides false, true and null, which the judges refuse or
/// change. Unknown members may have them, and are read over.
fn has_other_simple_values(reader: &mut Reader<'_>) -> Result<bool, CborError> {
    let mut found = false;
    match reader.peek()? {
        Type::Array => reader.array(|reader| {
            found |= has_other_simple_values(reader)?;
            Ok::<_, CborError>(())
        })?,
        Type::Map => reader.map(|key, reader| {
            // What else a key may be is not seen here; no message of CTAP has such keys.
            found |= key == Key::Other;
            found |= has_other_simple_values(reader)?;
            Ok::<_, CborError>(())
        })?,
        Type::Simple => {
            let ((), raw) = reader.with_raw(Reader::skip)?;
            found = !matches!(raw, [0xf4..=0xf6]);
        }
        _ => reader.skip()?,
    }
    Ok(found)
}

/// We accept exactly what an independent canonical encoder would have written.
fn judge(message: &[u8]) -> Result<(), TestCaseError> {
    let ours = skip(message);
    if ours.is_ok() && has_other_simple_values(&mut Reader::new(message)) != Ok(false) {
        return Ok(());
    }
    let serde_cbor: Result<Value, _> = serde_cbor::from_slice(message);
    if serde_cbor.as_ref().is_ok_and(judges_abstain) {
        return Ok(());
    }
    let canonical = serde_cbor.is_ok_and(|value| {
        depth(&value) <= crate::ctap::cbor::MAX_NESTING
            && serde_cbor::to_vec(&value).unwrap() == message
    });
    prop_assert_eq!(ours.is_ok(), canonical);
    if ours.is_ok() {
        let mut rest = message;
        let value: Result<ciborium::Value, _> = ciborium::from_reader(&mut rest);
        prop_assert!(value.is_ok() && rest.is_empty());
        let mut again = Vec::new();
        ciborium::into_writer(&value.unwrap(), &mut again).unwrap();
        prop_assert_eq!(again, message);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn what_is_accepted_is_what_a_canonical_encoder_writes(message in message()) {
        judge(&message)?;
    }

    #[test]
    fn short_messages_are_judged_alike(message in vec(any::<u8>(), 0..6)) {
        judge(&message)?;
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        message in prop_oneof![vec(any::<u8>(), 0..300), message()],
        calls in vec(0..9_u8, 0..12),
    ) {
        let mut reader = Reader::new(&message);
        for call in calls {
            let before = reader.clone();
            let result = match call {
                0 => reader.unsigned().map(drop),
                1 => reader.int().map(drop),
                2 => reader.bytes().map(drop),
                3 => reader.text().map(drop),
                4 => reader.bool().map(drop),
                5 => reader.array(Reader::skip),
                6 => reader.map(|_, reader| reader.skip()),
                7 => reader.with_raw(Reader::skip).map(drop),
                _ => reader.peek().map(drop).and(reader.end()),
            };
            if result.is_err() {
                reader = before;
            }
        }
    }
}
