//! The link: one transaction at a time, keepalives, cancellation (§11.4.4, §11.4.5).

use std::{fmt, time::Duration};

use super::{
    Answer, Event, MAX_FRAGMENT_LEN, MAX_MESSAGE_LEN, MIN_FRAGMENT_LEN, UnknownRevision,
    assembly::Assembly,
    event::Events,
    fragment::{ErrorCode, Fragment, command},
    outbox::Outbox,
    revision::{Revision, bitfield},
};

#[cfg(test)]
mod held;
mod receive;

/// The time between keepalives: kKeepAliveMillis is 500, and a timer may be late.
const KEEPALIVE_INTERVAL: Duration = Duration::from_millis(400);

/// What KEEPALIVE carries.
const STATUS_PROCESSING: u8 = 1;
const STATUS_UPNEEDED: u8 = 2;

/// How a [`Link`] begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkConfig {
    /// How long a write to the control point may be, in bytes:
    /// [`MIN_FRAGMENT_LEN`] to [`MAX_FRAGMENT_LEN`]; what is outside is taken for the nearer of the two.
    pub control_point_length: u16,
    /// Whether CTAP1/U2F is served at first; see [`Link::set_serves_u2f`].
    pub serves_u2f: bool,
}

/// One connection of a client; see the [module](super).
///
/// `now` is monotonic time since any fixed start. Memory is bounded whatever a client sends, even
/// if nothing is drained.
pub struct Link {
    control_point_length: u16,
    notification_length: u16,
    serves_u2f: bool,
    revision: Option<Revision>,
    state: State,
    outbox: Outbox,
    events: Events,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("revision", &self.revision).finish_non_exhaustive()
    }
}

enum State {
    Idle,
    Receiving(Assembly),
    Processing(Processing),
    /// The answer waits in the outbox.
    Answering,
}

/// The driver has a request, or finds it among its events.
struct Processing {
    /// When the next keepalive is due.
    keepalive: Duration,
    waiting_for_user: bool,
    cancelled: bool,
}

impl Link {
    /// A link whose client has just connected. Notifications have [`MIN_FRAGMENT_LEN`] bytes until the
    /// driver says otherwise.
    #[must_use]
    pub fn new(config: LinkConfig) -> Self {
        Self {
            control_point_length: fragment_length(config.control_point_length),
            notification_length: MIN_FRAGMENT_LEN,
            serves_u2f: config.serves_u2f,
            revision: None,
            state: State::Idle,
            outbox: Outbox::default(),
            events: Events::default(),
        }
    }

    /// Sets whether U2F is served: what the bitfield says, and whether a U2F message is accepted. CTAP1
    /// is off while alwaysUv is on (CTAP 2.3 §7.2).
    pub const fn set_serves_u2f(&mut self, yes: bool) {
        self.serves_u2f = yes;
    }

    /// Sets how long a notification may be, in bytes: the connection's ATT_MTU less 3. Taken for the
    /// nearest length from [`MIN_FRAGMENT_LEN`] to [`MAX_FRAGMENT_LEN`].
    pub const fn set_notification_length(&mut self, length: u16) {
        self.notification_length = fragment_length(length);
    }

    /// The value of fidoControlPointLength: 2 bytes, the higher first.
    #[must_use]
    pub const fn control_point_length(&self) -> [u8; 2] {
        self.control_point_length.to_be_bytes()
    }

    /// The value of fidoServiceRevisionBitfield: 80 U2F 1.1, 40 U2F 1.2, 20 FIDO2.
    #[must_use]
    pub const fn revisions(&self) -> u8 {
        bitfield(self.serves_u2f)
    }

    /// Takes what a client writes to fidoServiceRevisionBitfield. Until then, its messages are U2F's where
    /// U2F is served: a client of U2F 1.0 knows of no bitfield.
    ///
    /// # Errors
    /// [`UnknownRevision`] where it is not a single bit of [`revisions`](Self::revisions); nothing has
    /// changed, and the write is to be refused.
    pub fn select_revision(&mut self, value: &[u8]) -> Result<(), UnknownRevision> {
        self.revision = Some(Revision::chosen(value, self.serves_u2f)?);
        Ok(())
    }

