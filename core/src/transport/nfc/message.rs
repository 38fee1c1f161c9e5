//! What passes between an applet and whoever drives it.

use std::fmt;

/// What a command APDU leads to.
#[derive(PartialEq, Eq)]
pub enum Step {
    /// Send this response APDU. A request that still runs is aborted.
    Reply(Vec<u8>),
    /// Run this request, and abort one that still runs.
    Run(Request),
    /// Cancel the running request; its answer (KEEPALIVE_CANCEL) goes to [`Applet::respond`](super::Applet::respond).
    Cancel,
    /// The request still runs: wait a little longer for its answer.
    Wait,
}

/// A request for the authenticator.
#[derive(Clone, PartialEq, Eq)]
pub enum Request {
    /// A CTAP2 command byte and its CBOR parameters: 1 to [`MAX_MSG_SIZE`](crate::MAX_MSG_SIZE) bytes.
    Ctap2(Vec<u8>),
    /// A raw U2F message (FIDO U2F Raw Message Formats §3.1), as an APDU of extended length with
    /// an Le field of 0.
    U2f(Vec<u8>),
}

/// What the authenticator says to a [`Request`].
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// CTAP2: a status byte and CBOR. U2F: data, SW1 and SW2.
    Message(Vec<u8>),
    /// It serves another client.
    Busy,
}

/// What the driver has to do when the card leaves the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Cancel the running request; nobody waits for its answer.
    Cancel,
}

// Messages may carry keys (largeBlobKey): only their lengths are shown.

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply(apdu) => write!(f, "Reply({} bytes)", apdu.len()),
            Self::Run(request) => f.debug_tuple("Run").field(request).finish(),
            Self::Cancel => f.write_str("Cancel"),
            Self::Wait => f.write_str("Wait"),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ctap2(message) => write!(f, "Ctap2({} bytes)", message.len()),
            Self::U2f(apdu) => write!(f, "U2f({} bytes)", apdu.len()),
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(message) => write!(f, "Message({} bytes)", message.len()),
            Self::Busy => f.write_str("Busy"),
        }
    }
}
