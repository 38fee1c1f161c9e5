//! The network: one letter to the workspace, and its reply.

use std::{fmt, time::Duration};

use super::BoxFuture;
use crate::protocol::Digest;

/// Carries letters to the workspace. A shell without a network uses [`NoNetwork`].
///
/// What comes back is believed by nobody before its signature is checked, so that a courier needs no
/// trust: it cannot make an answer, only keep one away.
pub trait Courier: Send + Sync {
    /// Posts `letter` (HTTP POST) and gives the reply, whatever its status. It answers before
    /// [`Letter::timeout`] is over: the core has no timer of its own to wait with. Dropping the future
    /// gives the letter up, and may do so after it has arrived.
    ///
    /// Redirects are not followed, and a reply longer than
    /// [`MAX_MESSAGE_SIZE`](crate::protocol::MAX_MESSAGE_SIZE) is no reply.
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<Reply, Unreachable>>;
}

/// What is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Where to: an absolute URL, `https` or, for this very machine, `http`.
    pub url: String,
    /// SHA-256 of the public key (SubjectPublicKeyInfo) that the server's certificate must have. With
    /// one, no public authority is asked; without, the certificate must be publicly trusted.
    pub pin: Option<Digest>,
    /// The body's media type.
    pub media_type: &'static str,
    /// The body. It may hold a ticket: no log is a place for it.
    pub body: Vec<u8>,
    /// How long the reply may take, the connection included.
    pub timeout: Duration,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("url", &self.url)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// There is no network, or nobody at that address.
    #[error("the workspace cannot be reached: check the phone's network connection")]
    NoAnswer,
    /// There was no reply in time.
    #[error("the workspace did not answer in time: try again")]
    TimedOut,
    /// Somebody answered who cannot prove to be the server that was meant.
    #[error(
        "the server that answered is not the workspace: its certificate is neither the one of the \
         activation code nor publicly trusted"
    )]
    NotTheServer,
}

/// A courier that reaches nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoNetwork;

impl Courier for NoNetwork {
    fn send(&self, _letter: Letter) -> BoxFuture<'_, Result<Reply, Unreachable>> {
        Box::pin(std::future::ready(Err(Unreachable::NoAnswer)))
    }
}
