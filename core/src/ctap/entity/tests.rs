#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

use super::*;
use crate::testing::device::{bytes, encode, map, text};

fn user(entries: Vec<(&str, ciborium::Value)>) -> Result<UserEntity, Status> {
    Reader::whole(&encode(&map(entries)), UserEntity::read)
}

#[test]
fn a_user_id_has_at_most_64_bytes() {
    assert_eq!(user(vec![("id", bytes(&[7; 64]))]).unwrap().id, [7; 64]);
    assert_eq!(user(vec![("id", bytes(&[7; 65]))]), Err(Status::InvalidLength));
    assert_eq!(user(vec![("name", text("a"))]), Err(Status::MissingParameter));
}

#[test]
fn long_names_are_cut_at_a_character_and_empty_ones_are_absent() {
    let cut = |name: &str| user(vec![("id", bytes(b"u")), ("name", text(name))]).unwrap().name;
    assert_eq!(cut(""), None);
    assert_eq!(cut("a").as_deref(), Some("a"));
    let longest = "x".repeat(MAX_NAME);
    assert_eq!(cut(&longest), Some(longest.clone()));
    assert_eq!(cut(&format!("{longest}y")), Some(longest));
    // 85 × 3 bytes fit, the 86th character does not; nor does one of 4 bytes at 254.
    assert_eq!(cut(&"€".repeat(200)), Some("€".repeat(85)));
    let end = "x".repeat(254);
    assert_eq!(cut(&format!("{end}𐍈")), Some(end));
}

#[test]
fn members_that_are_no_longer_defined_are_ignored() {
    let entries = vec![("id", bytes(b"u")), ("icon", text("https://example.com/u.png"))];
    let expected = UserEntity { id: b"u".to_vec(), name: None, display_name: None };
    assert_eq!(user(entries), Ok(expected));
    let rp = encode(&map([("id", text("example.com")), ("icon", text("https://x"))]));
    let read = Reader::whole(&rp, RpEntity::read);
    assert_eq!(read, Ok(RpEntity { id: "example.com", name: None }));
}

#[test]
fn an_rp_entity_needs_an_id() {
    let rp = encode(&map([("name", text("Example"))]));
    assert_eq!(Reader::whole(&rp, RpEntity::read), Err(Status::MissingParameter));
}

#[test]
fn names_go_out_only_when_told_to() {
    let entity = UserEntity {
        id: b"u".to_vec(),
        name: Some("name".to_owned()),
        display_name: Some("display".to_owned()),
    };
    let written = |names| {
        let mut out = Writer::new();
        entity.write(names, &mut out);
        out.finish()
    };
    assert_eq!(written(false), encode(&map([("id", bytes(b"u"))])));
    assert_eq!(Reader::whole(&written(true), UserEntity::read), Ok(entity.clone()));
}

#[test]
fn renaming_removes_what_is_absent_or_empty() {
    let mut entity = UserEntity {
        id: b"u".to_vec(),
        name: Some("name".to_owned()),
        display_name: Some("display".to_owned()),
    };
    entity.rename(Some("other"), None);
    assert_eq!((entity.name.as_deref(), entity.display_name.as_deref()), (Some("other"), None));
    entity.rename(Some(""), Some(&"€".repeat(200)));
    assert_eq!((entity.name, entity.display_name), (None, Some("€".repeat(85))));
    assert_eq!(entity.id, b"u");
}

#[test]
fn a_descriptor_is_read_as_it_is_written() {
    let mut out = Writer::new();
    write_descriptor(b"credential", &mut out);
    let read = |bytes: &[u8]| -> Result<Option<Vec<u8>>, Status> {
        Reader::whole(bytes, |reader| Ok(read_descriptor(reader)?.map(<[u8]>::to_vec)))
    };
    assert_eq!(read(&out.finish()), Ok(Some(b"credential".to_vec())));
    let other = encode(&map([
        ("id", bytes(b"x")),
        ("type", text("password")),
        ("transports", ciborium::Value::Array(vec![text("usb")])),
    ]));
    assert_eq!(read(&other), Ok(None));
    for missing in [map([("id", bytes(b"x"))]), map([("type", text("public-key"))])] {
        assert_eq!(read(&encode(&missing)), Err(Status::MissingParameter));
    }
}
