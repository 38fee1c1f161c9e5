//! What passes between an applet and whoever drives it.

use std::fmt;

use crate::transport::Request;

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
