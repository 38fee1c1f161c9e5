//! The built command, as its users start it: a phone on loopback TCP.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, missing_docs)]
// Each test file uses another part of what they share.
#![allow(dead_code)]

use serde_json::Value;

use support::client::{CANCEL, CBOR, Client, ERR_CHANNEL_BUSY, ERROR, PING};
use support::{Folder, Phone, run};

mod support;

const GET_INFO: [u8; 1] = [0x04];
/// authenticatorSelection asks the person and needs nothing else.
const SELECTION: [u8; 1] = [0x0b];

fn count(events: &[Value], event: &str) -> usize {
    events.iter().filter(|line| line["event"] == event).count()
}

#[test]
fn serves_clients_and_ends_cleanly() {
    let folder = Folder::new();
    let phone = Phone::start(&folder, &[]);
    let mut client = Client::connect(&phone);
    let channel = client.channel();
    for length in [0, 1, 57, 58, 7609] {
        let message: Vec<u8> = (0..length).map(|i| i as u8).collect();
        assert_eq!(client.call(channel, PING, &message), message, "{length}");
    }
    let info = client.call(channel, CBOR, &GET_INFO);
    assert_eq!(info[0], 0);
    assert!(info.windows(8).any(|part| part == b"FIDO_2_0"));

    let (status, events) = phone.stop();
    assert!(status.success());
    assert_eq!(events.last().unwrap()["event"], "stopped");
    assert_eq!(events.last().unwrap()["reason"], "SIGTERM");
    let answer = events.iter().find(|line| line["event"] == "answer").unwrap();
    assert_eq!(answer["command"], "authenticatorGetInfo");
    assert_eq!(answer["status"], "CTAP2_OK");
    assert_eq!(answer["bytes"], info.len());
}

#[test]
fn several_clients_have_a_link_each() {
    let folder = Folder::new();
    let phone = Phone::start(&folder, &[]);
    let mut clients: Vec<Client> = (0..8).map(|_| Client::connect(&phone)).collect();
    for client in &mut clients {
        let channel = client.channel();
        client.send(channel, CBOR, &GET_INFO);
    }
    for client in &mut clients {
        let frame = client.next_frame();
        assert_eq!(frame[4], CBOR | 0x80);
    }
    drop(clients);
    let events = phone.stop().1;
    assert_eq!(count(&events, "connected"), 8);
}

#[test]
fn the_person_answers_on_standard_input() {
    let folder = Folder::new();
    let mut phone = Phone::start(&folder, &[]);
    let mut client = Client::connect(&phone);
    let channel = client.channel();
    for (line, event, status) in [("y", "consent", 0x00), ("n", "refused", 0x27)] {
        client.send(channel, CBOR, &SELECTION);
        assert_eq!(phone.wait_for("asked")["operation"], "select");
        phone.say(line);
        phone.wait_for(event);
        assert_eq!(client.receive(channel, CBOR), [status]);
    }
    phone.stop();
}

#[test]
fn one_request_at_a_time_until_it_is_cancelled_or_its_client_leaves() {
    let folder = Folder::new();
    let mut phone = Phone::start(&folder, &[]);
    let (mut first, mut second) = (Client::connect(&phone), Client::connect(&phone));
    let (channel, other) = (first.channel(), second.channel());

    first.send(channel, CBOR, &SELECTION);
    phone.wait_for("asked");
    second.send(other, CBOR, &GET_INFO);
    assert_eq!(second.receive(other, ERROR), [ERR_CHANNEL_BUSY]);
    first.send(channel, CANCEL, &[]);
    assert_eq!(first.receive(channel, CBOR), [0x2d]);
    phone.wait_for("withdrawn");
    assert_eq!(second.call(other, CBOR, &GET_INFO)[0], 0);

    first.send(channel, CBOR, &SELECTION);
    phone.wait_for("asked");
    drop(first);
    phone.wait_for("withdrawn");
    phone.wait_for("aborted");
    assert_eq!(second.call(other, CBOR, &GET_INFO)[0], 0);
    phone.stop();
}

#[test]
fn a_power_cycle_ends_what_another_client_waits_for() {
    let folder = Folder::new();
    let mut phone = Phone::start(&folder, &["--test-controls"]);
    let (mut waiting, mut control) = (Client::connect(&phone), Client::connect(&phone));
    let channel = waiting.channel();
    for byte in [0, 1] {
        waiting.send(channel, CBOR, &SELECTION);
        phone.wait_for("asked");
        control.frame(&[byte]);
        assert_eq!(control.next_frame(), [byte]);
        assert_eq!(waiting.receive(channel, CBOR), [0x2d]);
    }
    phone.stop();
}

#[test]
fn a_second_phone_on_the_state_is_refused() {
    let folder = Folder::new();
    let first = Phone::start(&folder, &[]);
    let state = folder.path().to_str().unwrap();
    for arguments in [
        &["phone", "--tcp", "127.0.0.1:0", "--state", state][..],
        &["credentials", "list", "--state", state],
        &["reset", "--yes", "--state", state],
    ] {
        let (success, _, error) = run(arguments);
        assert!(!success);
        assert!(error.contains("another pocketkey"), "{error}");
        assert!(error.contains(&first.id().to_string()), "{error}");
    }
    assert!(first.stop().0.success());
    let (success, output, error) = run(&["credentials", "list", "--state", state]);
    assert!(success, "{error}");
    assert_eq!(output, "No accounts on this phone.\n");
}

#[test]
fn a_wrong_frame_ends_its_connection_only() {
    let folder = Folder::new();
    let phone = Phone::start(&folder, &[]);
    let mut good = Client::connect(&phone);
    let channel = good.channel();
    for frame in [&[0u8][..], &[1], &[0; 63], &[0; 65], b"GET / HTTP/1.1"] {
        let mut bad = Client::connect(&phone);
        bad.frame(frame);
        assert!(bad.is_closed());
    }
    assert_eq!(good.call(channel, PING, b"still here"), b"still here");
    let events = phone.stop().1;
    assert_eq!(count(&events, "disconnected"), 5);
    assert_eq!(count(&events, "factory_reset"), 0);
}

#[test]
fn test_controls_are_confirmed() {
    let folder = Folder::new();
    let phone = Phone::start(&folder, &["--test-controls"]);
    let mut client = Client::connect(&phone);
    let channel = client.channel();
    for control in [0, 1] {
        client.frame(&[control]);
        assert_eq!(client.next_frame(), [control]);
    }
    assert_eq!(client.call(channel, PING, b"same channel"), b"same channel");
    client.frame(&[2]);
    assert!(client.is_closed());
    let events = phone.stop().1;
    assert_eq!(count(&events, "power_cycle"), 1);
    assert_eq!(count(&events, "factory_reset"), 1);
}

#[test]
fn only_loopback_is_served() {
    let folder = Folder::new();
    let state = folder.path().to_str().unwrap();
    let (success, _, error) = run(&["phone", "--tcp", "0.0.0.0:0", "--state", state]);
    assert!(!success);
    assert!(error.contains("other machines"), "{error}");
}
