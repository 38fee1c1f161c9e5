use super::*;

#[test]
fn another_channel_is_busy_while_a_message_arrives() {
    let (mut client, channel, other) = Client::with_channels();
    client.send_raw(channel, &[PING, 0, 99]);
    assert_eq!(client.ask(other, PING, &[2; 99]), error(other, CHANNEL_BUSY));
    client.send_raw(channel, &[0]);
    assert_eq!(client.answer(), message(channel, PING, &[0; 99]));
    assert_eq!(client.ask(other, PING, &[2; 99]), message(other, PING, &[2; 99]));
}

#[test]
fn another_channel_is_busy_while_a_request_runs() {
    let (mut client, channel, other) = Client::with_channels();
    client.start(channel, &[4]);
    for command in [PING, CBOR, MSG, WINK, LOCK] {
        assert_eq!(client.ask(other, command, &[1]), error(other, CHANNEL_BUSY));
    }
    assert_eq!(client.events(), []);
    client.respond(channel, &[0]);
    assert_eq!(client.answer(), message(channel, CBOR, &[0]));
    client.start(other, &[4]);
}

#[test]
fn the_same_channel_is_busy_while_its_request_runs() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[4]);
    assert_eq!(client.ask(channel, CBOR, &[4]), error(channel, CHANNEL_BUSY));
    client.respond(channel, &[0]);
    assert_eq!(client.answer(), message(channel, CBOR, &[0]), "and the request goes on");
}

#[test]
fn the_link_is_busy_until_the_last_report_of_an_answer_is_sent() {
    let (mut client, channel, other) = Client::with_channels();
    client.start(channel, &[4]);
    client.respond(channel, &[7; 100]);
    client.send(other, PING, &[1]);
    let expected = [message(channel, CBOR, &[7; 100]), error(other, CHANNEL_BUSY)];
    assert_eq!(client.answers(), expected);
    assert_eq!(client.ask(other, PING, &[1]), message(other, PING, &[1]));
}

#[test]
fn a_taken_authenticator_is_channel_busy() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[4]);
    client.link.respond(channel, Answer::Busy);
    assert_eq!(client.answer(), error(channel, CHANNEL_BUSY));
    assert_eq!(client.link.next_deadline(), None);
    client.start(channel, &[4]);
}
