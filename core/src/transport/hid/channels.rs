//! Which channels exist (§11.2.3), in four bytes.

use super::packet::BROADCAST;

/// The channels 1 to `last`, allocated one after the other and never given back.
pub(super) struct Channels {
    last: u32,
}

impl Channels {
    pub(super) const fn new() -> Self {
        Self { last: 0 }
    }

    /// A channel that nobody has. After 2³² − 2 of them the count starts again, which forgets all
    /// earlier ones.
    pub(super) const fn allocate(&mut self) -> u32 {
        self.last = if self.last == BROADCAST - 1 { 1 } else { self.last + 1 };
        self.last
    }

    pub(super) const fn contains(&self, channel: u32) -> bool {
        1 <= channel && channel <= self.last
    }
}

#[cfg(test)]
mod tests;
