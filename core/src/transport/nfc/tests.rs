#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

//! The applet, rule by rule: command and response APDUs as bytes.

mod properties;
mod requests;
mod running;

use super::*;

const SELECT: &str = "00A40400 08 A0000006472F0001 00";

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex.replace(' ', "")).unwrap()
}

/// The response APDU to a command APDU, in hexadecimal.
fn reply_to(applet: &mut Applet, command: &str, serves_u2f: bool) -> String {
    match applet.command(&bytes(command), serves_u2f) {
        Step::Reply(apdu) => hex::encode_upper(apdu),
        other => format!("{other:?}"),
    }
}

fn selected() -> Applet {
    let mut applet = Applet::new();
    assert_eq!(reply_to(&mut applet, SELECT, true), "5532465F56329000");
    applet
}

/// The request that a command APDU leads to.
fn request_of(applet: &mut Applet, command: &[u8]) -> Request {
    match applet.command(command, true) {
        Step::Run(request) => request,
        other => unreachable!("{other:?}"),
    }
}

/// §11.3.3: U2F_V2 where CTAP1 is served, else FIDO_2_0; in short and in extended length, with
/// and without Le.
#[test]
fn select_answers_with_the_version() {
    for select in [
        SELECT,
        "00A40400 08 A0000006472F0001",
        "00A40400 000008 A0000006472F0001",
        "00A40400 000008 A0000006472F0001 0000",
    ] {
        let mut applet = Applet::new();
        assert_eq!(reply_to(&mut applet, select, true), "5532465F56329000", "{select}");
        assert_eq!(reply_to(&mut applet, select, false), "4649444F5F325F309000", "{select}");
    }
}

#[test]
fn select_of_another_aid_deselects() {
    for other in [
        "00A40400 0B A000000308000010000100 00",
        "00A40400 07 A0000006472F00 00",
        "00A40400 09 A0000006472F000100 00",
        "00A40400 00",
        "00A40400",
    ] {
        let mut applet = selected();
        assert_eq!(reply_to(&mut applet, other, true), "6A82", "{other}");
        assert_eq!(reply_to(&mut applet, "80108000 01 04 00", true), "6985", "{other}");
    }
}

#[test]
fn nothing_but_select_works_before_select() {
    for command in [
        "80100000 01 04 00",
        "80110000 00",
        "80120100",
        "00C00000 00",
        "00030000 00",
        "90100000 01 04",
    ] {
        assert_eq!(reply_to(&mut Applet::new(), command, true), "6985", "{command}");
    }
}

#[test]
fn unknown_instruction_is_6d00_and_unknown_class_6e00() {
    for mut applet in [Applet::new(), selected()] {
        for command in ["00100000 01 04 00", "00040000 00", "80130000", "80A40400", "00B00000 00"] {
            assert_eq!(reply_to(&mut applet, command, true), "6D00", "{command}");
        }
        for command in ["01100000 01 04 00", "40A40400", "84100000 01 04", "FF030000", "A0A40400"] {
            assert_eq!(reply_to(&mut applet, command, true), "6E00", "{command}");
        }
    }
}

#[test]
fn wrong_p1_or_p2_is_6a86() {
    for command in [
        "00A40000 08 A0000006472F0001 00",
        "00A4040C 08 A0000006472F0001",
        "80104000 01 04 00",
        "80108100 01 04 00",
        "80100001 01 04 00",
        "80110100",
        "80111101",
        "80120000",
        "80120101",
        "00C00100 00",
    ] {
        assert_eq!(reply_to(&mut selected(), command, true), "6A86", "{command}");
    }
}

#[test]
fn malformed_apdu_is_6700_and_changes_no_selection() {
    let mut applet = selected();
    for command in ["", "80", "801080", "80108000 02 04", "80108000 0000", "80108000 01 04 00 00"] {
        assert_eq!(reply_to(&mut applet, command, true), "6700", "{command}");
    }
    let request = request_of(&mut applet, &bytes("80108000 01 04 00"));
    assert!(request == Request::Ctap2(vec![4]));
}

#[test]
fn chaining_is_for_requests_only() {
    for command in ["10A40400 04 A0000006", "90110000", "90120100", "10C00000 00"] {
        assert_eq!(reply_to(&mut selected(), command, true), "6884", "{command}");
    }
}

/// §11.3.4: NFCCTAP_CONTROL with P1 = 01 deselects; nothing works until the next SELECT.
#[test]
fn control_end_deselects() {
    for control in ["80120100", "80120100 00"] {
        let mut applet = selected();
        assert_eq!(reply_to(&mut applet, control, true), "9000");
        assert_eq!(reply_to(&mut applet, "80108000 01 04 00", true), "6985");
        assert_eq!(reply_to(&mut applet, SELECT, true), "5532465F56329000");
    }
}

#[test]
fn polling_or_taking_more_without_reason_is_6985() {
    for command in ["80110000 00", "80111100 00", "00C00000 00", "80C00000 00"] {
        assert_eq!(reply_to(&mut selected(), command, true), "6985", "{command}");
    }
}

#[test]
fn debug_shows_no_message() {
    let secret = vec![0xA5, 0x5A];
    for text in [
        format!("{:?}", Step::Run(Request::Ctap2(secret.clone()))),
        format!("{:?}", Step::Run(Request::U2f(secret.clone()))),
        format!("{:?}", Step::Reply(secret.clone())),
        format!("{:?}", Answer::Message(secret)),
    ] {
        assert!(text.contains("2 bytes"), "{text}");
        assert!(!text.contains("165") && !text.to_lowercase().contains("a5"), "{text}");
    }
    assert_eq!(format!("{:?} {:?}", selected(), Answer::Busy), "Applet(idle) Busy");
}
