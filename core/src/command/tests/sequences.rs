//! Random sequences of requests, and what must hold whatever they are.
//!
//! No panic; an answer is canonical CBOR; PIN retries rise by a right PIN, a new PIN or a reset only;
//! no credential's counter falls; nobody gets the UV flag without a verification or a token of this
//! sequence; what was acknowledged works until it is deleted; and after a reset nothing is left.

mod steps;
mod world;

use proptest::{collection::vec, prelude::*};

use self::{steps::step, world::World};

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_breaks_a_promise(
        built_in_uv in prop::sample::select(vec![None, Some(false), Some(true), Some(true)]),
        with_pin in any::<bool>(),
        steps in vec(step(), 1..48),
    ) {
        let mut world = World::new(built_in_uv, with_pin);
        for step in &steps {
            world.run(step);
        }
        world.finish();
    }
}
