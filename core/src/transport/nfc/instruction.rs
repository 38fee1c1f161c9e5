//! The commands that the FIDO applet knows.

use super::apdu::{Header, StatusWord};

/// P1 of NFCCTAP_MSG: the client supports NFCCTAP_GETRESPONSE (CTAP 2.3 §11.3.7.1).
pub(super) const SUPPORTS_GETRESPONSE: u8 = 0x80;
/// P1 of NFCCTAP_GETRESPONSE: cancel the request (§11.3.7.2).
pub(super) const CANCEL: u8 = 0x11;
/// P1 of NFCCTAP_CONTROL: deselect the applet (§11.3.4).
const END: u8 = 0x01;

/// The commands that the applet knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Instruction {
    Select,
    /// ISO 7816-4's GET RESPONSE: the next part of an answer.
    GetResponse,
    /// NFCCTAP_MSG.
    Message,
    /// NFCCTAP_GETRESPONSE.
    PollStatus,
    /// NFCCTAP_CONTROL.
    Control,
    /// U2F_REGISTER, U2F_AUTHENTICATE, U2F_VERSION.
    U2f,
}

impl Instruction {
    /// GET RESPONSE comes with class 00 from most clients, and with 80, the class of the command
    /// it continues, from webauthn-authenticator-rs.
    pub const fn of(header: Header, serves_u2f: bool) -> Result<Self, StatusWord> {
        match (header.class, header.instruction) {
            (0x00, 0xA4) => Ok(Self::Select),
            (0x00 | 0x80, 0xC0) => Ok(Self::GetResponse),
            (0x00, 0x01..=0x03) if serves_u2f => Ok(Self::U2f),
            (0x80, 0x10) => Ok(Self::Message),
            (0x80, 0x11) => Ok(Self::PollStatus),
            (0x80, 0x12) => Ok(Self::Control),
            (0x00 | 0x80, _) => Err(StatusWord::UNKNOWN_INSTRUCTION),
            _ => Err(StatusWord::UNKNOWN_CLASS),
        }
    }

    /// Whether P1 and P2 are right. Those of U2F are the authenticator's to judge.
    pub const fn allows(self, header: Header) -> bool {
        match self {
            Self::Select => matches!((header.p1, header.p2), (0x04, 0x00)),
            Self::GetResponse => matches!((header.p1, header.p2), (0x00, 0x00)),
            Self::Message => matches!((header.p1, header.p2), (0x00 | SUPPORTS_GETRESPONSE, 0x00)),
            Self::PollStatus => matches!((header.p1, header.p2), (0x00 | CANCEL, 0x00)),
            Self::Control => matches!((header.p1, header.p2), (END, 0x00)),
            Self::U2f => true,
        }
    }
}
