//! CANCEL ends what runs, and has no answer of its own.

use super::*;

#[test]
fn a_running_request_is_cancelled_once_and_still_answered() {
    let mut client = Client::new();
    client.start(&[1]);
    client.write(&[CANCEL, 0, 0]);
    client.write(&[CANCEL, 0, 0]);
    assert_eq!(client.events(), [Event::Cancel]);
    assert_eq!(client.answers(), []);
    client.respond(&[0x2D]);
    assert_eq!(client.answer(), frame(MSG, &[0x2D]));
}

#[test]
fn a_request_that_nobody_has_seen_is_handed_out_before_its_cancellation() {
    let mut client = Client::new();
    client.send(MSG, &[1]);
    client.write(&[CANCEL, 0, 0]);
    assert_eq!(client.events(), [Event::Request(Request::Ctap2(vec![1])), Event::Cancel]);
}

#[test]
fn cancelling_nothing_changes_nothing() {
    let mut client = Client::new();
    client.write(&[CANCEL, 0, 0]);
    client.write(&[MSG, 0, 2, 1]);
    client.write(&[CANCEL, 0, 0]);
    client.write(&[0, 1]);
    assert_eq!(client.events(), [Event::Request(Request::Ctap2(vec![1, 1]))]);
    client.respond(&[0]);
    client.write(&[CANCEL, 0, 0]);
    assert_eq!(client.events(), []);
    assert_eq!(client.answer(), frame(MSG, &[0]));
}

#[test]
fn a_cancellation_that_comes_too_late_is_dropped() {
    let mut client = Client::new();
    client.start(&[1]);
    client.write(&[CANCEL, 0, 0]);
    client.respond(&[0]);
    assert_eq!(client.events(), []);
    assert_eq!(client.answer(), frame(MSG, &[0]));
    client.start(&[4]);
}

#[test]
fn a_cancellation_has_no_data() {
    let mut client = Client::new();
    client.start(&[1]);
    for value in [&[CANCEL, 0, 1, 0][..], &[CANCEL, 0, 1], &[CANCEL, 0, 0, 0]] {
        client.write(value);
        assert_eq!(client.answer(), error(INVALID_LEN));
    }
    assert_eq!(client.events(), []);
}
