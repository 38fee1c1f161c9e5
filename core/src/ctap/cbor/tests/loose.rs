//! CBOR as anybody may write it: mostly canonical, so that what is not stands alone.

use proptest::{collection::vec, prelude::*};

/// An item in any form, canonical or not: what hostile, or merely careless, clients send.
#[derive(Debug, Clone)]
pub(super) enum Loose {
    Integer { negative: bool, value: u64, wider: u8 },
    Chunk { text: bool, bytes: Vec<u8>, wider: u8, indefinite: bool },
    Simple(u8),
    Array { items: Vec<Loose>, wider: u8, indefinite: bool },
    Map { entries: Vec<(Loose, Loose)>, wider: u8, indefinite: bool, order: Order },
    Tag(u64, Box<Loose>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
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

    pub(super) fn encoded(&self) -> Vec<u8> {
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

pub(super) fn loose() -> impl Strategy<Value = Loose> {
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
