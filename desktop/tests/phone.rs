//! The built command, as its users start it: a phone on loopback TCP.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, missing_docs)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use support::{Folder, POCKETKEY, Phone, run};

mod support;

const BROADCAST: u32 = u32::MAX;
const PING: u8 = 0x01;
const INIT: u8 = 0x06;
const CBOR: u8 = 0x10;
const CANCEL: u8 = 0x11;
const KEEPALIVE: u8 = 0x3b;
const ERROR: u8 = 0x3f;
const ERR_CHANNEL_BUSY: u8 = 0x06;
const GET_INFO: [u8; 1] = [0x04];
/// authenticatorSelection asks the person and needs nothing else.
const SELECTION: [u8; 1] = [0x0b];

/// A CTAPHID client, only as good as these tests need it.
struct Client(TcpStream);

impl Client {
    fn connect(phone: &Phone) -> Self {
        let stream = TcpStream::connect(phone.tcp()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self(stream)
    }

    fn frame(&mut self, frame: &[u8]) {
        let mut bytes = (frame.len() as u16).to_be_bytes().to_vec();
        bytes.extend(frame);
        self.0.write_all(&bytes).unwrap();
    }

    fn next_frame(&mut self) -> Vec<u8> {
        let mut length = [0; 2];
        self.0.read_exact(&mut length).unwrap();
        let mut frame = vec![0; u16::from_be_bytes(length).into()];
        self.0.read_exact(&mut frame).unwrap();
        frame
    }

    fn send(&mut self, channel: u32, command: u8, message: &[u8]) {
        let mut header = channel.to_be_bytes().to_vec();
        header.push(command | 0x80);
        header.extend((message.len() as u16).to_be_bytes());
        let (first, mut rest) = message.split_at(message.len().min(57));
        header.extend(first);
        header.resize(64, 0);
        self.frame(&header);
        for sequence in 0u8.. {
            if rest.is_empty() {
                break;
            }
            let (part, left) = rest.split_at(rest.len().min(59));
            let mut report = channel.to_be_bytes().to_vec();
            report.push(sequence);
            report.extend(part);
            report.resize(64, 0);
            self.frame(&report);
            rest = left;
        }
    }

    fn receive(&mut self, channel: u32, command: u8) -> Vec<u8> {
        let mut first = self.next_frame();
        while first[4] == KEEPALIVE | 0x80 {
            first = self.next_frame();
        }
        assert_eq!(first[..4], channel.to_be_bytes());
        assert_eq!(first[4], command | 0x80, "{first:02x?}");
        let length = usize::from(u16::from_be_bytes([first[5], first[6]]));
        let mut message = first[7..].to_vec();
        while message.len() < length {
            message.extend(&self.next_frame()[5..]);
        }
        message.truncate(length);
        message
    }

    fn call(&mut self, channel: u32, command: u8, message: &[u8]) -> Vec<u8> {
        self.send(channel, command, message);
        self.receive(channel, command)
    }

    fn channel(&mut self) -> u32 {
        let answer = self.call(BROADCAST, INIT, b"12345678");
        assert_eq!(&answer[..8], b"12345678");
        u32::from_be_bytes(answer[8..12].try_into().unwrap())
    }

    /// Whether the phone has closed the connection.
    fn is_closed(&mut self) -> bool {
        self.0.read(&mut [0; 1]).unwrap() == 0
    }
}

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

#[test]
fn a_passphrase_opens_what_it_sealed_and_no_other_does() {
    let folder = Folder::new();
    let passphrase = |text: &str| {
        let path = folder.path().join("passphrase");
        std::fs::write(&path, text).unwrap();
        path
    };
    let list = |file, extra: &[&str]| {
        let output = Command::new(POCKETKEY)
            .args(["credentials", "list", "--state"])
            .arg(folder.path())
            .args(extra)
            .env("POCKETKEY_PASSPHRASE_FILE", file)
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    assert!(list(passphrase("right\n"), &["--passphrase"]).0);
    assert!(list(passphrase("right"), &[]).0);
    let (success, error) = list(passphrase("wrong"), &[]);
    assert!(!success);
    assert!(error.contains("passphrase"), "{error}");
}

#[test]
fn the_doctor_says_what_is_there() {
    let folder = Folder::new();
    let (success, output, _) =
        run(&["doctor", "--json", "--state", folder.path().to_str().unwrap()]);
    assert!(success);
    let checks: Vec<Value> =
        output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(checks.iter().any(|check| check["check"] == "authenticator" && check["ok"] == true));
    for check in checks.iter().filter(|check| check["ok"] == false) {
        assert!(check["advice"].is_string(), "{check}");
    }
}

#[test]
fn the_metadata_statement_is_json() {
    let (success, output, _) = run(&["metadata"]);
    assert!(success);
    let statement: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(statement["protocolFamily"], "fido2");
}
