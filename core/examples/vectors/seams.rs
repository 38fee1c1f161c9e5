//! A platform that does the same each time, simple enough to be written in every language.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use pocketkey_core::platform::{
    BoxFuture, Choice, Clock, Consent, Needs, Prompt, Refusal, Rng, RngError, UserVerifier,
    VerifierStatus,
};

/// SplitMix64 (Steele, Lea and Flood 2014): each number is 8 bytes, the highest first. Every request begins
/// with a new number, and what is left of its last one is dropped.
pub struct SplitMix(Mutex<u64>);

impl SplitMix {
    pub fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self(Mutex::new(seed)))
    }
}

impl Rng for SplitMix {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RngError> {
        let mut state = self.0.lock().unwrap();
        for chunk in buffer.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut number = *state;
            number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            number ^= number >> 31;
            chunk.copy_from_slice(&number.to_be_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// A clock that stands still until it is told to go on.
#[derive(Default)]
pub struct StandingClock(AtomicU64);

impl StandingClock {
    pub fn advance(&self, milliseconds: u64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn unix_time(&self) -> Duration {
        Duration::from_secs(2_000_000_000 + self.0.load(Ordering::SeqCst) / 1000)
    }
}

/// Somebody who agrees, verified where that is needed, to the first account; or declines.
pub struct Person {
    pub status: VerifierStatus,
    pub declines: AtomicBool,
}

impl UserVerifier for Person {
    fn status(&self) -> VerifierStatus {
        self.status
    }

    fn ask<'a>(&'a self, prompt: &'a Prompt) -> BoxFuture<'a, Result<Consent, Refusal>> {
        let verified = prompt.needs == Needs::Verification;
        let answer = if self.declines.load(Ordering::SeqCst) {
            Err(Refusal::Declined)
        } else {
            Ok(Consent { verified, choice: Choice::Account(0), authorization: None })
        };
        Box::pin(async { answer })
    }
}
