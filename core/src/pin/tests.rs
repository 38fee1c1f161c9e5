#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]
use super::*;
use crate::platform::{Rng, RngError};

mod protocol;
mod served;
mod timing;
mod token;

/// Gives these bytes, again and again.
struct Fixed(Vec<u8>);

impl Rng for Fixed {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RngError> {
        buffer.copy_from_slice(&self.0[..buffer.len()]);
        Ok(())
    }
}

/// A platform that has no randomness to give.
struct Exhausted;

impl Rng for Exhausted {
    fn fill(&self, _: &mut [u8]) -> Result<(), RngError> {
        Err(RngError)
    }
}
