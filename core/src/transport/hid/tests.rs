#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

//! A client that knows nothing of the code under test: its own fragments, its own reassembly.

use std::time::Duration;

use super::{Answer, Event, Link, LinkConfig, Report, Request};

mod busy;
mod cancel;
mod commands;
mod framing;
mod init;
mod keepalive;
mod lock;
mod memory;
mod properties;

const PING: u8 = 0x81;
const MSG: u8 = 0x83;
const LOCK: u8 = 0x84;
const INIT: u8 = 0x86;
const WINK: u8 = 0x88;
const CBOR: u8 = 0x90;
const CANCEL: u8 = 0x91;
const KEEPALIVE: u8 = 0xBB;
const ERROR: u8 = 0xBF;

const BROADCAST: u32 = 0xFFFF_FFFF;

const INVALID_CMD: u8 = 0x01;
const INVALID_PAR: u8 = 0x02;
const INVALID_LEN: u8 = 0x03;
const INVALID_SEQ: u8 = 0x04;
const MSG_TIMEOUT: u8 = 0x05;
const CHANNEL_BUSY: u8 = 0x06;
const INVALID_CHANNEL: u8 = 0x0B;
const OTHER: u8 = 0x7F;

const NONCE: [u8; 8] = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88];

/// All that a link may hold: one message of a client, the longest answer with the short replies
/// that may wait beside it, and a few small events.
const MOST_BYTES: usize = 7609 + (129 + 192) * 64 + 200;

/// A message from the authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Message {
    channel: u32,
    command: u8,
    data: Vec<u8>,
}

fn message(channel: u32, command: u8, data: &[u8]) -> Message {
    Message { channel, command, data: data.to_vec() }
}

fn error(channel: u32, code: u8) -> Message {
    message(channel, ERROR, &[code])
}

/// `bytes` after the channel, padded with zeros.
fn report(channel: u32, bytes: &[u8]) -> Report {
    let mut report = [0; 64];
    report[..4].copy_from_slice(&channel.to_be_bytes());
    report[4..4 + bytes.len()].copy_from_slice(bytes);
    report
}

fn fragments(channel: u32, command: u8, data: &[u8]) -> Vec<Report> {
    let first = data.len().min(57);
    let header = [command, (data.len() >> 8) as u8, data.len() as u8];
    let mut reports = vec![report(channel, &[&header, &data[..first]].concat())];
    for (sequence, chunk) in data[first..].chunks(59).enumerate() {
        reports.push(report(channel, &[&[sequence as u8], chunk].concat()));
    }
    reports
}

/// Puts messages together again, and insists on the framing of §11.2.4.
fn reassemble(reports: &[Report]) -> Vec<Message> {
    let mut messages = Vec::new();
    let mut reports = reports.iter();
    while let Some(first) = reports.next() {
        let channel = u32::from_be_bytes(first[..4].try_into().unwrap());
        assert!(first[4] >= 0x80, "a message begins with an initialization packet");
        let length = usize::from(first[5]) * 256 + usize::from(first[6]);
        let mut data = first[7..].to_vec();
        for sequence in 0.. {
            if data.len() >= length {
                break;
            }
            let next = reports.next().expect("the message goes on");
            assert_eq!(next[..4], first[..4], "messages are not interleaved");
            assert_eq!(next[4], sequence);
            data.extend_from_slice(&next[5..]);
        }
        assert!(data[length..].iter().all(|byte| *byte == 0), "padding is zero");
        data.truncate(length);
        messages.push(Message { channel, command: first[4], data });
    }
    messages
}

/// A link, and the time on its client's clock.
struct Client {
    link: Link,
    now: Duration,
}

impl Client {
    fn new() -> Self {
        let config = LinkConfig { device_version: [1, 2, 3], serves_u2f: true };
        Self { link: Link::new(config), now: Duration::from_secs(100) }
    }

    /// With two channels.
    fn with_channels() -> (Self, u32, u32) {
        let mut client = Self::new();
        let (first, second) = (client.open(), client.open());
        (client, first, second)
    }

    fn open(&mut self) -> u32 {
        self.send(BROADCAST, INIT, &NONCE);
        let answer = self.answer();
        assert_eq!((answer.channel, answer.command, answer.data.len()), (BROADCAST, INIT, 17));
        u32::from_be_bytes(answer.data[8..12].try_into().unwrap())
    }

    fn feed(&mut self, report: &Report) {
        self.link.receive(report, self.now);
    }

    fn send_raw(&mut self, channel: u32, bytes: &[u8]) {
        self.feed(&report(channel, bytes));
    }

    fn send(&mut self, channel: u32, command: u8, data: &[u8]) {
        for report in fragments(channel, command, data) {
            self.feed(&report);
        }
    }

    fn wait(&mut self, milliseconds: u64) {
        self.now += Duration::from_millis(milliseconds);
        self.link.tick(self.now);
    }

    fn answers(&mut self) -> Vec<Message> {
        let reports: Vec<_> = std::iter::from_fn(|| self.link.poll_report()).collect();
        reassemble(&reports)
    }

    /// The only message there is.
    fn answer(&mut self) -> Message {
        let answers = self.answers();
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.into_iter().next().unwrap()
    }

    fn ask(&mut self, channel: u32, command: u8, data: &[u8]) -> Message {
        self.send(channel, command, data);
        self.answer()
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.link.poll_event()).collect()
    }

    /// Sends a CBOR request and sees it arrive.
    fn start(&mut self, channel: u32, data: &[u8]) {
        self.send(channel, CBOR, data);
        let request = Request::Ctap2(data.to_vec());
        assert_eq!(self.events(), [Event::Request { channel, request }]);
        assert_eq!(self.answers(), []);
    }

    fn respond(&mut self, channel: u32, data: &[u8]) {
        self.link.respond(channel, Answer::Message(data.to_vec()));
    }
}
