//! Reports that wait to be sent.

use std::collections::VecDeque;

use super::{
    Report,
    packet::{ErrorCode, channel_of, command, fragment},
};

/// How many reports may wait before short replies are dropped: the longest answer and some more.
///
/// A driver that drains the queue never gets here. A client that sends without reading does, once
/// its driver cannot write; it loses replies that it was not going to read.
const MAX_WAITING: usize = 129 + 63;

#[derive(Default)]
pub(super) struct Outbox {
    reports: VecDeque<Report>,
}

impl Outbox {
    /// Queues a transaction's answer; ERR_OTHER where it is longer than a message can be, which
    /// is a fault of ours and not the client's.
    ///
    /// There is at most one: the next transaction begins when the queue is empty.
    pub(super) fn answer(&mut self, channel: u32, command: u8, message: &[u8]) {
        match fragment(channel, command, message) {
            Some(reports) => self.reports.extend(reports),
            None => self.error(channel, ErrorCode::OTHER),
        }
    }

    /// Queues a message of one report that belongs to no transaction, or does not end it.
    pub(super) fn reply(&mut self, channel: u32, command: u8, message: &[u8]) {
        if self.reports.len() < MAX_WAITING {
            self.reports.extend(fragment(channel, command, message).into_iter().flatten());
        }
    }

    pub(super) fn error(&mut self, channel: u32, error: ErrorCode) {
        self.reply(channel, command::ERROR, &[error.0]);
    }

    /// Takes back what was not sent yet on `channel`.
    pub(super) fn discard(&mut self, channel: u32) {
        self.reports.retain(|report| channel_of(report) != channel);
    }

    pub(super) fn pop(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    #[cfg(test)]
    pub(super) fn held_bytes(&self) -> usize {
        self.reports.len() * super::REPORT_LEN
    }
}
