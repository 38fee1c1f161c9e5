//! One function of the reader for each type, and the code 0x11 for every other type.

use super::*;
use crate::ctap::status::Status;

/// An item of each type that CTAP may see, and what it is.
const SAMPLES: &[(&str, Type)] = &[
    ("00", Type::Unsigned),
    ("1bffffffffffffffff", Type::Unsigned),
    ("20", Type::Negative),
    ("4161", Type::Bytes),
    ("6161", Type::Text),
    ("80", Type::Array),
    ("a0", Type::Map),
    ("f4", Type::Simple),
    ("f5", Type::Simple),
    ("f6", Type::Simple),
    ("f97e00", Type::Simple),
    ("fb3ff199999999999a", Type::Simple),
];

#[test]
fn a_wrong_type_is_unexpected_type_0x11() {
    type Read = fn(&mut Reader<'_>) -> Result<(), CborError>;
    let readers: [(Read, &[Type]); 7] = [
        (|reader| reader.unsigned().map(drop), &[Type::Unsigned]),
        (|reader| reader.int().map(drop), &[Type::Unsigned, Type::Negative]),
        (|reader| reader.bytes().map(drop), &[Type::Bytes]),
        (|reader| reader.text().map(drop), &[Type::Text]),
        (|reader| reader.bool().map(drop), &[Type::Simple]),
        (|reader| reader.array(Reader::skip), &[Type::Array]),
        (|reader| reader.map(|_, reader| reader.skip()), &[Type::Map]),
    ];
    for (read, types) in readers {
        for (sample, kind) in SAMPLES {
            let input = hex(sample);
            assert_eq!(Reader::new(&input).peek(), Ok(*kind), "{sample}");
            let result = read(&mut Reader::new(&input));
            if !types.contains(kind) {
                assert_eq!(result, Err(CborError::UnexpectedType), "{sample} as {types:?}");
            } else if !sample.starts_with("1b") && !["f6", "f97e00"].contains(sample) {
                assert!(result.is_ok() || sample.starts_with("fb"), "{sample} as {types:?}");
            }
        }
    }
    assert_eq!(Status::from(CborError::UnexpectedType).code(), 0x11);
    assert_eq!(Status::from(CborError::Malformed).code(), 0x12);
}

#[test]
fn integers_of_both_signs_reach_their_limits() {
    let int = |input: &str| Reader::whole(&hex(input), Reader::int);
    assert_eq!(int("1b7fffffffffffffff"), Ok(i64::MAX));
    assert_eq!(int("3b7fffffffffffffff"), Ok(i64::MIN));
    assert_eq!(int("3903e7"), Ok(-1000));
    assert_eq!(int("37"), Ok(-24));
    assert_eq!(int("3818"), Ok(-25));
    // Well-formed, but nothing that an i64 holds.
    assert_eq!(int("1b8000000000000000"), Err(CborError::UnexpectedType));
    assert_eq!(int("3b8000000000000000"), Err(CborError::UnexpectedType));
    let unsigned = |input: &str| Reader::whole(&hex(input), Reader::unsigned);
    assert_eq!(unsigned("1bffffffffffffffff"), Ok(u64::MAX));
    assert_eq!(unsigned("1818"), Ok(24));
}

#[test]
fn only_true_and_false_are_booleans() {
    let bool = |input: &str| Reader::whole(&hex(input), Reader::bool);
    assert_eq!((bool("f4"), bool("f5")), (Ok(false), Ok(true)));
    for other in ["f6", "f7", "e0", "f820", "f90000", "fa00000000", "fb0000000000000000"] {
        assert_eq!(bool(other), Err(CborError::UnexpectedType), "{other}");
    }
}

#[test]
fn keys_that_ctap_does_not_know_are_told_apart_from_those_it_knows() {
    // {1: 0, 2⁶³: 0, -1: 0, -2⁶³-1: 0, h'61': 0, "a": 0, [1]: 0, {}: 0, false: 0}
    let input = hex(
        "a9 0100 1b8000000000000000 00 2000 3b8000000000000000 00 416100 616100 810100 a000 f400",
    );
    let mut keys = Vec::new();
    Reader::whole(&input, |reader| {
        reader.map(|key, reader| -> Result<(), CborError> {
            keys.push(key);
            assert_eq!(reader.unsigned(), Ok(0));
            Ok(())
        })
    })
    .unwrap();
    let expected = [
        Key::Int(1),
        Key::Other,
        Key::Int(-1),
        Key::Other,
        Key::Other,
        Key::Text("a"),
        Key::Other,
        Key::Other,
        Key::Other,
    ];
    assert_eq!(keys, expected);
}

#[test]
fn raw_bytes_are_exactly_those_of_the_item() {
    let input = hex("82 a1 01 4161 05");
    let mut raws = Vec::new();
    Reader::whole(&input, |reader| {
        reader.array(|reader| -> Result<(), CborError> {
            raws.push(reader.with_raw(Reader::skip)?.1.to_vec());
            Ok(())
        })
    })
    .unwrap();
    assert_eq!(raws, [hex("a1014161"), hex("05")]);
}

#[test]
fn a_failure_inside_a_container_is_the_failure_of_the_whole() {
    let read = |input: &str, failure: Status| {
        Reader::whole(&hex(input), |reader| reader.array(|_| Err(failure)))
    };
    assert_eq!(read("8100", Status::MissingParameter), Err(Status::MissingParameter));
    assert_eq!(read("80", Status::MissingParameter), Ok(()));
}
