use super::*;

#[test]
fn keepalives_go_out_at_least_every_100_ms_until_the_answer() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[2]);
    for _ in 0..10 {
        let due = client.link.next_deadline().unwrap();
        assert!(due > client.now && due <= client.now + Duration::from_millis(100));
        client.now = due;
        client.wait(0);
        assert_eq!(client.answer(), message(channel, KEEPALIVE, &[1]));
    }
    client.respond(channel, &[0]);
    assert_eq!(client.answer(), message(channel, CBOR, &[0]));
    assert_eq!(client.link.next_deadline(), None);
    client.wait(1000);
    assert_eq!(client.answers(), []);
}

#[test]
fn a_keepalive_report() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[2]);
    client.wait(100);
    let report = client.link.poll_report().unwrap();
    assert_eq!(report[..8], [0, 0, 0, 1, 0xBB, 0, 1, 1]);
    assert_eq!(report[8..], [0; 56]);
}

#[test]
fn a_change_of_status_is_told_at_once() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[2]);
    client.link.set_status(true);
    assert_eq!(client.answer(), message(channel, KEEPALIVE, &[2]));
    client.link.set_status(true);
    assert_eq!(client.answers(), []);
    client.wait(100);
    assert_eq!(client.answer(), message(channel, KEEPALIVE, &[2]));
    client.link.set_status(false);
    assert_eq!(client.answer(), message(channel, KEEPALIVE, &[1]));
}

#[test]
fn a_request_begins_with_processing() {
    let (mut client, channel, _) = Client::with_channels();
    client.link.set_status(true);
    assert_eq!(client.answers(), []);
    client.start(channel, &[2]);
    client.link.set_status(true);
    client.respond(channel, &[0]);
    client.answers();
    client.start(channel, &[2]);
    client.wait(100);
    assert_eq!(client.answer(), message(channel, KEEPALIVE, &[1]));
}

/// Deviates from §11.2.9.1.7 for Chromium's sake, which ends a U2F exchange at a keepalive.
#[test]
fn a_u2f_request_gets_no_keepalives() {
    let (mut client, channel, _) = Client::with_channels();
    client.send(channel, MSG, &[0, 3, 0, 0]);
    client.link.set_status(true);
    assert_eq!(client.link.next_deadline(), None);
    client.wait(1000);
    assert_eq!(client.answers(), []);
}

#[test]
fn a_late_tick_gives_one_keepalive() {
    let (mut client, channel, _) = Client::with_channels();
    client.start(channel, &[2]);
    client.wait(10_000);
    assert_eq!(client.answer(), message(channel, KEEPALIVE, &[1]));
    assert!(client.link.next_deadline().unwrap() > client.now);
}
