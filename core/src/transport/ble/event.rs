//! What a link tells its driver.

use crate::transport::Request;

/// Something for the driver to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Hand a request to the authenticator, and its answer to [`Link::respond`](super::Link::respond).
    /// There is never a second one while the first waits for its answer.
    Request(Request),
    /// Cancel the running request. Its answer is still due: by then CTAP2_ERR_KEEPALIVE_CANCEL (2D), or
    /// whatever it came to before.
    Cancel,
}

/// The events that the driver has not seen yet: one of each kind at most.
#[derive(Default)]
pub(super) struct Events {
    request: Option<Request>,
    cancel: bool,
}

impl Events {
    pub(super) fn request(&mut self, request: Request) {
        self.request = Some(request);
    }

    pub(super) const fn cancel(&mut self) {
        self.cancel = true;
    }

    /// Whether the driver has yet to see the running request.
    pub(super) const fn holds_request(&self) -> bool {
        self.request.is_some()
    }

    /// The running request was answered: it is too late to cancel it.
    pub(super) const fn answered(&mut self) {
        self.cancel = false;
    }

    pub(super) fn pop(&mut self) -> Option<Event> {
        if let Some(request) = self.request.take() {
            return Some(Event::Request(request));
        }
        std::mem::take(&mut self.cancel).then_some(Event::Cancel)
    }

    #[cfg(test)]
    pub(super) fn held_bytes(&self) -> usize {
        match &self.request {
            Some(Request::Ctap2(bytes) | Request::U2f(bytes)) => bytes.capacity(),
            None => 0,
        }
    }
}
