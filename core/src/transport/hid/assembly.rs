//! Putting a client's message together from its packets (§11.2.4, §11.2.5.4).

use std::time::Duration;

use super::packet::{Command, Continuation, Initialization};

/// How long a message may pause between two packets.
const MESSAGE_TIMEOUT: Duration = Duration::from_millis(500);

/// A message of which some packets have arrived.
pub(super) struct Assembly {
    pub(super) channel: u32,
    pub(super) command: Command,
    /// When waiting for the next packet ends.
    pub(super) deadline: Duration,
    length: usize,
    next_sequence: u8,
    message: Vec<u8>,
}

/// The packet is not the one that should come next.
pub(super) struct OutOfSequence;

impl Assembly {
    /// The caller has checked `packet.length`: that much memory is set aside.
    pub(super) fn begin(packet: &Initialization<'_>, command: Command, now: Duration) -> Self {
        let mut assembly = Self {
            channel: packet.channel,
            command,
            deadline: now.saturating_add(MESSAGE_TIMEOUT),
            length: packet.length,
            next_sequence: 0,
            message: Vec::with_capacity(packet.length),
        };
        assembly.append(packet.data);
        assembly
    }

    pub(super) fn add(
        &mut self,
        packet: &Continuation<'_>,
        now: Duration,
    ) -> Result<(), OutOfSequence> {
        if packet.sequence != self.next_sequence {
            return Err(OutOfSequence);
        }
        self.next_sequence += 1;
        self.deadline = now.saturating_add(MESSAGE_TIMEOUT);
        self.append(packet.data);
        Ok(())
    }

    pub(super) fn is_complete(&self) -> bool {
        self.message.len() == self.length
    }

    #[cfg(test)]
    pub(super) fn held_bytes(&self) -> usize {
        self.message.capacity()
    }

    pub(super) fn into_message(self) -> Vec<u8> {
        self.message
    }

    /// Takes what belongs to the message and leaves the padding, whatever its bytes are.
    fn append(&mut self, data: &[u8]) {
        let missing = self.length - self.message.len();
        self.message.extend(data.iter().take(missing));
    }
}
