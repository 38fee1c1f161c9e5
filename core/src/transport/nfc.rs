//! NFC (CTAP 2.3 §11.3): the FIDO applet of an ISO 7816-4 card, from command APDU to response
//! APDU.
//!
//! Whoever drives an [`Applet`] owns the link and the authenticator. It hands each command APDU
//! to [`Applet::command`] and does what the [`Step`] says. While a request runs, it waits for the
//! answer for about 100 ms and calls [`Applet::respond`] with it, or else calls
//! [`Applet::pending`], which tells a client that can poll to do so. [`Step::Reply`] and
//! [`Step::Run`] end whatever request was still running; the other steps let it run on.

mod apdu;
mod chain;
mod instruction;
mod message;
#[cfg(test)]
mod tests;

use std::{fmt, mem};

use crate::MAX_MSG_SIZE;
use apdu::{Command, MAX_SHORT, StatusWord, raw_u2f, response};
use chain::{Incoming, Outgoing};
use instruction::{CANCEL, Instruction, SUPPORTS_GETRESPONSE};

pub use super::{Answer, Request};
pub use message::{Event, Step};

/// The FIDO applet's AID: RID A000000647, AC 2F, AX 0001 (§11.3.3).
pub const AID: [u8; 8] = [0xA0, 0x00, 0x00, 0x06, 0x47, 0x2F, 0x00, 0x01];

/// CTAP1_ERR_INVALID_LENGTH.
const INVALID_LENGTH: u8 = 0x03;
/// CTAP1_ERR_CHANNEL_BUSY.
const CHANNEL_BUSY: u8 = 0x06;
/// CTAP2_ERR_REQUEST_TOO_LARGE.
const REQUEST_TOO_LARGE: u8 = 0x39;

/// STATUS_PROCESSING (§11.2.9.1.7).
const STATUS_PROCESSING: u8 = 0x01;
/// STATUS_UPNEEDED.
const STATUS_UPNEEDED: u8 = 0x02;

/// The FIDO applet: one for each card that a reader sees.
///
/// It keeps at most one request of [`MAX_MSG_SIZE`] bytes, or one answer, at a time.
#[derive(Default)]
pub struct Applet {
    state: State,
}

#[derive(Default)]
enum State {
    /// Another applet is selected, or none.
    #[default]
    Deselected,
    /// Selected; nothing goes on.
    Idle,
    /// A part of a request has come.
    Receiving(Incoming),
    /// The driver runs a request.
    Running(Running),
    /// The request has ended between two polls. The number is [`Running::expected`].
    Answered(Outgoing, usize),
    /// A part of the answer was sent.
    Sending(Outgoing),
}

struct Running {
    kind: Kind,
    /// Nₑ of the request's APDU: it counts for a poll that has no Nₑ of its own.
    expected: usize,
    /// Nₑ of the command APDU that waits for its response; `None` between two polls.
    held: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ctap2 { client_polls: bool },
    U2f,
}

