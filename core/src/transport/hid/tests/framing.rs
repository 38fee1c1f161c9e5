use super::*;

#[test]
fn a_message_of_two_packets() {
    let (mut client, channel, _) = Client::with_channels();
    let data: Vec<u8> = (0..99).collect();
    client.send_raw(channel, &[&[PING, 0, 99], &data[..57]].concat());
    assert_eq!(client.answers(), []);
    client.send_raw(channel, &[&[0], &data[57..]].concat());
    let first = client.link.poll_report().unwrap();
    assert_eq!(first[..7], [0, 0, 0, 1, 0x81, 0, 99]);
    assert_eq!(first[7..], data[..57]);
    let second = client.link.poll_report().unwrap();
    assert_eq!(second[..5], [0, 0, 0, 1, 0]);
    assert_eq!(second[5..47], data[57..]);
    assert_eq!(client.link.poll_report(), None);
}

#[test]
fn padding_may_be_anything() {
    let (mut client, channel, _) = Client::with_channels();
    client.feed(&{
        let mut report = [0xEE; 64];
        report[..8].copy_from_slice(&[0, 0, 0, 1, PING, 0, 1, 7]);
        report
    });
    assert_eq!(client.answer(), message(channel, PING, &[7]));
}

#[test]
fn the_longest_message_is_7609_bytes() {
    let (mut client, channel, _) = Client::with_channels();
    let data = vec![0x5A; 7609];
    assert_eq!(fragments(channel, PING, &data).len(), 129);
    assert_eq!(client.ask(channel, PING, &data), message(channel, PING, &data));
}

#[test]
fn a_longer_message_is_invalid_len_at_once() {
    let (mut client, channel, _) = Client::with_channels();
    for length in [7610_u16, 8192, 0xFFFF] {
        for command in [PING, MSG, CBOR] {
            let [high, low] = length.to_be_bytes();
            client.send_raw(channel, &[command, high, low]);
            assert_eq!(client.answer(), error(channel, INVALID_LEN));
            client.send_raw(channel, &[0]);
            assert_eq!(client.answers(), []);
        }
    }
    assert_eq!(client.link.next_deadline(), None);
}

#[test]
fn a_wrong_sequence_number_is_invalid_seq_and_ends_the_message() {
    for wrong in [0, 2, 0x7F] {
        let (mut client, channel, _) = Client::with_channels();
        client.send_raw(channel, &[PING, 0x04, 0x90]);
        client.send_raw(channel, &[0]);
        client.send_raw(channel, &[wrong]);
        assert_eq!(client.answer(), error(channel, INVALID_SEQ));
        client.send_raw(channel, &[1]);
        client.wait(1000);
        assert_eq!(client.answers(), []);
    }
}

#[test]
fn an_initialization_packet_within_a_message_is_invalid_seq() {
    for command in [PING, CBOR, 0xC1] {
        let (mut client, channel, _) = Client::with_channels();
        client.send_raw(channel, &[PING, 0, 99]);
        client.send_raw(channel, &[command, 0, 99]);
        assert_eq!(client.answer(), error(channel, INVALID_SEQ));
        client.send_raw(channel, &[0]);
        client.wait(1000);
        assert_eq!(client.answers(), [], "both messages are gone");
    }
}

#[test]
fn spurious_continuations_are_ignored() {
    let (mut client, channel, other) = Client::with_channels();
    for on in [channel, 0, BROADCAST, other + 1] {
        client.send_raw(on, &[0]);
    }
    client.send_raw(channel, &[PING, 0, 99]);
    for on in [other, 0, BROADCAST, other + 1] {
        client.send_raw(on, &[0]);
    }
    assert_eq!(client.answers(), []);
    client.send_raw(channel, &[0]);
    assert_eq!(client.answer(), message(channel, PING, &[0; 99]));

    client.start(channel, &[4]);
    client.send_raw(channel, &[0]);
    client.send_raw(other, &[0]);
    assert_eq!(client.answers(), []);
}

#[test]
fn a_message_times_out_after_500_ms_without_a_packet() {
    let (mut client, channel, other) = Client::with_channels();
    client.send_raw(channel, &[PING, 0x04, 0x00]);
    client.wait(499);
    client.send_raw(channel, &[0]);
    client.wait(499);
    assert_eq!(client.answers(), [], "every packet gives it 500 ms more");
    assert_eq!(client.link.next_deadline(), Some(client.now + Duration::from_millis(1)));
    client.wait(1);
    assert_eq!(client.answer(), error(channel, MSG_TIMEOUT));
    assert_eq!(client.link.next_deadline(), None);
    client.send_raw(channel, &[1]);
    assert_eq!(client.answers(), []);
    assert_eq!(client.ask(other, PING, &[1]), message(other, PING, &[1]));
}

#[test]
fn a_stalled_message_does_not_keep_others_out_even_if_nobody_ticks() {
    let (mut client, channel, other) = Client::with_channels();
    client.send_raw(channel, &[PING, 0x04, 0x00]);
    client.now += Duration::from_millis(500);
    client.send(other, PING, &[1]);
    let expected = [error(channel, MSG_TIMEOUT), message(other, PING, &[1])];
    assert_eq!(client.answers(), expected);
}

#[test]
fn a_packet_that_the_driver_holds_up_is_not_late() {
    let (mut client, channel, _) = Client::with_channels();
    client.send_raw(channel, &[PING, 0, 99]);
    client.now += Duration::from_secs(5);
    client.send_raw(channel, &[0]);
    assert_eq!(client.answer(), message(channel, PING, &[0; 99]));
}
