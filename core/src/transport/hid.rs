//! CTAPHID (CTAP 2.3 §11.2): 64-byte reports and time in, 64-byte reports and events out.
//!
//! One [`Link`] is one HID device, or one connection that carries reports. It has no I/O, no clock
//! and no thread: its driver feeds it, and after every call drains both queues.
//!
//! ```text
//! report from the client ─ receive ─┐            ┌─ poll_report ─ report to the client
//! time ─────────────────── tick ────┼── Link ────┤
//! the request's answer ─── respond ─┘            └─ poll_event ── request, cancel, abort, wink
//! ```
//!
//! Transactions (§11.2.5.1): the first request to arrive while the link is idle has it until the
//! last report of its answer was taken with [`Link::poll_report`]. Until then any other request,
//! and any request of a channel that does not hold the LOCK, gets ERR_CHANNEL_BUSY. INIT is
//! answered at all times, so that a client can always get a channel, and on the transaction's own
//! channel it aborts the transaction (§11.2.5.3).
//!
//! Where the standard leaves room or real clients disagree with it:
//! - KEEPALIVE goes out for CBOR only. §11.2.9.1.7 names MSG, but Chromium takes a keepalive in
//!   the middle of a U2F exchange for a broken device.
//! - A message may pause for 500 ms between two packets. §11.2.5.2 gives no number; the public
//!   framing tests accept 400 ms to 1 s.
//! - Channels are numbered by counting. The standard wants them unique and nothing else; whoever
//!   can open the device sees every answer anyway. They cost no memory, however many are asked for.

mod assembly;
mod channels;
mod event;
mod link;
mod outbox;
mod packet;

#[cfg(test)]
mod tests;

pub use super::{Answer, Request};
pub use event::Event;
pub use link::{Link, LinkConfig};

/// The size of a report in bytes, in both directions.
pub const REPORT_LEN: usize = 64;

/// One HID report, without a report ID.
pub type Report = [u8; REPORT_LEN];

/// The longest message in bytes: 57 in its initialization packet and 59 in each of the 128
/// continuation packets that sequence numbers can tell apart (§11.2.4).
pub const MAX_MESSAGE_LEN: usize = 57 + 128 * 59;