impl Applet {
    /// An applet that has not been selected yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::Deselected }
    }

    /// Takes one command APDU. CTAP1 is answered only where `serves_u2f`.
    ///
    /// Anything but NFCCTAP_GETRESPONSE ends what the command before it had begun: a chain, an
    /// answer of which a part is left, a running request.
    pub fn command(&mut self, apdu: &[u8], serves_u2f: bool) -> Step {
        let selected = !matches!(self.state, State::Deselected);
        let next = if selected { State::Idle } else { State::Deselected };
        let before = mem::replace(&mut self.state, next);

        let Some(command) = Command::parse(apdu) else { return reply(StatusWord::WRONG_LENGTH) };
        let instruction = match Instruction::of(command.header, serves_u2f) {
            Ok(instruction) => instruction,
            Err(status) => return reply(status),
        };
        if command.chained && !matches!(instruction, Instruction::Message | Instruction::U2f) {
            return reply(StatusWord::NO_CHAINING);
        }
        if !instruction.allows(command.header) {
            return reply(StatusWord::WRONG_PARAMETERS);
        }
        if instruction == Instruction::Select {
            return self.select(command.data, serves_u2f);
        }
        if !selected {
            return reply(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        match (instruction, before) {
            (Instruction::Message | Instruction::U2f, State::Receiving(incoming))
                if incoming.continues_with(command.header) =>
            {
                self.receive(incoming, &command, instruction)
            }
            (Instruction::Message | Instruction::U2f, _) => {
                self.receive(Incoming::new(command.header), &command, instruction)
            }
            (Instruction::PollStatus, State::Running(running)) if running.kind != Kind::U2f => {
                let held = Some(command.expected.unwrap_or(running.expected));
                self.state = State::Running(Running { held, ..running });
                if command.header.p1 == CANCEL { Step::Cancel } else { Step::Wait }
            }
            (Instruction::PollStatus, State::Answered(answer, expected)) => {
                Step::Reply(self.send(answer, command.expected.unwrap_or(expected)))
            }
            (Instruction::GetResponse, State::Sending(answer)) => {
                Step::Reply(self.send(answer, command.expected.unwrap_or(MAX_SHORT)))
            }
            (Instruction::Control, _) => {
                self.state = State::Deselected;
                reply(StatusWord::OK)
            }
            _ => reply(StatusWord::CONDITIONS_NOT_SATISFIED),
        }
    }

    /// Takes the answer to [`Step::Run`] and gives the response APDU to send now. `None` where no
    /// command APDU waits for one: the answer is then kept for the client's next poll.
    ///
    /// An answer to a request that was aborted meanwhile is ignored.
    pub fn respond(&mut self, answer: Answer) -> Option<Vec<u8>> {
        match mem::replace(&mut self.state, State::Idle) {
            State::Running(Running { kind, expected, held }) => {
                let outgoing = kind.outgoing(answer);
                if let Some(held) = held {
                    return Some(self.send(outgoing, held));
                }
                self.state = State::Answered(outgoing, expected);
            }
            other => self.state = other,
        }
        None
    }

    /// While [`Step::Run`] is unanswered: the response APDU that makes the client ask again, and
    /// tells it whether the user is being waited for. `None` where the client cannot ask again, or
    /// is not waiting for a response now: the driver goes on waiting for the answer.
    pub fn pending(&mut self, waiting_for_user: bool) -> Option<Vec<u8>> {
        match &mut self.state {
            State::Running(Running { kind: Kind::Ctap2 { client_polls: true }, held, .. }) => {
                held.take()?;
                let status = if waiting_for_user { STATUS_UPNEEDED } else { STATUS_PROCESSING };
                Some(response(&[status], StatusWord::STILL_RUNNING))
            }
            _ => None,
        }
    }

    /// The card has left the field or has lost its power: everything is forgotten.
    pub fn deactivate(&mut self) -> Option<Event> {
        let running = matches!(self.state, State::Running(_));
        self.state = State::Deselected;
        running.then_some(Event::Cancel)
    }

    /// SELECT by AID (§11.3.3): the version tells whether CTAP1 is served.
    fn select(&mut self, aid: &[u8], serves_u2f: bool) -> Step {
        if aid != AID {
            self.state = State::Deselected;
            return reply(StatusWord::NOT_FOUND);
        }
        self.state = State::Idle;
        let version: &[u8] = if serves_u2f { b"U2F_V2" } else { b"FIDO_2_0" };
        Step::Reply(response(version, StatusWord::OK))
    }

    /// A request, or a part of it. A request that gets too long is still taken to its end: all
    /// clients stop a chain at a status other than 9000 with no more than "failed" to say, but
    /// understand an error code in the answer.
    fn receive(
        &mut self,
        mut incoming: Incoming,
        command: &Command<'_>,
        instruction: Instruction,
    ) -> Step {
        incoming.append(command.data, MAX_MSG_SIZE);
        if command.chained {
            self.state = State::Receiving(incoming);
            return reply(StatusWord::OK);
        }
        let is_u2f = instruction == Instruction::U2f;
        let (kind, request) = match incoming.into_data() {
            None if is_u2f => return reply(StatusWord::WRONG_LENGTH),
            None => return ctap2_error(REQUEST_TOO_LARGE),
            Some(data) if is_u2f => (Kind::U2f, Request::U2f(raw_u2f(command.header, &data))),
            Some(data) if data.is_empty() => return ctap2_error(INVALID_LENGTH),
            Some(data) => {
                let client_polls = command.header.p1 == SUPPORTS_GETRESPONSE;
                (Kind::Ctap2 { client_polls }, Request::Ctap2(data))
            }
        };
        let expected = command.expected.unwrap_or(MAX_SHORT);
        self.state = State::Running(Running { kind, expected, held: Some(expected) });
        Step::Run(request)
    }

    fn send(&mut self, answer: Outgoing, expected: usize) -> Vec<u8> {
        let (apdu, left) = answer.next(expected);
        self.state = left.map_or(State::Idle, State::Sending);
        apdu
    }
}

impl Kind {
    /// Frames an answer. *Busy* has no status word of its own: CTAP2 has an error code for it; in
    /// U2F 6985 would mean that the user is being waited for, or that a key handle is known.
    fn outgoing(self, answer: Answer) -> Outgoing {
        match (self, answer) {
            (Self::Ctap2 { .. }, Answer::Message(message)) => {
                Outgoing::new(message, StatusWord::OK)
            }
            (Self::Ctap2 { .. }, Answer::Busy) => Outgoing::new(vec![CHANNEL_BUSY], StatusWord::OK),
            (Self::U2f, Answer::Message(mut message)) => match message.pop().zip(message.pop()) {
                Some((sw2, sw1)) => Outgoing::new(message, StatusWord([sw1, sw2])),
                None => Outgoing::new(Vec::new(), StatusWord::INTERNAL),
            },
            (Self::U2f, Answer::Busy) => Outgoing::new(Vec::new(), StatusWord::NOT_ALLOWED),
        }
    }
}

fn reply(status: StatusWord) -> Step {
    Step::Reply(response(&[], status))
}

fn ctap2_error(code: u8) -> Step {
    Step::Reply(response(&[code], StatusWord::OK))
}

impl fmt::Debug for Applet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            State::Deselected => "Applet(deselected)",
            State::Idle => "Applet(idle)",
            State::Receiving(_) => "Applet(receiving)",
            State::Running(_) => "Applet(running)",
            State::Answered(..) => "Applet(answered)",
            State::Sending(_) => "Applet(sending)",
        })
    }
}
