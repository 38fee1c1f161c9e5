//! Memory is bounded whatever a client sends, even if nothing is drained.

use super::*;

fn check(client: &Client) {
    assert!(client.link.held_bytes() <= MOST_BYTES, "{}", client.link.held_bytes());
}

#[test]
fn a_client_that_never_reads_cannot_fill_the_memory() {
    let mut client = Client::new();
    for _ in 0..300 {
        client.send(PING, &[1; LONGEST]);
        client.send(MSG, &[4; LONGEST]);
        client.write(&[CANCEL, 0, 0]);
        client.write(&[0xFF, 0, 0]);
        client.write(&[MSG, 0x1D]);
        client.wait(500);
        check(&client);
    }
    client.events();
    client.answers();
    assert_eq!(client.ask(PING, &[1]), frame(PING, &[1]), "and it recovers");
}

#[test]
fn a_driver_that_never_asks_for_events_cannot_fill_the_memory() {
    let mut client = Client::new();
    for _ in 0..300 {
        client.send(MSG, &[4; LONGEST]);
        client.write(&[CANCEL, 0, 0]);
        client.wait(500);
        client.answers();
        check(&client);
    }
}

#[test]
fn abandoned_messages_are_not_kept() {
    let mut client = Client::new();
    for _ in 0..1000 {
        client.write(&[MSG, 0x1D, 0xB9]);
        assert!(client.link.held_bytes() >= LONGEST, "it is set aside");
        client.wait(1500);
        assert_eq!(client.answer(), error(REQ_TIMEOUT));
        assert_eq!(client.link.held_bytes(), 0);
    }
}
