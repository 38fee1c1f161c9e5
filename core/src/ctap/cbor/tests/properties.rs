//! The reader against two decoders that are not ours, `serde_cbor` (which encodes canonically) and
//! `ciborium`.

use proptest::{collection::vec, prelude::*};
use serde_cbor::Value;

use super::*;

/// An item in any form, canonical or not: what hostile, or merely careless, clients send.
#[derive(Debug, Clone)]
enum Loose {
    Integer { negative: bool, value: u64, wider: u8 },
    Chunk { text: bool, bytes: Vec<u8>, wider: u8, indefinite: bool },
    Simple(u8),
    Array { items: Vec<Loose>, wider: u8, indefinite: bool },
    Map { entries: Vec<(Loose, Loose)>, wider: u8, indefinite: bool, order: Order },
    Tag(u64, Box<Loose>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Canonical,
    WithDuplicates,
    Any,
}

fn head(major: u8, value: u64, wider: u8, out: &mut Vec<u8>) {
    let shortest = match value {
        0..=23 => 0,
        24..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 3,
        _ => 4,
    };
    let form = (shortest + wider).min(4);
    if form == 0 {
        out.push(major << 5 | value as u8);
    } else {
        let width = 1 << (form - 1);
        out.push(major << 5 | (23 + form));
        out.extend_from_slice(&value.to_be_bytes()[8 - width..]);
    }
}

/// The head of something with a length, its content, and what ends it.
fn sized(major: u8, count: usize, wider: u8, indefinite: bool, content: &[u8], out: &mut Vec<u8>) {
    if indefinite {
        out.push(major << 5 | 31);
        out.extend_from_slice(content);
        out.push(0xff);
    } else {
        head(major, count as u64, wider, out);
        out.extend_from_slice(content);
    }
}

impl Loose {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Integer { negative, value, wider } => {
                head(u8::from(*negative), *value, *wider, out);
            }
            Self::Chunk { text, bytes, wider, indefinite } => {
                let major = if *text { 3 } else { 2 };
                if *indefinite {
                    let mut chunk = Vec::new();
                    sized(major, bytes.len(), 0, false, bytes, &mut chunk);
                    sized(major, 1, 0, true, &chunk, out);
                } else {
                    sized(major, bytes.len(), *wider, false, bytes, out);
                }
            }
            Self::Simple(byte) => out.push(*byte),
            Self::Array { items, wider, indefinite } => {
                let content = items.iter().flat_map(Self::encoded).collect::<Vec<_>>();
                sized(4, items.len(), *wider, *indefinite, &content, out);
            }
            Self::Map { entries, wider, indefinite, order } => {
                let mut entries: Vec<_> =
                    entries.iter().map(|(key, value)| (key.encoded(), value.encoded())).collect();
                if *order != Order::Any {
                    entries.sort_by_key(|(key, _)| (key[0] >> 5, key.len(), key.clone()));
                }
                if *order == Order::Canonical {
                    entries.dedup_by_key(|(key, _)| key.clone());
                }
                let content: Vec<_> = entries
                    .iter()
                    .flat_map(|(key, value)| [key.as_slice(), value].concat())
                    .collect();
                sized(5, entries.len(), *wider, *indefinite, &content, out);
            }
            Self::Tag(number, item) => {
                head(6, *number, 0, out);
                item.encode(out);
            }
        }
    }

    fn encoded(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.encode(&mut out);
        out
    }
}

/// Rarely true: most of what is made must be canonical in most of its places.
fn rarely() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.02)
}

fn wider() -> impl Strategy<Value = u8> {
    prop_oneof![60 => Just(0_u8), 1 => 1..4_u8]
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..30_u64,
        0..300_u64,
        (0..66_u32, -2..3_i64).prop_map(|(bit, off)| {
            1_u64.checked_shl(bit).unwrap_or(0).wrapping_add_signed(off)
        }),
        any::<u64>(),
    ]
}

fn chunk() -> impl Strategy<Value = Loose> {
    let text = prop_oneof![
        20 => "\\PC{0,6}".prop_map(String::into_bytes),
        5 => "[a-c]{0,30}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..4),
    ];
    let bytes = prop_oneof![8 => vec(any::<u8>(), 0..4), 1 => vec(any::<u8>(), 20..300)];
    prop_oneof![
        (text, wider(), rarely()).prop_map(|(bytes, wider, indefinite)| Loose::Chunk {
            text: true,
            bytes,
            wider,
            indefinite
        }),
        (bytes, wider(), rarely()).prop_map(|(bytes, wider, indefinite)| Loose::Chunk {
            text: false,
            bytes,
            wider,
            indefinite
        }),
    ]
}

fn leaf() -> BoxedStrategy<Loose> {
    prop_oneof![
        20 => (any::<bool>(), number(), wider())
            .prop_map(|(negative, value, wider)| Loose::Integer { negative, value, wider }),
        20 => chunk(),
        4 => (0xf4..=0xf6_u8).prop_map(Loose::Simple),
        1 => number().prop_map(|tag| Loose::Tag(tag, Box::new(Loose::Simple(0xf5)))),
    ]
    .boxed()
}

fn loose() -> impl Strategy<Value = Loose> {
    leaf().prop_recursive(6, 12, 3, |inner| {
        let arrays = (vec(inner.clone(), 0..4), wider(), rarely())
            .prop_map(|(items, wider, indefinite)| Loose::Array { items, wider, indefinite });
        let order = prop_oneof![
            20 => Just(Order::Canonical),
            1 => Just(Order::WithDuplicates),
            1 => Just(Order::Any),
        ];
        let sizes = prop_oneof![20 => 0..4_usize, 1 => 22..30_usize];
        let key = prop_oneof![2 => small_key(), 1 => leaf()];
        let entries = sizes.prop_flat_map(move |size| vec((key.clone(), inner.clone()), size));
        let maps =
            (entries, wider(), rarely(), order).prop_map(|(entries, wider, indefinite, order)| {
                Loose::Map { entries, wider, indefinite, order }
            });
        prop_oneof![arrays, maps]
    })
}

/// Keys that are likely to come twice.
fn small_key() -> BoxedStrategy<Loose> {
    let integer = (any::<bool>(), 0..4_u64).prop_map(|(negative, value)| Loose::Integer {
        negative,
        value,
        wider: 0,
    });
    let text = "[ab]{0,2}".prop_map(|text| Loose::Chunk {
        text: true,
        bytes: text.into_bytes(),
        wider: 0,
        indefinite: false,
    });
    prop_oneof![integer, text].boxed()
}

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
