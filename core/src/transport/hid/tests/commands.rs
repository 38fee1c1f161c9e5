use super::*;

#[test]
fn ping_echoes() {
    let (mut client, channel, _) = Client::with_channels();
    for data in [&b""[..], b"hello world!", &[0x44; 57], &[0x44; 58], &[0x44; 1024]] {
        assert_eq!(client.ask(channel, PING, data), message(channel, PING, data));
    }
    assert_eq!(client.events(), []);
}

#[test]
fn cbor_and_msg_become_requests_and_get_their_answers() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[4]);
    client.respond(channel, &[0, 0xA0]);
    assert_eq!(client.answer(), message(channel, CBOR, &[0, 0xA0]));

    let apdu = [0, 3, 0, 0, 0, 0, 0];
    client.send(channel, MSG, &apdu);
    let request = Request::U2f(apdu.to_vec());
    assert_eq!(client.events(), [Event::Request { channel, request }]);
    client.respond(channel, b"U2F_V2\x90\x00");
    assert_eq!(client.answer(), message(channel, MSG, b"U2F_V2\x90\x00"));
}

#[test]
fn an_empty_request_is_invalid_len() {
    let (mut client, channel, _) = Client::with_channels();
    for command in [CBOR, MSG] {
        assert_eq!(client.ask(channel, command, &[]), error(channel, INVALID_LEN));
    }
    assert_eq!(client.events(), []);
}

#[test]
fn msg_is_invalid_cmd_while_u2f_is_off() {
    let (mut client, channel, _) = Client::with_channels();
    client.link.set_serves_u2f(false);
    assert_eq!(client.ask(channel, MSG, &[0, 3, 0, 0]), error(channel, INVALID_CMD));
    assert_eq!(client.events(), []);
}

#[test]
fn unknown_commands_are_invalid_cmd() {
    let (mut client, channel, _) = Client::with_channels();
    let known = [PING, MSG, LOCK, INIT, WINK, CBOR, CANCEL];
    for command in (0x80..=0xFF).filter(|command| !known.contains(command)) {
        assert_eq!(client.ask(channel, command, &[]), error(channel, INVALID_CMD), "{command:x}");
    }
}

#[test]
fn wink_is_answered_and_shown() {
    let (mut client, channel, _) = Client::with_channels();
    assert_eq!(client.ask(channel, WINK, &[]), message(channel, WINK, &[]));
    assert_eq!(client.events(), [Event::Wink { channel }]);
    assert_eq!(client.ask(channel, WINK, &[1]), error(channel, INVALID_LEN));
    assert_eq!(client.events(), []);
}

#[test]
fn an_answer_that_no_message_can_carry_is_other() {
    let (mut client, channel, _) = Client::with_channels();
    for length in [7610, 0x1_0000] {
        client.start(channel, &[4]);
        client.respond(channel, &vec![0; length]);
        assert_eq!(client.answer(), error(channel, OTHER));
    }
}

#[test]
fn an_answer_without_a_request_is_ignored() {
    let (mut client, channel, other) = Client::with_channels();
    client.respond(channel, &[0]);
    assert_eq!(client.answers(), []);
    client.start(channel, &[4]);
    client.respond(other, &[0]);
    assert_eq!(client.answers(), []);
    client.respond(channel, &[0]);
    client.respond(channel, &[1]);
    assert_eq!(client.answer(), message(channel, CBOR, &[0]));
}

#[test]
fn debug_output_tells_sizes_only() {
    let request = Request::Ctap2(vec![6, 0x31, 0x32]);
    assert_eq!(format!("{request:?}"), "Ctap2(3 bytes)");
    let request = Request::U2f(vec![0; 7]);
    assert_eq!(format!("{request:?}"), "U2f(7 bytes)");
    assert_eq!(format!("{:?}", Answer::Message(vec![0x31])), "Message(1 bytes)");
    assert_eq!(format!("{:?}", Answer::Busy), "Busy");
}
