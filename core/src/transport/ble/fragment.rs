//! Fragments (§11.4.4) and the numbers in them.

/// Marks the fragment that begins a frame; it belongs to the command.
const INITIALIZATION: u8 = 0x80;

/// The highest sequence number; 0 follows it.
pub(super) const LAST_SEQUENCE: u8 = 0x7F;

/// Commands (§11.4.4.1), with the bit that marks the beginning of a frame.
pub(super) mod command {
    pub(in super::super) const PING: u8 = 0x81;
    pub(in super::super) const KEEPALIVE: u8 = 0x82;
    pub(in super::super) const MSG: u8 = 0x83;
    pub(in super::super) const CANCEL: u8 = 0xBE;
    pub(in super::super) const ERROR: u8 = 0xBF;
}

/// What ERROR carries. ERR_INVALID_PAR (02) is missing because no command here has parameters: what is
/// in a MSG is answered by the authenticator itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ErrorCode(pub(super) u8);

impl ErrorCode {
    pub(super) const INVALID_CMD: Self = Self(0x01);
    pub(super) const INVALID_LEN: Self = Self(0x03);
    pub(super) const INVALID_SEQ: Self = Self(0x04);
    pub(super) const REQ_TIMEOUT: Self = Self(0x05);
    pub(super) const BUSY: Self = Self(0x06);
    pub(super) const OTHER: Self = Self(0x7F);
}

/// The fragment that begins a frame.
pub(super) struct Initialization<'a> {
    pub(super) command: u8,
    /// The length of the whole frame's data.
    pub(super) length: usize,
    pub(super) data: &'a [u8],
}

/// A fragment that goes on with a frame.
pub(super) struct Continuation<'a> {
    pub(super) sequence: u8,
    pub(super) data: &'a [u8],
}

pub(super) enum Fragment<'a> {
    Initialization(Initialization<'a>),
    Continuation(Continuation<'a>),
}

impl<'a> Fragment<'a> {
    /// `None` where it is too short to be one.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&first, rest) = bytes.split_first()?;
        if first & INITIALIZATION == 0 {
            return Some(Self::Continuation(Continuation { sequence: first, data: rest }));
        }
        let [high, low, data @ ..] = rest else { return None };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        Some(Self::Initialization(Initialization { command: first, length, data }))
    }
}
