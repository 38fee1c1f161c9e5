use super::*;

#[test]
fn cancel_cancels_the_request_of_its_channel_and_has_no_reply() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[2]);
    client.send(channel, CANCEL, &[]);
    assert_eq!(client.answers(), []);
    assert_eq!(client.events(), [Event::Cancel { channel }]);
    client.respond(channel, &[0x2D]);
    assert_eq!(client.answer(), message(channel, CBOR, &[0x2D]));
}

/// python-fido2 sends one CANCEL for each report that it reads.
#[test]
fn a_request_is_cancelled_once() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[2]);
    for _ in 0..3 {
        client.send(channel, CANCEL, &[]);
    }
    assert_eq!(client.events(), [Event::Cancel { channel }]);
}

#[test]
fn cancel_of_other_channels_is_ignored() {
    let (mut client, channel, other) = Client::with_channels();
    client.start(channel, &[2]);
    for on in [other, 0, BROADCAST, 77] {
        client.send(on, CANCEL, &[]);
    }
    assert_eq!(client.answers(), []);
    assert_eq!(client.events(), []);
}

#[test]
fn cancel_is_ignored_while_no_cbor_request_runs() {
    let (mut client, channel, _) = Client::with_channels();
    client.send(channel, CANCEL, &[]);
    client.send_raw(channel, &[PING, 0, 99]);
    client.send(channel, CANCEL, &[]);
    assert_eq!(client.answers(), []);
    client.send_raw(channel, &[0]);
    assert_eq!(client.answer(), message(channel, PING, &[0; 99]));

    client.send(channel, MSG, &[0, 3, 0, 0]);
    client.events();
    client.send(channel, CANCEL, &[]);
    assert_eq!(client.events(), []);
}

#[test]
fn a_cancel_that_comes_too_late_does_not_reach_the_next_request() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[2]);
    client.send(channel, CANCEL, &[]);
    client.respond(channel, &[0]);
    client.send(channel, CANCEL, &[]);
    assert_eq!(client.answer(), message(channel, CBOR, &[0]));
    client.send(channel, CANCEL, &[]);
    client.start(channel, &[2]);
}
