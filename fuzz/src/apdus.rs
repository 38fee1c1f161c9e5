//! NFC: command APDUs of any kind in any order, with the real authenticator behind the applet.

use pocketkey_core::{
    testing::Reaction,
    transport::{
        Transport,
        nfc::{AID, Answer, Applet, Request, Step},
    },
};

use crate::{device::Device, input::Input, memory};

/// A request and an answer of the greatest length, and what the authenticator makes of them.
const LIMIT: usize = 1 << 20;

/// The longest response: extended length, and the status word.
const MAX_RESPONSE: usize = 65_536 + 2;

/// The input is a list of steps: a byte that says what, and what it needs.
pub fn run(data: &[u8]) {
    let device = Device::new().seen_from(Transport::Nfc, 1);
    memory::within(LIMIT, || {
        let mut card = Card { applet: Applet::new(), device, running: None, slow: false };
        card.send(&select());
        let mut input = Input(data);
        while !input.is_empty() {
            card.step(&mut input);
        }
        card.is_served_at_last();
    });
}

struct Card {
    applet: Applet,
    device: Device,
    running: Option<Request>,
    /// Whether the driver answers only when it is told to.
    slow: bool,
}

impl Card {
    fn step(&mut self, input: &mut Input<'_>) {
        match input.byte() % 8 {
            0 | 1 => {
                let length = input.word();
                let apdu = input.bytes(length);
                drop(self.send(apdu));
            }
            2 => drop(self.send(&select())),
            3 => {
                // A CTAP2 message in one APDU of extended length.
                let polls = [0x80, 0x10, input.byte(), 0, 0];
                let length = input.word().min(7609);
                let message = input.bytes(length);
                let length = u16::try_from(message.len()).expect("it is short").to_be_bytes();
                drop(self.send(&[&polls[..], &length, message, &[0, 0]].concat()));
            }
            4 => {
                self.slow = !self.slow;
            }
            5 => drop(self.answer()),
            6 => {
                if let Some(response) = self.applet.pending(input.byte() & 1 == 1) {
                    check(&response);
                    assert!(self.running.is_some(), "told to poll for nothing");
                }
            }
            _ if input.byte() & 1 == 0 => {
                let _ = self.applet.deactivate();
                self.running = None;
                self.device.authenticator.disconnect(Transport::Nfc);
            }
            _ => self.device.user.then(Reaction::Ignore),
        }
    }

    /// The response, where there is one at once.
    fn send(&mut self, apdu: &[u8]) -> Option<Vec<u8>> {
        match self.applet.command(apdu, self.device.authenticator.serves_u2f()) {
            Step::Reply(response) => {
                self.running = None;
                check(&response);
                return Some(response);
            }
            Step::Run(request) => {
                self.running = Some(request);
                if !self.slow {
                    return self.answer();
                }
            }
            Step::Cancel => {
                assert!(self.running.take().is_some(), "cancels nothing");
                return self.respond(vec![0x2d]);
            }
            Step::Wait => assert!(self.running.is_some(), "waits for nothing"),
        }
        None
    }

    fn answer(&mut self) -> Option<Vec<u8>> {
        let answer = match self.running.take()? {
            Request::Ctap2(message) => {
                assert!((1..=pocketkey_core::MAX_MSG_SIZE).contains(&message.len()));
                self.device.call(&message)
            }
            Request::U2f(apdu) => self.device.u2f(&apdu),
        };
        self.device.prompts();
        self.respond(answer)
    }

    fn respond(&mut self, answer: Vec<u8>) -> Option<Vec<u8>> {
        let response = self.applet.respond(Answer::Message(answer));
        response.inspect(|response| check(response))
    }

    /// Whatever has happened, a reader that comes later gets answers.
    fn is_served_at_last(&mut self) {
        self.slow = false;
        self.device.user.forget_script();
        let selected = self.send(&select()).expect("a response");
        assert!(selected.ends_with(&[0x90, 0x00]), "{selected:02x?}");
        let info = self.send(&[0x80, 0x10, 0, 0, 0, 0, 1, 4, 0, 0]).expect("a response");
        assert_eq!(info.first(), Some(&0));
        assert!(info.ends_with(&[0x90, 0x00]), "{info:02x?}");
    }
}

fn select() -> Vec<u8> {
    [&[0x00, 0xa4, 0x04, 0x00, 0x08][..], &AID, &[0]].concat()
}

fn check(response: &[u8]) {
    assert!((2..=MAX_RESPONSE).contains(&response.len()), "{} bytes", response.len());
}
