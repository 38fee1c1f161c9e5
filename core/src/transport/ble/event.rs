//! What a link tells its driver, and what the driver answers.

use std::fmt;

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

/// A request for the authenticator, never empty and at most
/// [`MAX_MESSAGE_LEN`](super::MAX_MESSAGE_LEN) bytes long.
#[derive(Clone, PartialEq, Eq)]
pub enum Request {
    /// A CTAP2 command byte and its CBOR parameters.
    Ctap2(Vec<u8>),
    /// A raw U2F request APDU.
    U2f(Vec<u8>),
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, bytes) = match self {
            Self::Ctap2(bytes) => ("Ctap2", bytes),
            Self::U2f(bytes) => ("U2f", bytes),
        };
        write!(f, "{name}({} bytes)", bytes.len())
    }
}

/// What a request came to.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// The response: status byte and CBOR, or U2F data and status word. Of more than
    /// [`MAX_MESSAGE_LEN`](super::MAX_MESSAGE_LEN) bytes the client only gets ERR_OTHER.
    Message(Vec<u8>),
    /// The authenticator is taken by another transport or link: the client gets ERR_BUSY.
    Busy,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(bytes) => write!(f, "Message({} bytes)", bytes.len()),
            Self::Busy => f.write_str("Busy"),
        }
    }
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