    /// Takes what a client writes to fidoControlPoint: one fragment.
    pub fn write(&mut self, value: &[u8], now: Duration) {
        let fits = value.len() <= usize::from(self.control_point_length);
        let outcome = match Fragment::parse(value).filter(|_| fits) {
            None => {
                self.give_up_message();
                Err(ErrorCode::INVALID_LEN)
            }
            Some(Fragment::Initialization(fragment)) => {
                // A client that stalled in a message may begin anew.
                self.tick(now);
                self.initialization(&fragment, now)
            }
            // Without a tick: a fragment that comes before the driver noticed that time was up was held
            // up by the driver, not by the client.
            Some(Fragment::Continuation(fragment)) => self.continuation(&fragment, now),
        };
        outcome.unwrap_or_else(|error| self.outbox.error(error));
    }

    /// Lets time pass: gives up a message that has stalled, and queues a keepalive that is due.
    pub fn tick(&mut self, now: Duration) {
        match &mut self.state {
            State::Receiving(assembly) if now >= assembly.deadline => {
                self.outbox.error(ErrorCode::REQ_TIMEOUT);
                self.state = State::Idle;
            }
            State::Processing(processing) if now >= processing.keepalive => {
                processing.keepalive = now.saturating_add(KEEPALIVE_INTERVAL);
                processing.keep_alive(&mut self.outbox);
            }
            _ => {}
        }
    }

    /// When [`tick`](Self::tick) will have something to do, if nothing else happens.
    #[must_use]
    pub const fn next_deadline(&self) -> Option<Duration> {
        match &self.state {
            State::Receiving(assembly) => Some(assembly.deadline),
            State::Processing(processing) => Some(processing.keepalive),
            State::Idle | State::Answering => None,
        }
    }

    /// The next thing to do for the driver.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop()
    }

    /// The next fragment to notify the client of. One at a time: the stack below says when it can take
    /// another.
    pub fn poll_notification(&mut self) -> Option<Vec<u8>> {
        let fragment = self.outbox.pop(self.notification_length.into());
        if self.outbox.is_empty() && matches!(self.state, State::Answering) {
            self.state = State::Idle;
        }
        fragment
    }

    /// Answers the running request. Ignored where there is none, and where the driver has not seen it yet.
    pub fn respond(&mut self, answer: Answer) {
        if !matches!(self.state, State::Processing(_)) || self.events.holds_request() {
            return;
        }
        self.events.answered();
        match answer {
            Answer::Message(message) if message.len() <= MAX_MESSAGE_LEN => {
                self.outbox.answer(command::MSG, message);
            }
            Answer::Message(_) => self.outbox.answer(command::ERROR, vec![ErrorCode::OTHER.0]),
            Answer::Busy => self.outbox.answer(command::ERROR, vec![ErrorCode::BUSY.0]),
        }
        self.state = State::Answering;
    }

    /// Sets what keepalives say of the running request: UPNEEDED (2) while it waits for the user,
    /// else PROCESSING (1). A change is told at once. A new request begins with PROCESSING.
    pub fn set_status(&mut self, waiting_for_user: bool) {
        if let State::Processing(processing) = &mut self.state
            && processing.waiting_for_user != waiting_for_user
        {
            processing.waiting_for_user = waiting_for_user;
            processing.keep_alive(&mut self.outbox);
        }
    }

    fn give_up_message(&mut self) {
        if matches!(self.state, State::Receiving(_)) {
            self.state = State::Idle;
        }
    }
}

impl Processing {
    fn keep_alive(&self, outbox: &mut Outbox) {
        let status = if self.waiting_for_user { STATUS_UPNEEDED } else { STATUS_PROCESSING };
        outbox.reply(command::KEEPALIVE, &[status]);
    }
}

const fn fragment_length(length: u16) -> u16 {
    if length < MIN_FRAGMENT_LEN {
        MIN_FRAGMENT_LEN
    } else if length > MAX_FRAGMENT_LEN {
        MAX_FRAGMENT_LEN
    } else {
        length
    }
}
