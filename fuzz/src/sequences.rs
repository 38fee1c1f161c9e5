//! Sequences of requests by clients that know PINs, hold tokens, wait, and are interrupted.

mod steps;
mod world;

use libfuzzer_sys::arbitrary::{Arbitrary, Unstructured};

use steps::Sequence;
use world::World;

/// More steps than this find nothing that fewer do not: an epoch of the counter has 64 assertions.
const MOST_STEPS: usize = 72;

/// The input is a [`Sequence`].
pub fn run(data: &[u8]) {
    let Ok(sequence) = Sequence::arbitrary_take_rest(Unstructured::new(data)) else { return };
    let mut world = World::new(sequence.built_in_uv, sequence.with_pin);
    for step in sequence.steps.iter().take(MOST_STEPS) {
        world.run(step);
    }
    world.finish();
}
