//! What the writer makes is what an independent canonical encoder makes, and what we read.

use std::collections::BTreeMap;

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
};
use serde_cbor::Value;

use super::*;

fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![
        -30..30_i64,
        -300..300_i64,
        (0..63_u32, -2..3_i64).prop_map(|(bit, off)| (1_i64 << bit).wrapping_add(off)),
        (0..63_u32, -2..3_i64).prop_map(|(bit, off)| (-1_i64 << bit).wrapping_add(off)),
        any::<i64>(),
    ]
}

fn key() -> impl Strategy<Value = Value> {
    let texts = prop_oneof!["[ab]{0,3}", "\\PC{0,40}"];
    prop_oneof![
        integer().prop_map(|integer| Value::Integer(integer.into())),
        texts.prop_map(Value::Text),
    ]
}

/// Everything that the writer can write, at most four levels deep.
fn tree() -> impl Strategy<Value = Value> {
    let bytes = prop_oneof![
        20 => vec(any::<u8>(), 0..40),
        1 => (200..300_usize, any::<u8>()).prop_map(|(length, byte)| vec![byte; length]),
        1 => (65_000..66_000_usize).prop_map(|length| vec![7; length]),
    ];
    let leaf =
        prop_oneof![key(), bytes.prop_map(Value::Bytes), any::<bool>().prop_map(Value::Bool)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::Array),
            btree_map(key(), inner, 0..6).prop_map(Value::Map),
        ]
    })
}

/// In the order of `serde_cbor`'s maps, which the writer's own check of the order judges too.
fn write(value: &Value, out: &mut Writer) {
    match value {
        Value::Integer(integer) => out.int(i64::try_from(*integer).unwrap()),
        Value::Bytes(bytes) => out.bytes(bytes),
        Value::Text(text) => out.text(text),
        Value::Bool(bool) => out.bool(*bool),
        Value::Array(items) => out.array(items.iter(), |out, item| write(item, out)),
        Value::Map(entries) => out.map(|map| {
            for (key, value) in entries {
                match key {
                    Value::Integer(key) => {
                        map.int(i64::try_from(*key).unwrap(), |out| write(value, out));
                    }
                    Value::Text(key) => map.text(key, |out| write(value, out)),
                    _ => unreachable!(),
                }
            }
        }),
        _ => unreachable!(),
    }
}

fn written(value: &Value) -> Vec<u8> {
    let mut out = Writer::new();
    write(value, &mut out);
    out.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_writer_writes_what_a_canonical_encoder_writes(value in tree()) {
        let bytes = written(&value);
        prop_assert_eq!(&bytes, &serde_cbor::to_vec(&value).unwrap());
        prop_assert_eq!(skip(&bytes), Ok(()));
        let read: ciborium::Value = ciborium::from_reader(bytes.as_slice()).unwrap();
        let mut again = Vec::new();
        ciborium::into_writer(&read, &mut again).unwrap();
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn what_was_written_is_read_back(
        unsigned in any::<u64>(), int in integer(), bytes in vec(any::<u8>(), 0..300),
        text in "\\PC{0,300}", bool in any::<bool>(),
    ) {
        let mut out = Writer::new();
        out.unsigned(unsigned);
        out.int(int);
        out.bytes(&bytes);
        out.text(&text);
        out.bool(bool);
        let out = out.finish();
        let mut reader = Reader::new(&out);
        prop_assert_eq!(reader.unsigned(), Ok(unsigned));
        prop_assert_eq!(reader.int(), Ok(int));
        prop_assert_eq!(reader.bytes(), Ok(bytes.as_slice()));
        prop_assert_eq!(reader.text(), Ok(text.as_str()));
        prop_assert_eq!(reader.bool(), Ok(bool));
        prop_assert_eq!(reader.end(), Ok(()));
    }
}

#[test]
fn maps_of_any_size_have_the_shortest_head() {
    for (count, head) in [
        (0, "a0"),
        (1, "a1"),
        (23, "b7"),
        (24, "b818"),
        (255, "b8ff"),
        (256, "b90100"),
        (65_535, "b9ffff"),
        (65_536, "ba00010000"),
    ] {
        let entries = (0..count).map(|key| (Value::Integer(key), Value::Bool(true)));
        let value = Value::Map(entries.collect::<BTreeMap<_, _>>());
        let bytes = written(&value);
        assert!(bytes.starts_with(&hex(head)), "{count} entries");
        assert_eq!(bytes, serde_cbor::to_vec(&value).unwrap(), "{count} entries");
        assert_eq!(skip(&bytes), Ok(()), "{count} entries");
    }
}

#[test]
fn a_large_map_moves_neither_what_is_before_nor_what_is_after() {
    let entries = (0..30).map(|key| (Value::Integer(key), Value::Array(vec![Value::Integer(key)])));
    let inner = Value::Map(entries.collect::<BTreeMap<_, _>>());
    let mut out = Writer::after(vec![0x00, 0xaa]);
    out.array([&inner, &inner].into_iter(), |out, value| write(value, out));
    out.unsigned(7);
    let part = serde_cbor::to_vec(&inner).unwrap();
    assert_eq!(out.finish(), [&[0x00, 0xaa, 0x82], part.as_slice(), &part, &[0x07]].concat());
}

#[test]
fn an_encoded_item_is_written_as_it_is() {
    let mut out = Writer::new();
    out.map(|map| map.int(1, |value| value.raw(&hex("a10203"))));
    assert_eq!(out.finish(), hex("a101a10203"));
}

#[test]
#[should_panic(expected = "map keys out of canonical order")]
fn keys_out_of_order_are_a_mistake_of_ours() {
    Writer::new().map(|map| {
        map.int(2, |value| value.bool(true));
        map.int(1, |value| value.bool(true));
    });
}

#[test]
#[should_panic(expected = "map keys out of canonical order")]
fn a_key_twice_is_a_mistake_of_ours() {
    Writer::new().map(|map| {
        map.text("a", |value| value.bool(true));
        map.text("a", |value| value.bool(true));
    });
}
