//! Answers: at once, held, polled for, cancelled, in parts (§11.3.6, §11.3.7).

use super::*;

const POLLED: &str = "80108000 01 04 00";
const HELD: &str = "80100000 01 04 00";

fn running(command: &str) -> Applet {
    let mut applet = selected();
    request_of(&mut applet, &bytes(command));
    applet
}

fn message(length: usize) -> Vec<u8> {
    (0..=u8::MAX).cycle().take(length).collect()
}

#[test]
fn answer_that_fits_goes_out_at_once() {
    let mut applet = running(POLLED);
    assert_eq!(applet.respond(Answer::Message(vec![0, 0xA0])), Some(bytes("00A0 9000")));
    assert_eq!(applet.respond(Answer::Message(vec![0])), None);
}

#[test]
fn long_answer_to_a_short_command_is_chained() {
    for get_response in ["00C00000", "80C00000"] {
        let mut applet = running(POLLED);
        let answer = message(600);
        let first = applet.respond(Answer::Message(answer.clone())).unwrap();
        assert_eq!(first, [&answer[..256], &[0x61, 0x00]].concat());
        let take = format!("{get_response} 00");
        let second = [&answer[256..512], &[0x61, 88]].concat();
        assert_eq!(reply_to(&mut applet, &take, true), hex::encode_upper(second));
        let take = format!("{get_response} 58");
        let third = [&answer[512..], &[0x90, 0x00]].concat();
        assert_eq!(reply_to(&mut applet, &take, true), hex::encode_upper(third));
        assert_eq!(reply_to(&mut applet, &take, true), "6985");
    }
}

#[test]
fn le_limits_every_part() {
    let mut applet = running("80108000 01 04 02");
    assert_eq!(applet.respond(Answer::Message(message(6))), Some(bytes("0001 6104")));
    assert_eq!(reply_to(&mut applet, "00C00000 03", true), "0203046101");
    assert_eq!(reply_to(&mut applet, "00C00000 00", true), "059000");
}

#[test]
fn long_answer_to_an_extended_command_is_one_response() {
    for command in ["80108000 000001 04 0000", "80108000 000001 04"] {
        let mut applet = running(command);
        let answer = message(7_609);
        let apdu = applet.respond(Answer::Message(answer.clone())).unwrap();
        assert_eq!(apdu, [&answer[..], &[0x90, 0x00]].concat());
    }
}

#[test]
fn extended_le_is_honoured() {
    let mut applet = running("80108000 000001 04 0101");
    let apdu = applet.respond(Answer::Message(message(300))).unwrap();
    assert_eq!((apdu.len(), &apdu[257..]), (259, &[0x61, 43][..]));
}

#[test]
fn rest_of_an_answer_is_dropped_by_any_other_command() {
    for other in [SELECT, "80110000", "00FF0000", "80108000", "00C00001 00", "00"] {
        let mut applet = running(POLLED);
        applet.respond(Answer::Message(message(600)));
        applet.command(&bytes(other), true);
        assert_eq!(reply_to(&mut applet, "00C00000 00", true), "6985", "{other}");
    }
}

#[test]
fn u2f_answer_keeps_its_own_status() {
    for (answer, apdu) in [("6985", "6985"), ("9000", "9000"), ("05 9000", "059000")] {
        let mut applet = running("00020300 01 09 00");
        assert_eq!(applet.respond(Answer::Message(bytes(answer))), Some(bytes(apdu)));
    }
    let mut applet = running("00010000 01 09 00");
    let answer = [message(300), vec![0x90, 0x00]].concat();
    let first = applet.respond(Answer::Message(answer.clone())).unwrap();
    assert_eq!(first, [&answer[..256], &[0x61, 44]].concat());
    let rest = hex::encode_upper(&answer[256..]);
    assert_eq!(reply_to(&mut applet, "00C00000 2C", true), rest);
}

#[test]
fn u2f_answer_without_a_status_is_6f00() {
    for answer in [vec![], vec![0x90]] {
        let mut applet = running("00030000 00");
        assert_eq!(applet.respond(Answer::Message(answer)), Some(bytes("6F00")));
    }
}

#[test]
fn busy_is_channel_busy_in_ctap2_and_6900_in_u2f() {
    assert_eq!(running(POLLED).respond(Answer::Busy), Some(bytes("06 9000")));
    assert_eq!(running("00030000 00").respond(Answer::Busy), Some(bytes("6900")));
}

