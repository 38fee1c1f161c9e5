//! What an operator sets of a workspace.

use std::{fmt, sync::Arc, time::Duration};

use pocketkey_core::protocol::Digest;

use crate::model::Timestamp;

/// Says what time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What an operator sets of a workspace.
#[derive(Clone)]
pub struct Config {
    /// Where people and phones reach it, such as `https://keys.example`: no slash at the end.
    pub origin: String,
    /// The RP ID of its own sign-in: the origin's host, or a domain above it. Changing it makes
    /// every key of the workspace useless at its own sign-in.
    pub rp_id: String,
    /// What people call it.
    pub name: String,
    /// SHA-256 of the server's public key (SubjectPublicKeyInfo), where no public authority vouches
    /// for its certificate.
    pub tls_pin: Option<Digest>,
    /// How long a QR on the panel is good.
    pub qr_ticket_validity: Duration,
    /// How long a link in a message is good.
    pub mail_ticket_validity: Duration,
    /// Says what time it is.
    pub clock: Clock,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("origin", &self.origin)
            .field("rp_id", &self.rp_id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// The defaults for a workspace at `origin`: a QR is good for 15 minutes, a message for 48 hours.
    #[must_use]
    pub fn new(origin: &str, name: &str) -> Self {
        let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        Self {
            origin: origin.trim_end_matches('/').to_owned(),
            rp_id: host.trim_end_matches('/').to_owned(),
            name: name.to_owned(),
            tls_pin: None,
            qr_ticket_validity: Duration::from_secs(15 * 60),
            mail_ticket_validity: Duration::from_secs(48 * 60 * 60),
            clock: Arc::new(Timestamp::now),
        }
    }
}
