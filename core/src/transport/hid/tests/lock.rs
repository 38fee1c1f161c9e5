use super::*;

#[test]
fn a_lock_keeps_other_channels_out_until_it_expires() {
    let (mut client, channel, other) = Client::with_channels();
    assert_eq!(client.ask(channel, LOCK, &[3]), message(channel, LOCK, &[]));
    client.wait(2_999);
    for command in [PING, CBOR, MSG, WINK, LOCK] {
        assert_eq!(client.ask(other, command, &[0]), error(other, CHANNEL_BUSY));
    }
    assert_eq!(client.ask(channel, PING, &[1]), message(channel, PING, &[1]));
    client.wait(1);
    assert_eq!(client.ask(other, PING, &[1]), message(other, PING, &[1]));
}

#[test]
fn a_lock_of_0_seconds_releases() {
    let (mut client, channel, other) = Client::with_channels();
    client.ask(channel, LOCK, &[10]);
    assert_eq!(client.ask(channel, LOCK, &[0]), message(channel, LOCK, &[]));
    assert_eq!(client.ask(other, PING, &[1]), message(other, PING, &[1]));
}

#[test]
fn a_lock_is_prolonged_by_locking_again() {
    let (mut client, channel, other) = Client::with_channels();
    client.ask(channel, LOCK, &[1]);
    client.wait(900);
    client.ask(channel, LOCK, &[1]);
    client.wait(900);
    assert_eq!(client.ask(other, PING, &[1]), error(other, CHANNEL_BUSY));
}

#[test]
fn a_lock_is_at_most_10_seconds() {
    let (mut client, channel, other) = Client::with_channels();
    for seconds in [11, 0xFF] {
        assert_eq!(client.ask(channel, LOCK, &[seconds]), error(channel, INVALID_PAR));
    }
    assert_eq!(client.ask(other, PING, &[1]), message(other, PING, &[1]), "nothing is locked");
    assert_eq!(client.ask(channel, LOCK, &[10]), message(channel, LOCK, &[]));
}

#[test]
fn lock_of_another_length_is_invalid_len() {
    let (mut client, channel, _) = Client::with_channels();
    for data in [&[][..], &[1, 1], &[1; 100]] {
        client.send(channel, LOCK, data);
        assert_eq!(client.answer(), error(channel, INVALID_LEN));
    }
}

#[test]
fn init_works_while_another_channel_holds_the_lock() {
    let (mut client, channel, other) = Client::with_channels();
    client.ask(channel, LOCK, &[3]);
    client.open();
    assert_eq!(client.ask(other, INIT, &NONCE).channel, other);
    assert_eq!(client.ask(other, PING, &[1]), error(other, CHANNEL_BUSY));
}
