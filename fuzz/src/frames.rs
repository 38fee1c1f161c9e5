//! Bluetooth Low Energy: fragments of any kind in any order, with the real authenticator behind the link.

use std::time::Duration;

use pocketkey_core::{
    testing::Reaction,
    transport::{
        Transport,
        ble::{
            Answer, Event, Link, LinkConfig, MAX_FRAGMENT_LEN, MAX_MESSAGE_LEN, MIN_FRAGMENT_LEN,
            Request,
        },
    },
};

use crate::{device::Device, input::Input, memory};

/// Two messages of the greatest length, in and out, and what the authenticator makes of them.
const LIMIT: usize = 1 << 20;

const PING: u8 = 0x81;
const MSG: u8 = 0x83;
const FIDO2: u8 = 0x20;
const U2F: u8 = 0x40;

/// The input is how long writes and notifications may be, and a list of steps: a byte that says what, and
/// what it needs.
pub fn run(data: &[u8]) {
    let device = Device::new().seen_from(Transport::Ble, 1);
    memory::within(LIMIT, || {
        let mut input = Input(data);
        let mut client = Client::new(device, &mut input);
        while !input.is_empty() {
            client.step(&mut input);
        }
        client.is_served_at_last();
    });
}

/// Both ends of a connection, and the driver in between.
struct Client {
    device: Device,
    link: Link,
    now: Duration,
    write_length: usize,
    notify_length: usize,
    /// What the driver has been handed and has not answered.
    running: Option<Request>,
    /// Whether the driver answers only when it is told to.
    slow: bool,
    /// Whether nobody takes notifications out.
    stuck: bool,
    received: Vec<Vec<u8>>,
}

impl Client {
    fn new(device: Device, input: &mut Input<'_>) -> Self {
        let (write, notify) = (length(input.byte()), length(input.byte()));
        let config = LinkConfig { control_point_length: write, serves_u2f: true };
        let mut link = Link::new(config);
        link.set_notification_length(notify);
        Self {
            device,
            link,
            now: Duration::ZERO,
            write_length: write.into(),
            notify_length: notify.into(),
            running: None,
            slow: false,
            stuck: false,
            received: Vec::new(),
        }
    }

    fn step(&mut self, input: &mut Input<'_>) {
        match input.byte() % 11 {
            0 => {
                let length = usize::from(input.byte());
                let value = input.bytes(length);
                self.write(value);
            }
            1 => {
                let (command, length) = (input.byte(), input.word().to_be_bytes());
                let count = usize::from(input.byte());
                let part = input.bytes(count);
                self.write(&[&[command], &length[length.len() - 2..], part].concat());
            }
            2 => {
                let sequence = input.byte();
                let count = usize::from(input.byte());
                let part = input.bytes(count);
                self.write(&[&[sequence], part].concat());
            }
            3 => {
                let command = input.byte();
                let length = input.word().min(MAX_MESSAGE_LEN);
                let message = input.bytes(length);
                self.send(command, message);
            }
            4 => {
                self.now += Duration::from_millis(u64::from(input.byte()) * 20);
                self.device.clock.advance(Duration::from_millis(10));
                self.link.tick(self.now);
            }
            5 => self.slow = !self.slow,
            6 => self.answer(),
            7 => self.stuck = !self.stuck,
            8 => self.device.user.then(Reaction::Ignore),
            9 => {
                let count = usize::from(input.byte() % 3);
                let before = self.link.revisions();
                let value = input.bytes(count);
                if self.link.select_revision(value).is_ok() {
                    assert_eq!(value.len(), 1, "a choice of {value:02x?}");
                    assert_eq!((value[0].count_ones(), value[0] & !before), (1, 0));
                }
            }
            _ => self.link.set_status(input.byte() & 1 == 1),
        }
        self.drive();
    }

    fn write(&mut self, value: &[u8]) {
        self.link.set_serves_u2f(self.device.authenticator.serves_u2f());
        self.link.write(value, self.now);
        self.drive();
    }

    fn send(&mut self, command: u8, message: &[u8]) {
        let (start, rest) = message.split_at(message.len().min(self.write_length - 3));
        let length = u16::try_from(message.len()).unwrap_or(u16::MAX).to_be_bytes();
        self.write(&[&[command | 0x80], &length[..], start].concat());
        for (sequence, part) in (0..0x80_u8).cycle().zip(rest.chunks(self.write_length - 1)) {
            self.write(&[&[sequence], part].concat());
        }
    }

    /// What a driver does after every call.
    fn drive(&mut self) {
        while let Some(event) = self.link.poll_event() {
            match event {
                Event::Request(request) => {
                    assert!(self.running.is_none(), "a second request while one runs");
                    let (Request::Ctap2(bytes) | Request::U2f(bytes)) = &request;
                    assert!((1..=MAX_MESSAGE_LEN).contains(&bytes.len()), "{}", bytes.len());
                    self.running = Some(request);
                    if !self.slow {
                        self.answer();
                    }
                }
                Event::Cancel => {
                    assert!(self.running.take().is_some(), "nothing runs that could be cancelled");
                    self.link.respond(Answer::Message(vec![0x2d]));
                }
            }
        }
        while !self.stuck
            && let Some(value) = self.link.poll_notification()
        {
            assert!((1..=self.notify_length).contains(&value.len()), "{}", value.len());
            self.received.push(value);
            // Only the last ones are looked at.
            if self.received.len() > 1000 {
                self.received.drain(..500);
            }
        }
    }

    fn answer(&mut self) {
        let Some(request) = self.running.take() else { return };
        let answer = match request {
            Request::Ctap2(bytes) => self.device.call(&bytes),
            Request::U2f(bytes) => self.device.u2f(&bytes),
        };
        self.device.prompts();
        self.link.respond(Answer::Message(answer));
    }

    /// Whatever has happened, the client is served when it begins anew.
    fn is_served_at_last(&mut self) {
        (self.slow, self.stuck) = (false, false);
        self.device.user.forget_script();
        self.drive();
        self.answer();
        self.drive();
        // A message that was begun is given up by now.
        self.now += Duration::from_secs(2);
        self.link.tick(self.now);
        self.drive();
        self.received.clear();
        self.send(PING, b"are you there?");
        assert_eq!(self.message(PING), b"are you there?");
        self.link.select_revision(&[FIDO2]).expect("FIDO2 is always served");
        self.send(MSG, &[4]);
        assert_eq!(self.message(MSG).first(), Some(&0));
        if self.device.authenticator.serves_u2f() {
            self.link.set_serves_u2f(true);
            self.link.select_revision(&[U2F]).expect("U2F is served");
            self.send(MSG, &[0, 3, 0, 0, 0, 0, 0]);
            assert!(self.message(MSG).ends_with(&[0x90, 0x00]));
        }
    }

    /// The one message that has come.
    fn message(&mut self, command: u8) -> Vec<u8> {
        let values = std::mem::take(&mut self.received);
        let (first, rest) = values.split_first().expect("an answer");
        assert_eq!(first[0], command, "{first:02x?}");
        let length = usize::from(u16::from_be_bytes([first[1], first[2]]));
        let mut message = first[3..].to_vec();
        for (sequence, value) in (0..0x80).cycle().zip(rest) {
            assert_eq!(value[0], sequence, "out of sequence");
            message.extend(&value[1..]);
        }
        assert_eq!(message.len(), length, "too few or too many");
        message
    }
}

/// Every length that the standard allows, by one byte.
fn length(byte: u8) -> u16 {
    (MIN_FRAGMENT_LEN + u16::from(byte) * 2).min(MAX_FRAGMENT_LEN)
}
