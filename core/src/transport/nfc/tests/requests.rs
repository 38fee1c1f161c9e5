//! NFCCTAP_MSG and U2F messages, whole and in parts (§11.3.5, §11.3.6).

use super::*;

#[test]
fn message_comes_whole_in_either_length() {
    let long = [bytes("80108000 000200"), vec![7; 512], bytes("0000")].concat();
    let without_le = [bytes("80100000 000200"), vec![7; 512]].concat();
    for (command, request) in [
        (bytes("80108000 01 04 00"), vec![4]),
        (bytes("80100000 03 040506"), vec![4, 5, 6]),
        (bytes("80100000 000001 04 0000"), vec![4]),
        (long, vec![7; 512]),
        (without_le, vec![7; 512]),
    ] {
        assert!(request_of(&mut selected(), &command) == Request::Ctap2(request));
    }
}

/// As python-fido2 (250 bytes, no Le) and libfido2 (240 bytes, Le in every part) chain it.
#[test]
fn message_comes_in_parts() {
    for (part_length, le) in [(250_u8, ""), (240, "00"), (1, "00")] {
        let mut applet = selected();
        let part = vec![0xAB; usize::from(part_length)];
        let chained = [bytes("90100000"), vec![part_length], part.clone(), bytes(le)].concat();
        for _ in 0..3 {
            assert_eq!(reply_to(&mut applet, &hex::encode(&chained), true), "9000");
        }
        let request = request_of(&mut applet, &bytes("80100000 02 0102 00"));
        assert!(request == Request::Ctap2([part.repeat(3), vec![1, 2]].concat()));
    }
}

#[test]
fn parts_may_be_of_extended_length() {
    let mut applet = selected();
    assert_eq!(reply_to(&mut applet, "90108000 000002 0102", true), "9000");
    let request = request_of(&mut applet, &bytes("80108000 000001 03 0000"));
    assert!(request == Request::Ctap2(vec![1, 2, 3]));
}

#[test]
fn command_that_does_not_continue_a_chain_ends_it() {
    for other in ["80108000 01 04 00", "00030000 00", "80100000 00", SELECT, "80110000", "00FF0000"]
    {
        let mut applet = selected();
        assert_eq!(reply_to(&mut applet, "90100000 02 0102", true), "9000");
        applet.command(&bytes(other), true);
        applet.respond(Answer::Message(vec![0]));
        let request = request_of(&mut applet, &bytes("80108000 01 05 00"));
        assert!(request == Request::Ctap2(vec![5]), "{other}");
    }
}

#[test]
fn empty_message_is_an_invalid_length() {
    for command in ["80108000", "80100000 00", "80108000 00 0000", "80108000 000000 0000"] {
        assert_eq!(reply_to(&mut selected(), command, true), "039000", "{command}");
    }
}

/// REQUEST_TOO_LARGE comes at the end of the chain, where clients read it as an answer.
#[test]
fn request_over_max_msg_size_is_too_large_and_not_buffered() {
    let mut applet = selected();
    let part = [bytes("90108000 FF"), vec![9; 255]].concat();
    for sent in 1..=1_000 {
        assert!(applet.command(&part, true) == Step::Reply(vec![0x90, 0x00]));
        let State::Receiving(incoming) = &applet.state else { unreachable!() };
        assert!(incoming.buffered() <= MAX_MSG_SIZE, "after {sent} parts");
    }
    assert_eq!(reply_to(&mut applet, "80108000 01 09 00", true), "399000");

    let whole = |length: u16| {
        let length_bytes = length.to_be_bytes();
        [&bytes("80108000 00")[..], &length_bytes, &vec![9; usize::from(length)], &[0, 0]].concat()
    };
    assert!(request_of(&mut applet, &whole(7_609)) == Request::Ctap2(vec![9; 7_609]));
    applet.respond(Answer::Message(vec![0]));
    assert_eq!(reply_to(&mut applet, &hex::encode(whole(7_610)), true), "399000");
}

#[test]
fn u2f_messages_are_passed_on_in_extended_length() {
    let mut applet = selected();
    for (command, raw) in [
        ("00030000", "00030000 000000"),
        ("00030000 00", "00030000 000000"),
        ("00030000 000000", "00030000 000000"),
        ("00030000 000000 0000", "00030000 000000"),
        ("00010300 02 0102 00", "00010300 000002 0102 0000"),
        ("00020700 02 0102", "00020700 000002 0102 0000"),
        ("00020800 000002 0102", "00020800 000002 0102 0000"),
    ] {
        assert!(request_of(&mut applet, &bytes(command)) == Request::U2f(bytes(raw)), "{command}");
        let answer = Answer::Message(bytes("AABB 9000"));
        assert_eq!(applet.respond(answer), Some(bytes("AABB9000")));
    }
}

#[test]
fn u2f_message_comes_in_parts() {
    let mut applet = selected();
    assert_eq!(reply_to(&mut applet, "10010000 02 0102 00", true), "9000");
    let request = request_of(&mut applet, &bytes("00010000 01 03 00"));
    assert!(request == Request::U2f(bytes("00010000 000003 010203 0000")));
}

#[test]
fn u2f_message_over_max_msg_size_is_6700() {
    let mut applet = selected();
    let part = [bytes("10010000 FF"), vec![9; 255]].concat();
    for _ in 0..30 {
        assert!(applet.command(&part, true) == Step::Reply(vec![0x90, 0x00]));
    }
    assert_eq!(reply_to(&mut applet, "00010000 01 09 00", true), "6700");
}

#[test]
fn u2f_that_is_not_served_is_6d00() {
    for command in ["00010000 01 09 00", "00020300 01 09 00", "00030000 00", "10010000 01 09"] {
        assert_eq!(reply_to(&mut selected(), command, false), "6D00", "{command}");
    }
}
