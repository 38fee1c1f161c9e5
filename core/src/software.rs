//! The platform of a machine without secure hardware: keys sealed in memory and on disk under one
//! root key, the system's randomness, the system's clock.
//!
//! A desktop stand-in for a phone: whoever has the root key has the keys.

mod key_store;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use ring::rand::{SecureRandom, SystemRandom};

pub use key_store::SoftwareKeyStore;

use crate::platform::{Clock, Rng, RngError};

/// The operating system's random number generator.
#[derive(Debug, Clone)]
pub struct SystemRng(SystemRandom);

impl Default for SystemRng {
    fn default() -> Self {
        Self(SystemRandom::new())
    }
}

impl Rng for SystemRng {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RngError> {
        self.0.fill(buffer).map_err(|_| RngError)
    }
}

/// The operating system's monotonic clock. On Linux and macOS it stands still while the machine sleeps:
/// a token that slept along is as old as the time that both were awake.
#[derive(Debug, Clone)]
pub struct MonotonicClock(Instant);

impl Default for MonotonicClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for MonotonicClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}
