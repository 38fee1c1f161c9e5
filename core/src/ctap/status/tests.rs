#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

use super::*;
use crate::testing::vectors;

#[test]
fn codes_and_names_are_those_of_the_standard() {
    let known = vectors::read(include_str!("../../../tests/vectors/status_codes.json"));
    let mut found = 0;
    for vector in &known {
        let code = u8::try_from(vector.number("code")).unwrap();
        let Some(status) = Status::from_code(code) else { continue };
        let name = status.name().rsplit_once("_ERR_").map_or("SUCCESS", |(_, name)| name);
        assert_eq!(name, vector.text("name"), "code {code:02x}");
        found += 1;
    }
    let ours = (0..=u8::MAX).filter_map(Status::from_code).count();
    assert_eq!(found, ours, "a code that python-fido2 does not know");
}

#[test]
fn each_status_has_a_code_of_its_own() {
    for code in 0..=u8::MAX {
        if let Some(status) = Status::from_code(code) {
            assert_eq!(status.code(), code);
        }
    }
    for (status, code) in [
        (Status::Ok, 0x00),
        (Status::InvalidCommand, 0x01),
        (Status::CborUnexpectedType, 0x11),
        (Status::InvalidCbor, 0x12),
        (Status::MissingParameter, 0x14),
        (Status::PinAuthInvalid, 0x33),
        (Status::RequestTooLarge, 0x39),
        (Status::Other, 0x7f),
    ] {
        assert_eq!((status.code(), Status::from_code(code)), (code, Some(status)));
    }
}
