//! What a transport's state machine hands to its driver, and takes from it.

use std::fmt;

/// A request for the authenticator, never empty.
#[derive(Clone, PartialEq, Eq)]
pub enum Request {
    /// A CTAP2 command byte and its CBOR parameters: at most [`MAX_MSG_SIZE`](crate::MAX_MSG_SIZE) bytes.
    Ctap2(Vec<u8>),
    /// A raw U2F message (FIDO U2F Raw Message Formats §3.1). One that came over NFC has been made an APDU of
    /// extended length with an Le field of 0.
    U2f(Vec<u8>),
}

/// What the authenticator says to a [`Request`].
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// CTAP2: a status byte and CBOR. U2F: data, SW1 and SW2. One that is longer than the transport's longest
    /// message becomes an error of the transport.
    Message(Vec<u8>),
    /// It serves another client: the client gets the transport's own word for that.
    Busy,
}

// Messages may carry keys (largeBlobKey): only their lengths are shown.

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, bytes) = match self {
            Self::Ctap2(bytes) => ("Ctap2", bytes),
            Self::U2f(bytes) => ("U2f", bytes),
        };
        write!(f, "{name}({} bytes)", bytes.len())
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(bytes) => write!(f, "Message({} bytes)", bytes.len()),
            Self::Busy => f.write_str("Busy"),
        }
    }
}
