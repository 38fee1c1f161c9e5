//! Where a request comes from, and whether that is near.

use std::convert::Infallible;

use crate::transport::Transport;

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// By which transport.
    pub transport: Transport,
    /// Which of its conversations: unique for each link and channel, so that what one client has
    /// begun another cannot continue.
    pub channel: u64,
    /// What is known of the client's distance.
    pub nearness: Nearness,
}

/// What is known of a client's distance, for workspaces that want it near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nearness {
    /// The transport's own framing reaches no further than a cable or a room: CTAPHID, NFC, BLE, or
    /// the phone itself.
    ByFraming,
    /// The radio has shown it for this request.
    Proven(ProximityProof),
    /// Nothing is known: the request came through a network.
    Unproven,
}

/// A radio's proof that the client of a request is near. There is no radio yet, so that there is no
/// such value, and what asks for one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProximityProof(Infallible);

impl Source {
    /// A conversation whose nearness is what its transport's framing tells.
    #[must_use]
    pub const fn new(transport: Transport, channel: u64) -> Self {
        let nearness =
            if reaches_far(transport) { Nearness::Unproven } else { Nearness::ByFraming };
        Self { transport, channel, nearness }
    }

    /// Whether the client is near. A transport that reaches far is never believed for its framing.
    pub(crate) const fn is_near(self) -> bool {
        match self.nearness {
            Nearness::ByFraming => !reaches_far(self.transport),
            Nearness::Proven(ProximityProof(never)) => match never {},
            Nearness::Unproven => false,
        }
    }
}

const fn reaches_far(transport: Transport) -> bool {
    match transport {
        Transport::Usb | Transport::Nfc | Transport::Ble | Transport::Internal => false,
        Transport::Hybrid => true,
    }
}
