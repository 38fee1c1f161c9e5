use super::*;

#[test]
fn init_on_broadcast_allocates_a_channel() {
    let mut client = Client::new();
    let mut request = vec![0x86, 0x00, 0x08];
    request.extend(NONCE);
    client.send_raw(BROADCAST, &request);
    let expected = [
        0xFF, 0xFF, 0xFF, 0xFF, 0x86, 0x00, 0x11, // broadcast, INIT, 17 bytes
        0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, // the nonce
        0x00, 0x00, 0x00, 0x01, // the channel
        0x02, 0x01, 0x02, 0x03, // protocol 2, device 1.2.3
        0x05, // WINK, CBOR
    ];
    let report = client.link.poll_report().unwrap();
    assert_eq!(report[..24], expected);
    assert_eq!(report[24..], [0; 40]);
    assert_eq!(client.link.poll_report(), None);
}

#[test]
fn every_init_on_broadcast_gives_another_channel() {
    let (mut client, first, second) = Client::with_channels();
    assert_ne!(first, second);
    for channel in [first, second] {
        assert_eq!(client.ask(channel, PING, b"hello"), message(channel, PING, b"hello"));
    }
}

#[test]
fn nmsg_is_told_while_u2f_is_off() {
    let (mut client, channel, _) = Client::with_channels();
    client.link.set_serves_u2f(false);
    assert_eq!(client.ask(channel, INIT, &NONCE).data[16], 0x0D);
    client.link.set_serves_u2f(true);
    assert_eq!(client.ask(channel, INIT, &NONCE).data[16], 0x05);
}

#[test]
fn init_on_an_allocated_channel_keeps_it() {
    let (mut client, channel, _) = Client::with_channels();
    let answer = client.ask(channel, INIT, &NONCE);
    assert_eq!((answer.channel, answer.command), (channel, INIT));
    assert_eq!(answer.data[..8], NONCE);
    assert_eq!(answer.data[8..12], channel.to_be_bytes());
}

#[test]
fn init_of_another_length_is_invalid_len() {
    let (mut client, channel, _) = Client::with_channels();
    for length in [0, 7, 9, 100] {
        for on in [channel, BROADCAST] {
            client.send_raw(on, &[INIT, 0, length]);
            assert_eq!(client.answer(), error(on, INVALID_LEN));
        }
    }
}

#[test]
fn channel_0_and_unallocated_channels_are_invalid() {
    let (mut client, _, second) = Client::with_channels();
    for channel in [0, second + 1, 0xFFFF_FFFE] {
        for command in [INIT, PING, CBOR, MSG, LOCK, WINK, 0xC0] {
            let answer = client.ask(channel, command, &NONCE);
            assert_eq!(answer, error(channel, INVALID_CHANNEL));
        }
    }
}

#[test]
fn only_init_is_served_on_broadcast() {
    let (mut client, ..) = Client::with_channels();
    for command in [PING, CBOR, MSG, LOCK, WINK, KEEPALIVE, ERROR] {
        let answer = client.ask(BROADCAST, command, &[1]);
        assert_eq!(answer, error(BROADCAST, INVALID_CHANNEL));
    }
}

#[test]
fn init_aborts_the_message_that_its_channel_is_sending() {
    let (mut client, channel, _) = Client::with_channels();
    client.send_raw(channel, &[PING, 0, 99]);
    assert_eq!(client.ask(channel, INIT, &NONCE).command, INIT);
    client.send_raw(channel, &[0]);
    assert_eq!(client.answers(), [], "the rest of the message is spurious now");
    client.wait(1000);
    assert_eq!(client.answers(), [], "and nothing times out");
    assert_eq!(client.ask(channel, PING, &[1]), message(channel, PING, &[1]));
}

#[test]
fn init_aborts_the_request_of_its_channel() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[4]);
    assert_eq!(client.ask(channel, INIT, &NONCE).command, INIT);
    assert_eq!(client.events(), [Event::Abort { channel }]);
    client.respond(channel, &[0x2D]);
    assert_eq!(client.answers(), [], "no answer goes out");
    client.wait(1000);
    assert_eq!(client.answers(), [], "nor a keepalive");
    client.start(channel, &[4]);
}

#[test]
fn the_answer_to_an_aborted_request_is_not_the_next_ones() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[4]);
    client.send(channel, INIT, &NONCE);
    client.send(channel, CBOR, &[6]);
    client.respond(channel, &[0x2D]);
    assert_eq!(client.answer().command, INIT);
    let request = Request::Ctap2(vec![6]);
    assert_eq!(client.events(), [Event::Abort { channel }, Event::Request { channel, request }]);
}

#[test]
fn a_request_that_nobody_saw_is_aborted_silently() {
    let (mut client, channel, _) = Client::with_channels();
    client.send(channel, CBOR, &[4]);
    client.send(channel, CANCEL, &[]);
    assert_eq!(client.ask(channel, INIT, &NONCE).command, INIT);
    assert_eq!(client.events(), []);
}

#[test]
fn init_takes_back_an_answer_that_is_not_sent_yet() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[4]);
    client.respond(channel, &[7; 1000]);
    assert!(client.link.poll_report().is_some(), "its first report is gone already");
    assert_eq!(client.ask(channel, INIT, &NONCE).command, INIT);
    assert_eq!(client.events(), []);
    assert_eq!(client.ask(channel, PING, &[1]), message(channel, PING, &[1]));
}

#[test]
fn init_on_other_channels_does_not_disturb_a_transaction() {
    let (mut client, channel, other) = Client::with_channels();
    client.send_raw(channel, &[PING, 0, 99]);
    assert_eq!(client.ask(other, INIT, &NONCE).channel, other);
    client.open();
    client.send_raw(channel, &[0]);
    assert_eq!(client.answer(), message(channel, PING, &[0; 99]));

    client.start(channel, &[4]);
    assert_eq!(client.ask(other, INIT, &NONCE).channel, other);
    client.open();
    assert_eq!(client.events(), []);
    client.respond(channel, &[0]);
    assert_eq!(client.answer(), message(channel, CBOR, &[0]));
}

#[test]
fn a_malformed_init_aborts_nothing() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[4]);
    client.send_raw(channel, &[INIT, 0, 7]);
    assert_eq!(client.answer(), error(channel, INVALID_LEN));
    client.respond(channel, &[0]);
    assert_eq!(client.answer(), message(channel, CBOR, &[0]));
}
