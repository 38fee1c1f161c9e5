#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

//! A client that knows nothing of the code under test: its own fragments, its own reassembly.

use std::time::Duration;

use super::{Answer, Event, Link, LinkConfig, Request};

mod busy;
mod cancel;
mod exchange;
mod framing;
mod keepalive;
mod memory;
mod properties;
mod revision;

const PING: u8 = 0x81;
const KEEPALIVE: u8 = 0x82;
const MSG: u8 = 0x83;
const CANCEL: u8 = 0xBE;
const ERROR: u8 = 0xBF;

const INVALID_CMD: u8 = 0x01;
const INVALID_LEN: u8 = 0x03;
const INVALID_SEQ: u8 = 0x04;
const REQ_TIMEOUT: u8 = 0x05;
const BUSY: u8 = 0x06;
const OTHER: u8 = 0x7F;

const FIDO2: u8 = 0x20;

/// The longest message (CTAP 2.3's own greatest for CTAPHID, which getInfo offers for every transport).
const LONGEST: usize = 7609;

/// All that a link may hold: one message of a client, the longest answer with the short replies that may
/// wait beside it.
const MOST_BYTES: usize = 2 * LONGEST + 20 * 64;

/// A frame from the authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Frame {
    command: u8,
    data: Vec<u8>,
}

fn frame(command: u8, data: &[u8]) -> Frame {
    Frame { command, data: data.to_vec() }
}

fn error(code: u8) -> Frame {
    frame(ERROR, &[code])
}

fn fragments(command: u8, data: &[u8], length: usize) -> Vec<Vec<u8>> {
    let first = data.len().min(length - 3);
    let mut fragments =
        vec![[&[command, (data.len() >> 8) as u8, data.len() as u8], &data[..first]].concat()];
    for (sequence, chunk) in (0..0x80_u8).cycle().zip(data[first..].chunks(length - 1)) {
        fragments.push([&[sequence], chunk].concat());
    }
    fragments
}

/// Puts frames together again, and insists on the framing of §11.4.4.
fn reassemble(fragments: &[Vec<u8>], longest: usize) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut fragments = fragments.iter().inspect(|fragment| assert!(fragment.len() <= longest));
    while let Some(first) = fragments.next() {
        assert!(first[0] >= 0x80, "a frame begins with its command");
        let length = usize::from(first[1]) * 256 + usize::from(first[2]);
        let mut data = first[3..].to_vec();
        let mut sequence = 0;
        while data.len() < length {
            let next = fragments.next().expect("the frame goes on");
            assert_eq!(next[0], sequence);
            assert!(next.len() > 1);
            sequence = (sequence + 1) % 0x80;
            data.extend_from_slice(&next[1..]);
        }
        assert_eq!(data.len(), length, "nothing but the message");
        frames.push(Frame { command: first[0], data });
    }
    frames
}

/// A link, and the time on its client's clock.
struct Client {
    link: Link,
    now: Duration,
    write: usize,
    notify: usize,
}

impl Client {
    /// Of FIDO2.
    fn new() -> Self {
        let mut client = Self::unselected();
        client.link.select_revision(&[FIDO2]).unwrap();
        client
    }

    /// That has not said what it speaks.
    fn unselected() -> Self {
        Self::with_lengths(20, 20)
    }

    fn with_lengths(write: u16, notify: u16) -> Self {
        let mut link = Link::new(LinkConfig { control_point_length: write, serves_u2f: true });
        link.set_notification_length(notify);
        let (write, notify) = (usize::from(write), usize::from(notify));
        Self { link, now: Duration::from_secs(100), write, notify }
    }

    fn write(&mut self, value: &[u8]) {
        self.link.write(value, self.now);
    }

    fn send(&mut self, command: u8, data: &[u8]) {
        for fragment in fragments(command, data, self.write) {
            self.write(&fragment);
        }
    }

    fn wait(&mut self, milliseconds: u64) {
        self.now += Duration::from_millis(milliseconds);
        self.link.tick(self.now);
    }

    fn answers(&mut self) -> Vec<Frame> {
        let fragments: Vec<_> = std::iter::from_fn(|| self.link.poll_notification()).collect();
        reassemble(&fragments, self.notify)
    }

    /// The only frame there is.
    fn answer(&mut self) -> Frame {
        let answers = self.answers();
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.into_iter().next().unwrap()
    }

    fn ask(&mut self, command: u8, data: &[u8]) -> Frame {
        self.send(command, data);
        self.answer()
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.link.poll_event()).collect()
    }

    /// Sends a CTAP2 request and sees it arrive.
    fn start(&mut self, data: &[u8]) {
        self.send(MSG, data);
        assert_eq!(self.events(), [Event::Request(Request::Ctap2(data.to_vec()))]);
        assert_eq!(self.answers(), []);
    }

    fn respond(&mut self, data: &[u8]) {
        self.link.respond(Answer::Message(data.to_vec()));
    }
}
