//! Putting a client's message together from its fragments (§11.4.4).

use std::time::Duration;

use super::fragment::{Continuation, ErrorCode, Initialization, LAST_SEQUENCE};

/// How long a message may pause between two fragments: kMaxCommandTransmitDelayMillis.
const TRANSMIT_DELAY: Duration = Duration::from_millis(1500);

/// What a client may send as a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Ping,
    Msg,
}

/// A message of which some fragments have arrived.
pub(super) struct Assembly {
    pub(super) command: Command,
    /// When waiting for the next fragment ends.
    pub(super) deadline: Duration,
    length: usize,
    next_sequence: u8,
    message: Vec<u8>,
}

impl Assembly {
    /// The caller has checked `fragment.length`: that much memory is set aside.
    pub(super) fn begin(
        fragment: &Initialization<'_>,
        command: Command,
        now: Duration,
    ) -> Result<Self, ErrorCode> {
        let mut assembly = Self {
            command,
            deadline: now.saturating_add(TRANSMIT_DELAY),
            length: fragment.length,
            next_sequence: 0,
            message: Vec::with_capacity(fragment.length),
        };
        assembly.append(fragment.data)?;
        Ok(assembly)
    }

    /// A fragment with nothing in it would keep the message waiting for ever.
    pub(super) fn add(
        &mut self,
        fragment: &Continuation<'_>,
        now: Duration,
    ) -> Result<(), ErrorCode> {
        if fragment.sequence != self.next_sequence {
            return Err(ErrorCode::INVALID_SEQ);
        }
        if fragment.data.is_empty() {
            return Err(ErrorCode::INVALID_LEN);
        }
        self.next_sequence = (self.next_sequence + 1) & LAST_SEQUENCE;
        self.deadline = now.saturating_add(TRANSMIT_DELAY);
        self.append(fragment.data)
    }

    pub(super) const fn is_complete(&self) -> bool {
        self.message.len() == self.length
    }

    pub(super) fn into_message(self) -> Vec<u8> {
        self.message
    }

    #[cfg(test)]
    pub(super) const fn held_bytes(&self) -> usize {
        self.message.capacity()
    }

    /// There is no padding: what is too much is a mistake.
    fn append(&mut self, data: &[u8]) -> Result<(), ErrorCode> {
        if data.len() > self.length - self.message.len() {
            return Err(ErrorCode::INVALID_LEN);
        }
        self.message.extend_from_slice(data);
        Ok(())
    }
}
