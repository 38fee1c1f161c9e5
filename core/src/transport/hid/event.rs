//! What a link tells its driver.

use std::collections::VecDeque;

use crate::transport::Request;

/// Something for the driver to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Hand a request to the authenticator, and its answer to [`Link::respond`](super::Link::respond).
    /// There is never a second one while the first waits for its answer.
    Request {
        /// The channel that asks.
        channel: u32,
        /// What it asks.
        request: Request,
    },
    /// Cancel the running request (§11.2.9.1.5). Its answer is still due: by then
    /// CTAP2_ERR_KEEPALIVE_CANCEL (2D), or whatever it came to before.
    Cancel {
        /// The channel that asked.
        channel: u32,
    },
    /// The client has given the running request up (§11.2.5.3): drop it. From here on the
    /// driver must not answer it any more, since the channel's next request may be under way.
    Abort {
        /// The channel that asked.
        channel: u32,
    },
    /// Show the user which device this is (§11.2.9.2.1). The client has its reply already.
    Wink {
        /// The channel that asked.
        channel: u32,
    },
}

/// The events that the driver has not seen yet: one of each kind at most.
#[derive(Default)]
pub(super) struct Events {
    unseen: VecDeque<Event>,
}

impl Events {
    pub(super) fn request(&mut self, channel: u32, request: Request) {
        self.unseen.push_back(Event::Request { channel, request });
    }

    pub(super) fn cancel(&mut self, channel: u32) {
        self.unseen.push_back(Event::Cancel { channel });
    }

    /// A request that the driver has not seen is taken back instead.
    pub(super) fn abort(&mut self, channel: u32) {
        let seen = !self.holds_request();
        self.unseen.retain(|event| !matches!(event, Event::Request { .. } | Event::Cancel { .. }));
        if seen {
            self.unseen.push_back(Event::Abort { channel });
        }
    }

    /// Whether the driver has yet to see the running request.
    pub(super) fn holds_request(&self) -> bool {
        self.unseen.iter().any(|event| matches!(event, Event::Request { .. }))
    }

    /// The running request was answered: it is too late to cancel it.
    pub(super) fn answered(&mut self) {
        self.unseen.retain(|event| !matches!(event, Event::Cancel { .. }));
    }

    /// Winking twice at once looks like winking once.
    pub(super) fn wink(&mut self, channel: u32) {
        self.unseen.retain(|event| !matches!(event, Event::Wink { .. }));
        self.unseen.push_back(Event::Wink { channel });
    }

    pub(super) fn pop(&mut self) -> Option<Event> {
        self.unseen.pop_front()
    }

    #[cfg(test)]
    pub(super) fn held_bytes(&self) -> usize {
        let event = size_of::<Event>();
        let request = |unseen: &Event| match unseen {
            Event::Request { request: Request::Ctap2(bytes) | Request::U2f(bytes), .. } => {
                bytes.capacity()
            }
            _ => 0,
        };
        self.unseen.iter().map(|unseen| event + request(unseen)).sum()
    }
}
