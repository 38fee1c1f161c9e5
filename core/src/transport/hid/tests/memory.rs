use super::*;

fn check(client: &Client) {
    assert!(client.link.held_bytes() <= MOST_BYTES, "{}", client.link.held_bytes());
}

#[test]
fn endless_inits_cost_nothing() {
    let mut client = Client::new();
    let first = client.open();
    for _ in 0..100_000 {
        client.send(BROADCAST, INIT, &NONCE);
        client.link.poll_report();
    }
    check(&client);
    assert_eq!(client.ask(first, PING, &[1]), message(first, PING, &[1]), "nor are any forgotten");
}

#[test]
fn a_client_that_never_reads_cannot_fill_the_memory() {
    let (mut client, channel, other) = Client::with_channels();
    for round in 0..300_u16 {
        client.send(BROADCAST, INIT, &NONCE);
        client.send(channel, PING, &[1; 7609]);
        client.send(channel, WINK, &[]);
        client.send(other, CBOR, &[4; 7609]);
        client.send(other, CANCEL, &[]);
        client.send(99, PING, &[1]);
        client.wait(100);
        client.send(if round % 2 == 0 { channel } else { other }, INIT, &NONCE);
        check(&client);
    }
    client.events();
    client.answers();
    assert_eq!(client.ask(channel, PING, &[1]), message(channel, PING, &[1]), "and it recovers");
}

#[test]
fn a_driver_that_never_asks_for_events_cannot_fill_the_memory() {
    let (mut client, channel, _) = Client::with_channels();
    for _ in 0..1000 {
        client.send(channel, CBOR, &[4; 100]);
        client.send(channel, CANCEL, &[]);
        client.send(channel, INIT, &NONCE);
        client.send(channel, WINK, &[]);
        client.answers();
        check(&client);
    }
}

/// What a link keeps of requests is only what it was promised: half a message at most.
#[test]
fn abandoned_messages_are_not_kept() {
    let (mut client, channel, other) = Client::with_channels();
    for _ in 0..1000 {
        for on in [channel, other] {
            client.send_raw(on, &[CBOR, 0x1D, 0xB9]);
            client.wait(600);
            assert_eq!(client.answer(), error(on, MSG_TIMEOUT));
            assert_eq!(client.link.next_deadline(), None);
        }
    }
    check(&client);
}
