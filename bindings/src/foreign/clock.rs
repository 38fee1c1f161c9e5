//! Time and randomness.

use std::{sync::Arc, time::Duration};

use pocketkey_core::platform::{self, RngError};
use rustix::time::{ClockId, clock_gettime};

use super::{ForeignError, guarded};
use crate::events::Events;

/// Measures time; for tests, and for platforms whose clock is their own. It is asked on any thread, by several at once;
/// while it throws, time stands still.
#[uniffi::export(foreign)]
pub trait Clock: Send + Sync {
    /// Milliseconds since some fixed start. It goes on while the phone sleeps; what goes back is taken
    /// for standing still.
    fn now_ms(&self) -> Result<u64, ForeignError>;

    /// Seconds since 1970 began (UTC). It may be wrong and may jump.
    fn unix_time(&self) -> Result<u64, ForeignError>;
}

/// A cryptographically secure source of random bytes. It is asked on any thread; where it throws, or gives another length, the
/// request fails.
#[uniffi::export(foreign)]
pub trait RandomSource: Send + Sync {
    /// Gives `length` random bytes, no more and no fewer.
    fn fill(&self, length: u32) -> Result<Vec<u8>, ForeignError>;
}

/// The system's clock that goes on while the phone sleeps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

#[cfg(any(target_os = "linux", target_os = "android"))]
const MONOTONIC: ClockId = ClockId::Boottime;
// On Apple's systems CLOCK_MONOTONIC goes on during sleep.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const MONOTONIC: ClockId = ClockId::Monotonic;

impl platform::Clock for SystemClock {
    fn now(&self) -> Duration {
        Duration::try_from(clock_gettime(MONOTONIC)).unwrap_or_default()
    }
}

/// A clock of the other side. While it fails it stands still, so that nothing expires by it.
pub(crate) struct ForeignClock {
    foreign: Arc<dyn Clock>,
    events: Arc<Events>,
    latest: std::sync::atomic::AtomicU64,
}

impl ForeignClock {
    pub(crate) fn new(foreign: Arc<dyn Clock>, events: Arc<Events>) -> Self {
        Self { foreign, events, latest: Default::default() }
    }

    fn ask(&self, what: impl FnOnce(&dyn Clock) -> Result<u64, ForeignError>) -> Option<u64> {
        let panicked = || ForeignError::Failed { reason: "it panicked".to_owned() };
        guarded(|| what(self.foreign.as_ref()), panicked)
            .map_err(|error| self.events.problem("the clock failed", &error))
            .ok()
    }
}

impl platform::Clock for ForeignClock {
    fn now(&self) -> Duration {
        use std::sync::atomic::Ordering::Relaxed;
        let now = self.ask(|clock| clock.now_ms()).unwrap_or(0);
        Duration::from_millis(self.latest.fetch_max(now, Relaxed).max(now))
    }

    fn unix_time(&self) -> Duration {
        // A time that is not known is not taken for 1970: the core remembers the latest that it saw.
        Duration::from_secs(self.ask(|clock| clock.unix_time()).unwrap_or(0))
    }
}

/// Randomness of the other side.
pub(crate) struct ForeignRandom {
    pub foreign: Arc<dyn RandomSource>,
    pub events: Arc<Events>,
}

impl platform::Rng for ForeignRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RngError> {
        let length = u32::try_from(buffer.len()).map_err(|_| RngError)?;
        let panicked = || ForeignError::Failed { reason: "it panicked".to_owned() };
        let bytes = guarded(|| self.foreign.fill(length), panicked).map_err(|error| {
            self.events.problem("the source of randomness failed", &error);
            RngError
        })?;
        if bytes.len() != buffer.len() {
            self.events.problem("the source of randomness failed", &"wrong length");
            return Err(RngError);
        }
        buffer.copy_from_slice(&bytes);
        Ok(())
    }
}
