//! CTAPHID: reports of any kind in any order, with the real authenticator behind the link.

use std::time::Duration;

use pocketkey_core::{
    testing::Reaction,
    transport::hid::{Answer, Event, Link, LinkConfig, MAX_MESSAGE_LEN, Report, Request},
};

use crate::{device::Device, input::Input, memory};

/// Two messages of the greatest length, in and out, and what the authenticator makes of them.
const LIMIT: usize = 1 << 20;

const BROADCAST: u32 = u32::MAX;
const PING: u8 = 0x81;
const MSG: u8 = 0x83;
const INIT: u8 = 0x86;
const CBOR: u8 = 0x90;

/// The input is a list of steps: a byte that says what, and what it needs.
pub fn run(data: &[u8]) {
    let device = Device::new();
    memory::within(LIMIT, || {
        let mut client = Client::new(device);
        let mut input = Input(data);
        while !input.is_empty() {
            client.step(&mut input);
        }
        client.is_served_at_last();
    });
}

/// Both ends of a cable, and the driver in between.
struct Client {
    device: Device,
    link: Link,
    now: Duration,
    /// The channel that the client uses.
    channel: u32,
    /// What the driver has been handed and has not answered.
    running: Option<(u32, Request)>,
    /// Whether the driver answers only when it is told to.
    slow: bool,
    /// Whether nobody takes reports out.
    stuck: bool,
    received: Vec<Report>,
}

impl Client {
    fn new(device: Device) -> Self {
        let config = LinkConfig { device_version: [0, 1, 0], serves_u2f: true };
        let mut client = Self {
            device,
            link: Link::new(config),
            now: Duration::ZERO,
            channel: BROADCAST,
            running: None,
            slow: false,
            stuck: false,
            received: Vec::new(),
        };
        client.channel = client.open();
        client
    }

    fn step(&mut self, input: &mut Input<'_>) {
        match input.byte() % 10 {
            0 => {
                let length = usize::from(input.byte() % 65);
                let mut report = [0; 64];
                let bytes = input.bytes(length);
                report[..bytes.len()].copy_from_slice(bytes);
                self.receive(&report);
            }
            1 => {
                let (command, length) = (input.byte(), input.word());
                let count = usize::from(input.byte() % 58);
                let part = input.bytes(count);
                self.receive(&first(self.channel, command, length, part));
            }
            2 => {
                let sequence = input.byte();
                let count = usize::from(input.byte() % 60);
                let part = input.bytes(count);
                self.receive(&more(self.channel, sequence, part));
            }
            3 => {
                let command = input.byte();
                let length = input.word().min(MAX_MESSAGE_LEN);
                let message = input.bytes(length);
                self.send(command, message);
            }
            4 => {
                self.now += Duration::from_millis(u64::from(input.byte()) * 10);
                self.device.clock.advance(Duration::from_millis(10));
                self.link.tick(self.now);
            }
            5 => self.slow = !self.slow,
            6 => self.answer(),
            7 => self.stuck = !self.stuck,
            8 => self.device.user.then(Reaction::Ignore),
            _ => self.channel = self.channel.wrapping_add(input.byte().into()),
        }
        self.drive();
    }

    fn receive(&mut self, report: &Report) {
        self.link.receive(report, self.now);
        self.drive();
    }

    fn send(&mut self, command: u8, message: &[u8]) {
        let (start, rest) = message.split_at(message.len().min(57));
        self.receive(&first(self.channel, command | 0x80, message.len(), start));
        for (sequence, part) in (0..128).zip(rest.chunks(59)) {
            self.receive(&more(self.channel, sequence, part));
        }
    }

    /// What a driver does after every call.
    fn drive(&mut self) {
        while let Some(event) = self.link.poll_event() {
            match event {
                Event::Request { channel, request } => {
                    assert!(self.running.is_none(), "a second request while one runs");
                    let (Request::Ctap2(bytes) | Request::U2f(bytes)) = &request;
                    assert!((1..=MAX_MESSAGE_LEN).contains(&bytes.len()), "{}", bytes.len());
                    self.running = Some((channel, request));
                    if !self.slow {
                        self.answer();
                    }
                }
                Event::Cancel { channel } => {
                    if let Some((runs, _)) = &self.running {
                        assert_eq!(*runs, channel, "cancelled by another channel");
                        self.running = None;
                        self.link.respond(channel, Answer::Message(vec![0x2d]));
                    }
                }
                Event::Abort { channel } => {
                    let aborted = self.running.take();
                    assert!(aborted.is_some_and(|(runs, _)| runs == channel), "another's request");
                }
                Event::Wink { .. } => {}
            }
        }
        while !self.stuck
            && let Some(report) = self.link.poll_report()
        {
            self.received.push(report);
            // Only the last ones are looked at.
            if self.received.len() > 300 {
                self.received.drain(..150);
            }
        }
    }

    fn answer(&mut self) {
        let Some((channel, request)) = self.running.take() else { return };
        let answer = match request {
            Request::Ctap2(bytes) => self.device.call(&bytes),
            Request::U2f(bytes) => self.device.u2f(&bytes),
        };
        self.device.prompts();
        self.link.respond(channel, Answer::Message(answer));
    }

    /// Whatever has happened, a client that comes later gets a channel and answers.
    fn is_served_at_last(&mut self) {
        (self.slow, self.stuck) = (false, false);
        self.device.user.forget_script();
        self.drive();
        self.answer();
        self.drive();
        // A lock lasts ten seconds at most (§11.2.9.2.2).
        self.now += Duration::from_secs(11);
        self.link.tick(self.now);
        self.drive();
        self.received.clear();
        self.channel = self.open();
        self.send(PING, b"are you there?");
        assert_eq!(self.message(PING), b"are you there?");
        self.send(CBOR, &[4]);
        assert_eq!(self.message(CBOR).first(), Some(&0));
        self.send(MSG, &[0, 3, 0, 0, 0, 0, 0]);
        assert!(
            self.message(MSG).ends_with(&[0x90, 0x00]) || !self.device.authenticator.serves_u2f()
        );
    }

    fn open(&mut self) -> u32 {
        self.channel = BROADCAST;
        self.send(INIT, b"whatever");
        let answer = self.message(INIT);
        assert_eq!(&answer[..8], b"whatever");
        u32::from_be_bytes([answer[8], answer[9], answer[10], answer[11]])
    }

    /// The one message that has come on the client's channel.
    fn message(&mut self, command: u8) -> Vec<u8> {
        let reports = std::mem::take(&mut self.received);
        let mut own = reports.iter().filter(|report| report[..4] == self.channel.to_be_bytes());
        let start = own.next().expect("an answer");
        assert_eq!(start[4], command, "{start:02x?}");
        let length = usize::from(u16::from_be_bytes([start[5], start[6]]));
        let mut message = start[7..].to_vec();
        for (sequence, report) in (0..).zip(own) {
            assert_eq!(report[4], sequence, "out of sequence");
            message.extend(&report[5..]);
        }
        assert!(message.len() >= length && message.len() < length + 59, "too few or too many");
        message.truncate(length);
        message
    }
}

fn first(channel: u32, command: u8, length: usize, part: &[u8]) -> Report {
    let length = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    report(channel, &[&[command, length[0], length[1]], part].concat())
}

fn more(channel: u32, sequence: u8, part: &[u8]) -> Report {
    report(channel, &[&[sequence], part].concat())
}

fn report(channel: u32, bytes: &[u8]) -> Report {
    let mut report = [0; 64];
    report[..4].copy_from_slice(&channel.to_be_bytes());
    report[4..4 + bytes.len()].copy_from_slice(bytes);
    report
}
