//! Command and response APDUs of ISO 7816-4 §5.1, in short and in extended length.

#[cfg(test)]
mod tests;

/// CLA bit b5: more commands of the same chain follow (ISO 7816-4 §5.3.3).
const CHAINING: u8 = 0x10;

/// The most data that a response APDU carries where the command was of short length.
pub(super) const MAX_SHORT: usize = 256;

/// The most data that a response APDU carries where the command was of extended length.
pub(super) const MAX_EXTENDED: usize = 65_536;

/// Says what a command APDU wants; the same in all commands of one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// CLA, without the chaining bit.
    pub class: u8,
    /// INS.
    pub instruction: u8,
    /// P1.
    pub p1: u8,
    /// P2.
    pub p2: u8,
}

/// One command APDU.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) struct Command<'a> {
    pub header: Header,
    /// Whether more commands of the same chain follow.
    pub chained: bool,
    pub data: &'a [u8],
    /// Nₑ: how much data the response may carry. With Lc but without Le, as much as the form of
    /// length allows: python-fido2 and libwebauthn leave Le out and still want an answer. `None`
    /// for a bare header, which does not even tell the form.
    pub expected: Option<usize>,
}

impl<'a> Command<'a> {
    /// Reads one command APDU, of any of the cases of ISO 7816-4 §5.1; `None` where its length
    /// fits none of them.
    pub fn parse(apdu: &'a [u8]) -> Option<Self> {
        let (&[class, instruction, p1, p2], body) = apdu.split_first_chunk()?;
        let (data, expected) = match body {
            [] => (body, None),
            [le] => (&[][..], Some(short_expected(*le))),
            [0, hi, lo] => (&[][..], Some(extended_expected([*hi, *lo]))),
            [0, hi, lo, rest @ ..] => {
                let length = usize::from(u16::from_be_bytes([*hi, *lo]));
                let (data, le) = rest.split_at_checked(length)?;
                match le {
                    [] => (data, Some(MAX_EXTENDED)),
                    [hi, lo] => (data, Some(extended_expected([*hi, *lo]))),
                    _ => return None,
                }
            }
            [0, ..] => return None,
            [length, rest @ ..] => {
                let (data, le) = rest.split_at_checked(usize::from(*length))?;
                match le {
                    [] => (data, Some(MAX_SHORT)),
                    [le] => (data, Some(short_expected(*le))),
                    _ => return None,
                }
            }
        };
        Some(Self {
            header: Header { class: class & !CHAINING, instruction, p1, p2 },
            chained: class & CHAINING != 0,
            data,
            expected,
        })
    }
}

fn short_expected(le: u8) -> usize {
    if le == 0 { MAX_SHORT } else { usize::from(le) }
}

fn extended_expected(le: [u8; 2]) -> usize {
    match u16::from_be_bytes(le) {
        0 => MAX_EXTENDED,
        le => usize::from(le),
    }
}

/// SW1 SW2, the end of a response APDU (ISO 7816-4 §5.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StatusWord(pub [u8; 2]);

impl StatusWord {
    /// No further qualification: all went well.
    pub const OK: Self = Self([0x90, 0x00]);
    /// The request still runs; ask with NFCCTAP_GETRESPONSE (CTAP 2.3 §11.3.7.2).
    pub const STILL_RUNNING: Self = Self([0x91, 0x00]);
    /// Wrong length.
    pub const WRONG_LENGTH: Self = Self([0x67, 0x00]);
    /// Command chaining is not supported.
    pub const NO_CHAINING: Self = Self([0x68, 0x84]);
    /// Command not allowed, without a reason that a client could act on.
    pub const NOT_ALLOWED: Self = Self([0x69, 0x00]);
    /// Conditions of use not satisfied.
    pub const CONDITIONS_NOT_SATISFIED: Self = Self([0x69, 0x85]);
    /// File or application not found.
    pub const NOT_FOUND: Self = Self([0x6A, 0x82]);
    /// Incorrect P1 or P2.
    pub const WRONG_PARAMETERS: Self = Self([0x6A, 0x86]);
    /// The instruction is not supported.
    pub const UNKNOWN_INSTRUCTION: Self = Self([0x6D, 0x00]);
    /// The class is not supported.
    pub const UNKNOWN_CLASS: Self = Self([0x6E, 0x00]);
    /// No precise diagnosis.
    pub const INTERNAL: Self = Self([0x6F, 0x00]);

    /// `remaining` more bytes wait for GET RESPONSE; 256 or more are told as 0.
    pub fn more(remaining: usize) -> Self {
        Self([0x61, u8::try_from(remaining).unwrap_or(0)])
    }
}

/// Puts a response APDU together.
pub(super) fn response(data: &[u8], status: StatusWord) -> Vec<u8> {
    [data, &status.0].concat()
}

/// A raw U2F message in the one form that every U2F implementation reads: extended length, with
/// Le (FIDO U2F Raw Message Formats §3.1). `data` is at most 65,535 bytes.
pub(super) fn raw_u2f(header: Header, data: &[u8]) -> Vec<u8> {
    let Header { class, instruction, p1, p2 } = header;
    let mut raw = vec![class, instruction, p1, p2, 0];
    if let Ok(length) = u16::try_from(data.len())
        && length > 0
    {
        raw.extend_from_slice(&length.to_be_bytes());
        raw.extend_from_slice(data);
    }
    raw.extend_from_slice(&[0, 0]);
    raw
}
