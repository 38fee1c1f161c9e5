//! Frames that wait to be sent.

use std::collections::VecDeque;

use super::fragment::{ErrorCode, LAST_SEQUENCE, command};

/// How many frames may wait before short replies are dropped.
///
/// A driver that drains the queue never gets here. A client that sends without reading does; it loses
/// replies that it was not going to read.
const MAX_WAITING: usize = 16;

#[derive(Default)]
pub(super) struct Outbox {
    frames: VecDeque<Frame>,
}

/// One message, of which a part may have been sent.
struct Frame {
    command: u8,
    message: Vec<u8>,
    /// How much of the message was sent, and the next sequence number; none before the first fragment.
    sent: Option<(usize, u8)>,
}

impl Outbox {
    /// Queues a transaction's answer, at most [`MAX_MESSAGE_LEN`](super::MAX_MESSAGE_LEN) bytes.
    ///
    /// There is at most one: the next transaction begins when the queue is empty.
    pub(super) fn answer(&mut self, command: u8, message: Vec<u8>) {
        self.frames.push_back(Frame { command, message, sent: None });
    }

    /// Queues a short message that belongs to no transaction, or does not end it.
    pub(super) fn reply(&mut self, command: u8, message: &[u8]) {
        if self.frames.len() < MAX_WAITING {
            self.answer(command, message.to_vec());
        }
    }

    pub(super) fn error(&mut self, error: ErrorCode) {
        self.reply(command::ERROR, &[error.0]);
    }

    /// The next fragment of at most `length` bytes.
    pub(super) fn pop(&mut self, length: usize) -> Option<Vec<u8>> {
        let frame = self.frames.front_mut()?;
        let fragment = frame.fragment(length);
        if frame.is_sent() {
            self.frames.pop_front();
        }
        Some(fragment)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    #[cfg(test)]
    pub(super) fn held_bytes(&self) -> usize {
        self.frames.iter().map(|frame| size_of::<Frame>() + frame.message.capacity()).sum()
    }
}

impl Frame {
    fn fragment(&mut self, length: usize) -> Vec<u8> {
        let (start, mut fragment, next) = match self.sent {
            None => {
                // Never cut: nobody queues more than a frame's length can say.
                let total = u16::try_from(self.message.len()).unwrap_or(u16::MAX);
                let [high, low] = total.to_be_bytes();
                (0, vec![self.command, high, low], 0)
            }
            Some((start, sequence)) => (start, vec![sequence], (sequence + 1) & LAST_SEQUENCE),
        };
        let room = length.saturating_sub(fragment.len());
        let end = start.saturating_add(room).min(self.message.len());
        fragment.extend_from_slice(self.message.get(start..end).unwrap_or_default());
        self.sent = Some((end, next));
        fragment
    }

    fn is_sent(&self) -> bool {
        self.sent.is_some_and(|(end, _)| end == self.message.len())
    }
}
