//! Messages in more than one APDU: command chaining (ISO 7816-4 §5.3.3) on the way in, GET
//! RESPONSE (ISO 7816-4 §5.3.4) on the way out.

#[cfg(test)]
mod tests;

use super::apdu::{Header, StatusWord, response};

/// A command whose data comes in parts.
pub(super) struct Incoming {
    header: Header,
    /// As much as has come; never more than the limit.
    data: Vec<u8>,
    too_long: bool,
}

impl Incoming {
    pub const fn new(header: Header) -> Self {
        Self { header, data: Vec::new(), too_long: false }
    }

    /// Whether a command with this header is a further part. ISO 7816-4 §5.3.3 wants CLA (apart
    /// from its chaining bit), INS, P1 and P2 the same in the whole chain.
    pub fn continues_with(&self, header: Header) -> bool {
        self.header == header
    }

    /// Adds a part, unless the whole would become longer than `limit`: what is too long is
    /// forgotten at once, and only remembered as such.
    pub fn append(&mut self, part: &[u8], limit: usize) {
        if self.too_long || part.len() > limit.saturating_sub(self.data.len()) {
            self.too_long = true;
            self.data = Vec::new();
        } else {
            self.data.extend_from_slice(part);
        }
    }

    /// How much memory the parts take.
    #[cfg(test)]
    pub fn buffered(&self) -> usize {
        self.data.len()
    }

    /// The whole data; `None` where it was too long.
    pub fn into_data(self) -> Option<Vec<u8>> {
        (!self.too_long).then_some(self.data)
    }
}

/// An answer of which the client takes a part at a time.
pub(super) struct Outgoing {
    data: Vec<u8>,
    sent: usize,
    /// What the last part ends with.
    status: StatusWord,
}

impl Outgoing {
    pub const fn new(data: Vec<u8>, status: StatusWord) -> Self {
        Self { data, sent: 0, status }
    }

    /// The response APDU with the next part, of at most `limit` bytes of data, and what is left
    /// then.
    pub fn next(mut self, limit: usize) -> (Vec<u8>, Option<Self>) {
        let rest = self.data.get(self.sent..).unwrap_or_default();
        match rest.split_at_checked(limit) {
            Some((part, left)) if !left.is_empty() => {
                let apdu = response(part, StatusWord::more(left.len()));
                self.sent = self.sent.saturating_add(limit);
                (apdu, Some(self))
            }
            _ => (response(rest, self.status), None),
        }
    }
}
