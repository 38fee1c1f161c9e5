//! Packets (§11.2.4) and the numbers in them (§11.2.9).

use super::{MAX_MESSAGE_LEN, REPORT_LEN, Report};

/// The channel on which a client asks for a channel of its own.
pub(super) const BROADCAST: u32 = 0xFFFF_FFFF;

/// Marks an initialization packet; the other seven bits are the command.
const INITIALIZATION: u8 = 0x80;

const INITIALIZATION_DATA: usize = REPORT_LEN - 7;
const CONTINUATION_DATA: usize = REPORT_LEN - 5;

/// Command numbers, without the bit that marks an initialization packet.
pub(super) mod command {
    pub(in super::super) const PING: u8 = 0x01;
    pub(in super::super) const MSG: u8 = 0x03;
    pub(in super::super) const LOCK: u8 = 0x04;
    pub(in super::super) const INIT: u8 = 0x06;
    pub(in super::super) const WINK: u8 = 0x08;
    pub(in super::super) const CBOR: u8 = 0x10;
    pub(in super::super) const CANCEL: u8 = 0x11;
    pub(in super::super) const KEEPALIVE: u8 = 0x3B;
    pub(in super::super) const ERROR: u8 = 0x3F;
}

/// What ERROR carries (§11.2.9.1.6). ERR_LOCK_REQUIRED is missing because nothing here needs a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ErrorCode(pub(super) u8);

impl ErrorCode {
    pub(super) const INVALID_CMD: Self = Self(0x01);
    pub(super) const INVALID_PAR: Self = Self(0x02);
    pub(super) const INVALID_LEN: Self = Self(0x03);
    pub(super) const INVALID_SEQ: Self = Self(0x04);
    pub(super) const MSG_TIMEOUT: Self = Self(0x05);
    pub(super) const CHANNEL_BUSY: Self = Self(0x06);
    pub(super) const INVALID_CHANNEL: Self = Self(0x0B);
    pub(super) const OTHER: Self = Self(0x7F);
}

/// A command that a client sends as a transaction; INIT and CANCEL stand outside of transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Ping,
    Msg,
    Lock,
    Wink,
    Cbor,
}

impl Command {
    pub(super) const fn parse(code: u8) -> Option<Self> {
        Some(match code {
            command::PING => Self::Ping,
            command::MSG => Self::Msg,
            command::LOCK => Self::Lock,
            command::WINK => Self::Wink,
            command::CBOR => Self::Cbor,
            _ => return None,
        })
    }

    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Ping => command::PING,
            Self::Msg => command::MSG,
            Self::Lock => command::LOCK,
            Self::Wink => command::WINK,
            Self::Cbor => command::CBOR,
        }
    }
}

/// The packet that begins a message.
pub(super) struct Initialization<'a> {
    pub(super) channel: u32,
    pub(super) command: u8,
    /// BCNT: the length of the whole message.
    pub(super) length: usize,
    /// The message's beginning, and padding where it is shorter.
    pub(super) data: &'a [u8; INITIALIZATION_DATA],
}

/// A packet that goes on with a message.
pub(super) struct Continuation<'a> {
    pub(super) channel: u32,
    pub(super) sequence: u8,
    /// The message's next bytes, and padding after its end.
    pub(super) data: &'a [u8; CONTINUATION_DATA],
}

pub(super) enum Packet<'a> {
    Initialization(Initialization<'a>),
    Continuation(Continuation<'a>),
}

impl<'a> Packet<'a> {
    /// Every report is a packet: what is wrong with one is only seen in its context.
    pub(super) fn parse(report: &'a Report) -> Self {
        let [c0, c1, c2, c3, kind, data @ ..] = report;
        let channel = u32::from_be_bytes([*c0, *c1, *c2, *c3]);
        if kind & INITIALIZATION == 0 {
            return Self::Continuation(Continuation { channel, sequence: *kind, data });
        }
        let [high, low, data @ ..] = data;
        Self::Initialization(Initialization {
            channel,
            command: kind & !INITIALIZATION,
            length: usize::from(u16::from_be_bytes([*high, *low])),
            data,
        })
    }
}

/// The channel that a report is for.
pub(super) fn channel_of(report: &Report) -> u32 {
    let [c0, c1, c2, c3, ..] = *report;
    u32::from_be_bytes([c0, c1, c2, c3])
}

/// Cuts a message into reports; `None` where it is longer than [`MAX_MESSAGE_LEN`].
pub(super) fn fragment(
    channel: u32,
    command: u8,
    message: &[u8],
) -> Option<impl Iterator<Item = Report>> {
    let length = u16::try_from(message.len()).ok()?;
    if message.len() > MAX_MESSAGE_LEN {
        return None;
    }
    let [c0, c1, c2, c3] = channel.to_be_bytes();
    let [high, low] = length.to_be_bytes();
    let (head, tail) = message.split_at(message.len().min(INITIALIZATION_DATA));
    let first = report(&[c0, c1, c2, c3, command | INITIALIZATION, high, low], head);
    let rest = (0..INITIALIZATION)
        .zip(tail.chunks(CONTINUATION_DATA))
        .map(move |(sequence, data)| report(&[c0, c1, c2, c3, sequence], data));
    Some(std::iter::once(first).chain(rest))
}

fn report(header: &[u8], data: &[u8]) -> Report {
    let mut report = [0; REPORT_LEN];
    for (to, from) in report.iter_mut().zip(header.iter().chain(data)) {
        *to = *from;
    }
    report
}
