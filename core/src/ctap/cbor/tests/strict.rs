//! CTAP 2.3 §8: what is not canonical is INVALID_CBOR, wherever it stands.

use super::*;

/// Items that are not canonical, with the rule that each breaks.
const NOT_CANONICAL: &[(&str, &str)] = &[
    ("an integer in a longer form than it needs", "1800"),
    ("an integer in a longer form than it needs", "1817"),
    ("an integer in a longer form than it needs", "190000"),
    ("an integer in a longer form than it needs", "1900ff"),
    ("an integer in a longer form than it needs", "1a0000ffff"),
    ("an integer in a longer form than it needs", "1b00000000ffffffff"),
    ("a negative integer in a longer form", "3817"),
    ("a negative integer in a longer form", "3900ff"),
    ("a negative integer in a longer form", "3a0000ffff"),
    ("a negative integer in a longer form", "3b00000000ffffffff"),
    ("a byte string whose length is in a longer form", "580161"),
    ("a byte string whose length is in a longer form", "59000161"),
    ("a text string whose length is in a longer form", "780161"),
    ("a text string whose length is in a longer form", "7b000000000000000161"),
    ("an array whose length is in a longer form", "980100"),
    ("a map whose length is in a longer form", "b8010000"),
    ("an indefinite byte string", "5f4161ff"),
    ("an indefinite text string", "7f6161ff"),
    ("an indefinite array", "9f00ff"),
    ("an indefinite map", "bf0000ff"),
    ("an empty indefinite array", "9fff"),
    ("a break without anything to break", "ff"),
    ("a reserved length", "1c"),
    ("a reserved length", "5d"),
    ("a reserved length", "fe"),
    ("a tag", "c000"),
    ("a tag", "c11a514b67b0"),
    ("a tag of bignums", "c24101"),
    ("a tag of two bytes", "d81800"),
    ("the tag of CBOR itself", "d9d9f700"),
    ("a tag of nine bytes", "db00000001000000004161"),
    ("a false in two bytes", "f814"),
    ("a null in two bytes", "f816"),
    ("a reserved simple value", "f81f"),
    ("a key twice", "a201000100"),
    ("a text key twice", "a2616100616100"),
    ("keys that descend", "a202000100"),
    ("a negative key before a positive one", "a220000100"),
    ("a text key before an integer", "a261610001 00"),
    ("a longer text key before a shorter one", "a2626161006162 00"),
    ("text keys of one length in the wrong order", "a2616200616100"),
    ("-2 before -1", "a221002000"),
    ("a long integer key before a short one", "a2181800 0100"),
    ("text that is not UTF-8", "61ff"),
    ("text with an overlong form", "62c080"),
    ("text with a surrogate", "63eda080"),
    ("text beyond Unicode", "64f4908080"),
    ("text that ends in the middle of a character", "61c3"),
    ("a key that is not UTF-8", "a161ff00"),
    ("a byte string longer than its message", "5bffffffffffffffff"),
    ("an array longer than its message", "9bffffffffffffffff"),
    ("a map longer than its message", "bbffffffffffffffff"),
    ("nothing", ""),
];

fn nested(levels: usize, inner: &str) -> Vec<u8> {
    hex(&format!("{}{inner}", "81".repeat(levels)))
}

#[test]
fn what_is_not_canonical_is_refused() {
    for (rule, input) in NOT_CANONICAL {
        assert_eq!(skip(&hex(input)), Err(CborError::Malformed), "{rule}: {input}");
    }
}

#[test]
fn what_is_not_canonical_is_refused_as_key_and_as_value_too() {
    for (rule, input) in NOT_CANONICAL.iter().filter(|(_, input)| !input.is_empty()) {
        for message in [format!("a1{input}00"), format!("a100{input}"), format!("82{input}00")] {
            assert_eq!(skip(&hex(&message)), Err(CborError::Malformed), "{rule}: {message}");
        }
    }
}

