//! KEEPALIVE: at least every 500 ms while a request runs.

use super::*;

const PROCESSING: u8 = 1;
const UPNEEDED: u8 = 2;

#[test]
fn a_client_hears_at_least_every_half_second_that_its_request_runs() {
    let mut client = Client::new();
    client.start(&[1]);
    for _ in 0..20 {
        let due = client.link.next_deadline().unwrap();
        let pause = due - client.now;
        assert!(pause > Duration::ZERO && pause <= Duration::from_millis(450), "{pause:?}");
        client.now = due;
        client.link.tick(client.now);
        assert_eq!(client.answer(), frame(KEEPALIVE, &[PROCESSING]));
    }
    client.respond(&[0]);
    assert_eq!(client.answer(), frame(MSG, &[0]));
    assert_eq!(client.link.next_deadline(), None);
}

#[test]
fn that_the_user_is_needed_is_told_at_once_and_once() {
    let mut client = Client::new();
    client.start(&[1]);
    client.link.set_status(false);
    assert_eq!(client.answers(), []);
    client.link.set_status(true);
    client.link.set_status(true);
    assert_eq!(client.answer(), frame(KEEPALIVE, &[UPNEEDED]));
    client.wait(500);
    assert_eq!(client.answer(), frame(KEEPALIVE, &[UPNEEDED]));
    client.link.set_status(false);
    assert_eq!(client.answer(), frame(KEEPALIVE, &[PROCESSING]));
}

#[test]
fn nothing_is_told_while_nothing_runs() {
    let mut client = Client::new();
    client.link.set_status(true);
    client.wait(10_000);
    assert_eq!(client.answers(), []);
    client.start(&[1]);
    client.wait(500);
    assert_eq!(client.answer(), frame(KEEPALIVE, &[PROCESSING]), "a new request begins so");
}

/// A driver that slept sends one keepalive, not all that it missed.
#[test]
fn keepalives_that_were_missed_are_not_made_up_for() {
    let mut client = Client::new();
    client.start(&[1]);
    client.wait(60_000);
    assert_eq!(client.answer(), frame(KEEPALIVE, &[PROCESSING]));
}
