//! The standards' names for what the log shows as a number.

use pocketkey_core::ctap::status::Status;

#[cfg(test)]
mod tests;

/// What a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// A CTAP2 command byte (CTAP 2.3 §6); `None` for an empty message.
    Ctap2(Option<u8>),
    /// A CTAP1 instruction byte (U2F raw message formats §3); `None` where there is none.
    U2f(Option<u8>),
}

impl Command {
    /// Reads the command off a CTAP2 request.
    #[must_use]
    pub fn ctap2(request: &[u8]) -> Self {
        Self::Ctap2(request.first().copied())
    }

    /// Reads the instruction off a U2F APDU.
    #[must_use]
    pub fn u2f(apdu: &[u8]) -> Self {
        Self::U2f(apdu.get(1).copied())
    }

    /// The standard's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ctap2(Some(0x01)) => "authenticatorMakeCredential",
            Self::Ctap2(Some(0x02)) => "authenticatorGetAssertion",
            Self::Ctap2(Some(0x04)) => "authenticatorGetInfo",
            Self::Ctap2(Some(0x06)) => "authenticatorClientPIN",
            Self::Ctap2(Some(0x07)) => "authenticatorReset",
            Self::Ctap2(Some(0x08)) => "authenticatorGetNextAssertion",
            Self::Ctap2(Some(0x09 | 0x40)) => "authenticatorBioEnrollment",
            Self::Ctap2(Some(0x0a | 0x41)) => "authenticatorCredentialManagement",
            Self::Ctap2(Some(0x0b)) => "authenticatorSelection",
            Self::Ctap2(Some(0x0c)) => "authenticatorLargeBlobs",
            Self::Ctap2(Some(0x0d)) => "authenticatorConfig",
            Self::Ctap2(_) => "unknown",
            Self::U2f(Some(0x01)) => "U2F_REGISTER",
            Self::U2f(Some(0x02)) => "U2F_AUTHENTICATE",
            Self::U2f(Some(0x03)) => "U2F_VERSION",
            Self::U2f(_) => "U2F unknown",
        }
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The standard's name of the status.
    pub name: &'static str,
    /// The status byte of CTAP2, or the two of ISO 7816.
    pub code: u16,
    /// The length of the whole answer.
    pub bytes: usize,
}

impl Outcome {
    /// Reads the status off a CTAP2 answer: its first byte.
    #[must_use]
    pub fn ctap2(answer: &[u8]) -> Self {
        let code = answer.first().copied().unwrap_or(0x7f);
        let name = Status::from_code(code).unwrap_or(Status::Other).name();
        Self { name, code: code.into(), bytes: answer.len() }
    }

    /// Reads the status off a U2F answer: its last two bytes.
    #[must_use]
    pub fn u2f(answer: &[u8]) -> Self {
        let code = answer.last_chunk().map_or(0x6f00, |word| u16::from_be_bytes(*word));
        Self { name: u2f_status(code), code, bytes: answer.len() }
    }
}

/// U2F raw message formats §3.3 and ISO 7816-4 §5.1.3.
const fn u2f_status(code: u16) -> &'static str {
    match code {
        0x9000 => "SW_NO_ERROR",
        0x6985 => "SW_CONDITIONS_NOT_SATISFIED",
        0x6a80 => "SW_WRONG_DATA",
        0x6700 => "SW_WRONG_LENGTH",
        0x6e00 => "SW_CLA_NOT_SUPPORTED",
        0x6d00 => "SW_INS_NOT_SUPPORTED",
        _ => "SW_OTHER",
    }
}