#[test]
fn a_head_that_is_not_canonical_is_not_mistaken_for_a_wrong_type() {
    // What is inside of a container is looked at only by who wants a container; a head by all.
    let heads =
        ["1800", "3817", "580161", "980100", "b8010000", "5f4161ff", "9fff", "c000", "f814"];
    for head in heads {
        let input = hex(head);
        let reader = Reader::new(&input);
        let malformed = Err(CborError::Malformed);
        assert_eq!(reader.clone().unsigned().map(drop), malformed, "{head}");
        assert_eq!(reader.clone().int().map(drop), malformed, "{head}");
        assert_eq!(reader.clone().bytes().map(drop), malformed, "{head}");
        assert_eq!(reader.clone().text().map(drop), malformed, "{head}");
        assert_eq!(reader.clone().bool().map(drop), malformed, "{head}");
        assert_eq!(reader.clone().array(Reader::skip), malformed, "{head}");
        assert_eq!(reader.clone().map(|_, reader| reader.skip()), malformed, "{head}");
    }
}

#[test]
fn four_levels_are_accepted_and_five_are_not() {
    assert_eq!(skip(&nested(4, "00")), Ok(()));
    assert_eq!(skip(&nested(5, "00")), Err(CborError::Malformed));
    assert_eq!(skip(&nested(3, "80")), Ok(()));
    assert_eq!(skip(&nested(4, "80")), Err(CborError::Malformed));
    assert_eq!(skip(&nested(4, "a0")), Err(CborError::Malformed));
    assert_eq!(skip(&hex("a100a100a100a100 00")), Ok(()));
    assert_eq!(skip(&hex("a100a100a100a100a0")), Err(CborError::Malformed));
    assert_eq!(skip(&hex("a1 81818100 00")), Ok(()));
    assert_eq!(skip(&hex("a1 8181818100 00")), Err(CborError::Malformed));
    // Beside one another they are not within one another.
    assert_eq!(skip(&hex("84 818180 818180 818180 818180")), Ok(()));
}

#[test]
fn deep_nesting_uses_no_stack() {
    assert_eq!(skip(&vec![0x81; 100_000]), Err(CborError::Malformed));
    assert_eq!(skip(&[0xa1, 0x00].repeat(50_000)), Err(CborError::Malformed));
}

#[test]
fn bytes_after_the_item_are_refused() {
    for item in ["00", "a0", "80", "4161", "f5", "a10000"] {
        assert_eq!(skip(&hex(item)), Ok(()), "{item}");
        for more in ["00", "ff", "a0", "f6"] {
            let message = hex(&format!("{item}{more}"));
            assert_eq!(skip(&message), Err(CborError::Malformed), "{item} {more}");
        }
    }
}

#[test]
fn a_message_that_was_cut_is_refused_wherever_it_was_cut() {
    let message = hex(concat!(
        "a6 01 4403020100 02 a2626964 6b6578616d706c652e636f6d 646e616d65 60",
        "03 82 1903e8 39ffff 04 83 f4f5f6 182a fb3ff199999999999a 3b00000001 00000000 1a00010000"
    ));
    assert_eq!(skip(&message), Ok(()));
    for length in 0..message.len() {
        assert_eq!(skip(&message[..length]), Err(CborError::Malformed), "cut at {length}");
    }
}

#[test]
fn keys_ascend_by_major_type_then_length_then_bytes() {
    // 0, 23, 24, 255, 256, 65536, -1, -24, -25, h'', "", "b", "aa", false
    let keys = "00 17 1818 18ff 190100 1a00010000 20 37 3818 40 60 6162 626161 f4";
    let mut message = vec![0xae];
    for key in keys.split(' ') {
        message.extend(hex(key));
        message.push(0xf6);
    }
    assert_eq!(skip(&message), Ok(()));
    let keys: Vec<_> = keys.split(' ').map(hex).collect();
    for (index, low) in keys.iter().enumerate() {
        for high in &keys[index + 1..] {
            let pair = |a: &[u8], b: &[u8]| [&[0xa2], a, &[0], b, &[0]].concat();
            assert_eq!(skip(&pair(low, high)), Ok(()), "{low:02x?} {high:02x?}");
            let other = pair(high, low);
            assert_eq!(skip(&other), Err(CborError::Malformed), "{high:02x?} {low:02x?}");
        }
    }
}
