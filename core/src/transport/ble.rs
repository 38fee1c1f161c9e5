//! Bluetooth Low Energy (CTAP 2.3 §11.4): what is written to the FIDO service's control point and
//! time in, notifications of its status and events out.
//!
//! One [`Link`] is one connection of one client. It has no I/O, no clock and no thread: its driver
//! owns the GATT service, feeds the link, and after every call drains both queues. The driver also
//! sees to it that the connection is bonded and encrypted (§11.4.2); a link of another kind must not
//! get this far.
//!
//! ```text
//! write to the control point ─ write ─┐            ┌─ poll_notification ─ notify by the status
//! write to the bitfield ───── select ─┤            │
//! time ─────────────────────── tick ──┼── Link ────┤
//! the request's answer ───── respond ─┘            └─ poll_event ─ request, cancel
//! ```
//!
//! A frame is one message with its command and length; a fragment is what one write or one
//! notification carries of it. There is one transaction at a time: from the first fragment of a
//! request until the last notification of its answer was taken. Whatever else is asked meanwhile gets
//! ERR_BUSY.
//!
//! Where the standard leaves room or real clients disagree with it:
//! - A message may pause for kMaxCommandTransmitDelayMillis (1500 ms) between two fragments. The
//!   standard has one such time for the whole message; over 20-byte writes the longest message takes
//!   seconds.
//! - Sequence numbers go on at 0 after 7F, as Chromium and webauthn-authenticator-rs have them, so
//!   that small fragments do not make long messages impossible.
//! - Continuation fragments without a beginning are ignored: they are what a client had under way
//!   when it was told of an error.

mod assembly;
mod event;
mod fragment;
mod link;
mod outbox;
mod revision;

#[cfg(test)]
mod tests;

pub use super::{Answer, Request};
pub use event::Event;
pub use link::{Link, LinkConfig};
pub use revision::UnknownRevision;

use crate::MAX_MSG_SIZE;

/// The FIDO service: the 16-bit UUID FFFD (§11.4.3) on Bluetooth's base.
pub const SERVICE_UUID: &str = "0000fffd-0000-1000-8000-00805f9b34fb";
/// The characteristic that takes fragments from the client: *write*, with encryption.
pub const CONTROL_POINT_UUID: &str = "f1d0fff1-deaa-ecee-b42f-c9ba7ed623bb";
/// The characteristic that gives fragments to the client: *notify*, with encryption.
pub const STATUS_UUID: &str = "f1d0fff2-deaa-ecee-b42f-c9ba7ed623bb";
/// The characteristic that says how long a write to the control point may be: *read*, with encryption;
/// see [`Link::control_point_length`].
pub const CONTROL_POINT_LENGTH_UUID: &str = "f1d0fff3-deaa-ecee-b42f-c9ba7ed623bb";
/// The characteristic by which the client chooses a protocol: *read* and *write*, with encryption; see
/// [`Link::revisions`] and [`Link::select_revision`].
pub const SERVICE_REVISION_BITFIELD_UUID: &str = "f1d0fff4-deaa-ecee-b42f-c9ba7ed623bb";
/// The characteristic that U2F's first clients read instead: *read*, with encryption. Its value is
/// [`SERVICE_REVISION`].
pub const SERVICE_REVISION_UUID: &str = "00002a28-0000-1000-8000-00805f9b34fb";

/// The protocol that is spoken with a client that knows of no bitfield: U2F 1.0.
pub const SERVICE_REVISION: &str = "1.0";

/// The shortest fragment, in bytes: what the smallest ATT_MTU, 23, leaves.
pub const MIN_FRAGMENT_LEN: u16 = 20;
/// The longest fragment, in bytes: what a characteristic's value may have.
pub const MAX_FRAGMENT_LEN: u16 = 512;

/// The longest message in bytes, in both directions: as getInfo's maxMsgSize says.
pub const MAX_MESSAGE_LEN: usize = MAX_MSG_SIZE;
