//! The message as a whole: its command, its length, its CBOR.

use super::{super::MAX_MSG_SIZE, *};

/// Commands that are followed by nothing.
const BARE: [u8; 4] = [0x04, 0x07, 0x08, 0x0b];
const WITH_PARAMETERS: [u8; 7] = [0x01, 0x02, 0x06, 0x0a, 0x41, 0x0c, 0x0d];

#[test]
fn an_unknown_command_is_invalid_command_0x01() {
    for command in 0..=u8::MAX {
        let known = BARE.contains(&command) || WITH_PARAMETERS.contains(&command);
        for parameters in [&[][..], &[0xa0], &[0xff, 0xff]] {
            let code = status(&[&[command], parameters].concat()).code();
            assert_eq!(code == 0x01, !known, "command {command:02x}");
        }
    }
}

#[test]
fn an_empty_message_is_of_an_invalid_length() {
    assert_eq!(status(&[]), Status::InvalidLength);
}

#[test]
fn a_request_over_max_msg_size_is_too_large_0x39_whatever_is_in_it() {
    for command in 0..=u8::MAX {
        let mut message = vec![0; MAX_MSG_SIZE + 1];
        message[0] = command;
        assert_eq!(status(&message).code(), 0x39, "command {command:02x}");
        message.truncate(MAX_MSG_SIZE);
        assert_ne!(status(&message).code(), 0x39, "command {command:02x}");
    }
}

#[test]
fn a_request_of_exactly_max_msg_size_is_understood() {
    // largeBlobs(set) with as much as fits: command, map head, 3 keys, offset, length of the bytes.
    let fragment = vec![7; MAX_MSG_SIZE - 8];
    let mut whole = vec![0x0c, 0xa2, 0x02, 0x59];
    whole.extend(u16::try_from(fragment.len()).unwrap().to_be_bytes());
    whole.extend(&fragment);
    whole.extend([0x03, 0x00]);
    assert_eq!(whole.len(), MAX_MSG_SIZE);
    let Ok(Request::LargeBlobs(request)) = Request::parse(&whole) else { panic!() };
    assert_eq!(request.set, Some(fragment.as_slice()));
}

#[test]
fn a_command_without_parameters_takes_none() {
    for command in BARE {
        assert_eq!(status(&[command]), Status::Ok, "command {command:02x}");
        assert_eq!(status(&[command, 0x00]).code(), 0x12, "command {command:02x}");
    }
}

#[test]
fn a_command_without_its_parameters_is_invalid_cbor() {
    for command in WITH_PARAMETERS {
        assert_eq!(status(&[command]).code(), 0x12, "command {command:02x}");
    }
}

#[test]
fn a_request_cut_at_any_byte_is_invalid_cbor() {
    for vector in corpus() {
        let whole = vector.bytes("message");
        for length in 1..whole.len() {
            let status = status(&whole[..length]);
            assert_eq!(status.code(), 0x12, "{} cut at {length}", vector.text("name"));
        }
    }
}

#[test]
fn bytes_after_the_parameters_are_invalid_cbor() {
    for vector in corpus() {
        for more in [0x00, 0xa0, 0xff] {
            let mut whole = vector.bytes("message");
            whole.push(more);
            assert_eq!(status(&whole).code(), 0x12, "{}, {more:02x}", vector.text("name"));
        }
    }
}

/// The message with one more member, whose key is above all that CTAP has.
fn with_member(mut whole: Vec<u8>, value: &[u8]) -> Vec<u8> {
    whole[1] += 1;
    whole.extend([0x18, 0x63]);
    whole.extend_from_slice(value);
    whole
}

#[test]
fn what_is_not_canonical_is_invalid_cbor_in_unknown_members_too() {
    for vector in corpus() {
        let (name, whole) = (vector.text("name"), vector.bytes("message"));
        let items = [
            "1800",
            "190001",
            "580161",
            "780161",
            "980100",
            "b8010000",
            "5f4161ff",
            "9fff",
            "bfff",
            "c000",
            "a201000100",
            "a202000100",
            "61ff",
            "81818181818100",
            "f814",
            "4261",
            "ff",
        ];
        for item in items {
            let message = with_member(whole.clone(), &hex::decode(item).unwrap());
            assert_eq!(status(&message).code(), 0x12, "{name} with {item}");
        }
        assert_eq!(status(&with_member(whole, &[0x81, 0xf6])), Status::Ok, "{name}");
    }
}

#[test]
fn every_number_in_a_longer_form_is_invalid_cbor() {
    // Every byte of the corpus that is the head of a small integer, string, array or map.
    for vector in corpus() {
        let whole = vector.bytes("message");
        for place in heads(&whole) {
            let (major, count) = (whole[place] & 0xe0, whole[place] & 0x1f);
            let longer = [&whole[..place], &[major | 24, count], &whole[place + 1..]].concat();
            let status = status(&longer);
            assert_eq!(status.code(), 0x12, "{} at {place}", vector.text("name"));
        }
    }
}

/// Where the items with a head of one byte begin, by a walk over canonical CBOR.
fn heads(message: &[u8]) -> Vec<usize> {
    let (mut place, mut heads) = (1, Vec::new());
    while place < message.len() {
        let (major, info) = (message[place] >> 5, usize::from(message[place] & 0x1f));
        if info < 24 && major < 6 {
            heads.push(place);
        }
        let (width, count) = match info {
            24 => (1, usize::from(message[place + 1])),
            25 => (2, usize::from(message[place + 1]) << 8 | usize::from(message[place + 2])),
            _ => (0, info),
        };
        place += 1 + width + if matches!(major, 2 | 3) { count } else { 0 };
    }
    heads
}

#[test]
fn unknown_members_are_ignored_wherever_they_are() {
    let more = |value: &Value| match value {
        Value::Map(entries) => [Value::from(99), Value::from("zzzzzzzzzzzzzzzzzzzzzzzz")]
            .into_iter()
            .map(|key| {
                let mut entries = entries.clone();
                entries.push((key, Value::Bytes(vec![1, 2, 3])));
                Value::Map(entries)
            })
            .collect(),
        _ => Vec::new(),
    };
    for vector in corpus() {
        let (name, whole) = (vector.text("name"), vector.bytes("message"));
        for parameters in variants(&parameters(&whole), &more) {
            let message = message(whole[0], &parameters);
            let known = format!("{:?}", Request::parse(&whole).unwrap());
            let more = format!("{:?}", Request::parse(&message).expect(name));
            // Raw parameters are part of what is authenticated, and so may differ.
            if !matches!(whole[0], 0x0a | 0x41 | 0x0d) {
                assert_eq!(known, more, "{name}");
            }
        }
    }
}
