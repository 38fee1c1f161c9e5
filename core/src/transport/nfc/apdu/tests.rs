#![allow(clippy::unwrap_used)]

use hex::decode;

use super::*;

/// Header bytes, chaining, data, Nₑ.
type Parsed = ([u8; 4], bool, Vec<u8>, Option<usize>);

/// Reads an APDU given in hexadecimal.
fn parsed(apdu: &str) -> Option<Parsed> {
    let apdu = decode(apdu.replace(' ', "")).unwrap();
    Command::parse(&apdu).map(|command| {
        let Header { class, instruction, p1, p2 } = command.header;
        ([class, instruction, p1, p2], command.chained, command.data.to_vec(), command.expected)
    })
}

#[test]
fn case_1_is_a_bare_header() {
    assert_eq!(parsed("80 11 00 00"), Some(([0x80, 0x11, 0, 0], false, vec![], None)));
}

#[test]
fn case_2_tells_how_much_may_be_answered() {
    let header = [0x80, 0x11, 0, 0];
    assert_eq!(parsed("80110000 07"), Some((header, false, vec![], Some(7))));
    assert_eq!(parsed("80110000 00"), Some((header, false, vec![], Some(256))));
    assert_eq!(parsed("80110000 00 0100"), Some((header, false, vec![], Some(256))));
    assert_eq!(parsed("80110000 00 0000"), Some((header, false, vec![], Some(65_536))));
}

#[test]
fn case_3_has_data_and_allows_any_answer_of_its_form() {
    let header = [0x80, 0x10, 0x80, 0];
    assert_eq!(parsed("80108000 01 04"), Some((header, false, vec![4], Some(256))));
    assert_eq!(parsed("80108000 000001 04"), Some((header, false, vec![4], Some(65_536))));
}

#[test]
fn case_4_has_data_and_le() {
    let header = [0x80, 0x10, 0x80, 0];
    assert_eq!(parsed("80108000 02 0405 00"), Some((header, false, vec![4, 5], Some(256))));
    assert_eq!(parsed("80108000 02 0405 10"), Some((header, false, vec![4, 5], Some(16))));
    assert_eq!(
        parsed("80108000 000002 0405 0000"),
        Some((header, false, vec![4, 5], Some(65_536)))
    );
    assert_eq!(parsed("80108000 000002 0405 0102"), Some((header, false, vec![4, 5], Some(258))));
}

/// FIDO U2F Raw Message Formats §3.1 lets an Lc of zero be spelled out.
#[test]
fn extended_lc_of_zero_may_be_spelled_out() {
    assert_eq!(parsed("00030000 000000 0000"), Some(([0, 3, 0, 0], false, vec![], Some(65_536))));
}

#[test]
fn chaining_bit_is_not_part_of_the_class() {
    assert_eq!(
        parsed("90 10 00 00 01 AA"),
        Some(([0x80, 0x10, 0, 0], true, vec![0xAA], Some(256)))
    );
}

#[test]
fn lengths_that_fit_no_case_are_malformed() {
    for apdu in [
        "",
        "80",
        "801000",
        "80108000 0000",
        "80108000 02 04",
        "80108000 02 0405 0000",
        "80108000 000002 04",
        "80108000 000002 0405 00",
        "80108000 000002 0405 000000",
        "00030000 000000 00",
    ] {
        assert_eq!(parsed(apdu), None, "{apdu}");
    }
}

#[test]
fn status_61_tells_256_and_more_as_zero() {
    assert_eq!(StatusWord::more(1), StatusWord([0x61, 0x01]));
    assert_eq!(StatusWord::more(255), StatusWord([0x61, 0xFF]));
    assert_eq!(StatusWord::more(256), StatusWord([0x61, 0x00]));
    assert_eq!(StatusWord::more(7_609), StatusWord([0x61, 0x00]));
}

#[test]
fn raw_u2f_message_is_of_extended_length_with_le() {
    let header = Header { class: 0, instruction: 2, p1: 3, p2: 0 };
    assert_eq!(raw_u2f(header, &[]), decode("00020300000000").unwrap());
    assert_eq!(raw_u2f(header, &[0xAB]), decode("00020300000001AB0000").unwrap());
    let long = raw_u2f(header, &[0xAB; 0x1DB9]);
    assert!(long.starts_with(&decode("00020300001DB9AB").unwrap()));
    assert_eq!(Command::parse(&long).unwrap().data, [0xAB; 0x1DB9]);
}
