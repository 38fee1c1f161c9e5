//! The seams: everything the core needs from the device it runs on.
//!
//! A shell (Android, iOS, the emulated phone) implements these traits once. Key bytes never cross
//! them: a key is a [`KeyHandle`] that only its [`KeyStore`] can use.

mod keys;
mod network;
mod notice;
mod person;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

pub use keys::{
    AttestationKeys, AttestationKind, Authorization, KeyHandle, KeyRole, KeyStore, KeyStoreError,
    PublicKey,
};
pub use network::{Courier, Letter, NoNetwork, Reply, Unreachable};
pub use notice::{Denial, Notice};
pub use person::{
    Account, BoxFuture, Choice, Consent, Needs, Operation, Prompt, Refusal, Site, UserVerifier,
    VerifierStatus,
};

/// Everything that the core asks of its platform.
#[derive(Clone)]
pub struct Platform {
    /// Holds and uses private keys.
    pub key_store: Arc<dyn KeyStore>,
    /// Talks to the person.
    pub user_verifier: Arc<dyn UserVerifier>,
    /// Measures time since some fixed start.
    pub clock: Arc<dyn Clock>,
    /// Fills buffers with random bytes.
    pub rng: Arc<dyn Rng>,
    /// Reaches the workspace.
    pub courier: Arc<dyn Courier>,
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform").finish_non_exhaustive()
    }
}

/// Monotonic time, which goes on while the phone sleeps: a token must not live through a night in a
/// pocket. On Android that is `elapsedRealtime`, on iOS and macOS `CLOCK_MONOTONIC`, on Linux
/// `CLOCK_BOOTTIME`.
pub trait Clock: Send + Sync {
    /// Time since a start of the clock's own choosing; never goes back.
    fn now(&self) -> Duration;

    /// The time of day, since 1970 began (UTC). It may be wrong and may jump: what depends on it also
    /// remembers the latest time that it has seen.
    fn unix_time(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

/// A cryptographically secure source of random bytes.
pub trait Rng: Send + Sync {
    /// Fills `buffer`, or fails as a whole.
    ///
    /// # Errors
    /// [`RngError`] where the platform has no randomness to give.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RngError>;
}

/// The platform's random number generator failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the platform's random number generator failed")]
pub struct RngError;
