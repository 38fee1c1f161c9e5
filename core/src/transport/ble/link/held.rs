//! How much a link holds, for the tests of its bounds.

use super::{Link, State};

impl Link {
    /// The bytes in the message that is arriving, the events and the frames.
    pub(in super::super) fn held_bytes(&self) -> usize {
        let message = match &self.state {
            State::Receiving(assembly) => assembly.held_bytes(),
            _ => 0,
        };
        message + self.events.held_bytes() + self.outbox.held_bytes()
    }
}