/// §11.3.7.1: 9100 is for clients that set P1 bit 80.
#[test]
fn only_a_client_that_polls_is_told_to_poll() {
    assert_eq!(running(POLLED).pending(false), Some(bytes("01 9100")));
    assert_eq!(running(POLLED).pending(true), Some(bytes("02 9100")));
    for command in [HELD, "00030000 00"] {
        let mut applet = running(command);
        assert_eq!(applet.pending(true), None);
        let answer = Answer::Message(bytes("9000"));
        assert!(applet.respond(answer).is_some_and(|apdu| apdu.ends_with(&[0x90, 0x00])));
    }
    assert_eq!(Applet::new().pending(true), None);
    assert_eq!(selected().pending(true), None);
}

#[test]
fn one_command_gets_one_response() {
    let mut applet = running(POLLED);
    assert!(applet.pending(true).is_some());
    assert_eq!(applet.pending(true), None);
    assert!(applet.command(&bytes("80110000 00"), true) == Step::Wait);
    assert!(applet.pending(false).is_some());
    assert!(applet.command(&bytes("80110000 00"), true) == Step::Wait);
    assert_eq!(applet.respond(Answer::Message(vec![0])), Some(bytes("00 9000")));
    assert_eq!(applet.pending(true), None);
}

#[test]
fn answer_that_comes_between_polls_waits_for_the_next() {
    for poll in ["80110000 00", "80111100 00"] {
        let mut applet = running(POLLED);
        applet.pending(true);
        assert_eq!(applet.respond(Answer::Message(vec![0, 0xA0])), None);
        assert_eq!(reply_to(&mut applet, poll, true), "00A09000");
        assert_eq!(reply_to(&mut applet, poll, true), "6985");
    }
}

#[test]
fn polled_answer_is_framed_as_the_poll_wants_it() {
    for (poll, length) in [("80110000 00", 258), ("80110000 000000", 602), ("80110000", 258)] {
        let mut applet = running(POLLED);
        applet.pending(true);
        assert!(applet.command(&bytes(poll), true) == Step::Wait);
        let apdu = applet.respond(Answer::Message(message(600))).unwrap();
        assert_eq!(apdu.len(), length, "{poll}");
    }
}

/// §11.3.6: a request of extended length is answered in one piece.
#[test]
fn poll_without_le_takes_the_form_of_the_request() {
    let mut applet = running("80108000 000001 04 0000");
    applet.pending(true);
    applet.respond(Answer::Message(message(600)));
    let Step::Reply(apdu) = applet.command(&bytes("80110000"), true) else { unreachable!() };
    assert_eq!(apdu.len(), 602);
}

/// §11.3.7.2: P1 = 11 cancels; the answer is KEEPALIVE_CANCEL.
#[test]
fn poll_with_p1_11_cancels() {
    let mut applet = running(POLLED);
    applet.pending(true);
    assert!(applet.command(&bytes("80111100 00"), true) == Step::Cancel);
    assert_eq!(applet.respond(Answer::Message(vec![0x2D])), Some(bytes("2D 9000")));
}

#[test]
fn command_other_than_a_poll_ends_the_request() {
    for (other, reply) in [
        (SELECT, "5532465F56329000"),
        ("80108000", "039000"),
        ("90108000 01 04", "9000"),
        ("00C00000 00", "6985"),
        ("80110100", "6A86"),
        ("80120100", "9000"),
        ("00", "6700"),
    ] {
        let mut applet = running(POLLED);
        applet.pending(true);
        assert_eq!(reply_to(&mut applet, other, true), reply);
        assert_eq!(applet.respond(Answer::Message(vec![0])), None, "{other}");
        assert_eq!(applet.pending(true), None, "{other}");
        assert_ne!(reply_to(&mut applet, "80110000 00", true), "Wait", "{other}");
    }
    let mut applet = running(POLLED);
    applet.pending(true);
    assert!(request_of(&mut applet, &bytes("80108000 01 05 00")) == Request::Ctap2(vec![5]));
}

#[test]
fn u2f_request_cannot_be_polled_for() {
    let mut applet = running("00030000 00");
    assert_eq!(reply_to(&mut applet, "80110000 00", true), "6985");
}

#[test]
fn losing_the_field_forgets_everything_and_cancels_what_runs() {
    assert_eq!(Applet::new().deactivate(), None);
    assert_eq!(selected().deactivate(), None);

    let mut applet = running(POLLED);
    assert_eq!(applet.deactivate(), Some(Event::Cancel));
    assert_eq!(applet.deactivate(), None);
    assert_eq!(applet.respond(Answer::Message(vec![0])), None);
    assert_eq!(reply_to(&mut applet, "80110000 00", true), "6985");

    let mut applet = running(POLLED);
    applet.pending(true);
    applet.respond(Answer::Message(vec![0]));
    assert_eq!(applet.deactivate(), None);
    assert_eq!(reply_to(&mut applet, SELECT, true), "5532465F56329000");
    assert_eq!(reply_to(&mut applet, "80110000 00", true), "6985");
}
