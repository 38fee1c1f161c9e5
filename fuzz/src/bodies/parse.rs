//! Takes a conversation apart.
//!
//! ```text
//! owner POST /admin/users/{user}/edit      who asks, and the request's first line
//! content-type: application/json           headers, one a line
//!                                          an empty line
//! {"name":"…"}                             the body, until 0x1e or the end
//! ```

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

/// Ends a request.
const SEPARATOR: u8 = 0x1e;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Somebody who knows nothing but the addresses.
    Nobody,
    /// Somebody with a password, a ticket or a link in hand.
    Visitor,
    Owner,
    Administrator,
    Auditor,
    /// Signed in at the sign-in page.
    User,
    /// With a token of every scope.
    Program,
    /// With a token that may only read.
    Reader,
    /// A phone that is a key, and one that becomes one.
    Phone,
}

impl Who {
    pub const ALL: [(Self, &str); 9] = [
        (Self::Nobody, "nobody"),
        (Self::Visitor, "visitor"),
        (Self::Owner, "owner"),
        (Self::Administrator, "administrator"),
        (Self::Auditor, "auditor"),
        (Self::User, "user"),
        (Self::Program, "program"),
        (Self::Reader, "reader"),
        (Self::Phone, "phone"),
    ];

    /// Whether they hold what was handed out in confidence.
    pub fn is_trusted_with_secrets(self) -> bool {
        matches!(self, Self::Visitor | Self::Phone)
    }
}

/// A request.
#[derive(Debug)]
pub struct Asked {
    pub who: Who,
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Asked {
    /// `None` for what no HTTP server would hand on.
    pub fn parse(who: Who, text: &[u8]) -> Option<Self> {
        let (line, mut rest) = split(text, b'\n');
        let (method, target) = split(line, b' ');
        let method = Method::from_bytes(method).ok()?;
        let uri = Uri::try_from(target).ok().filter(|uri| uri.path().starts_with('/'))?;
        let mut headers = HeaderMap::new();
        loop {
            let (line, after) = split(rest, b'\n');
            rest = after;
            if line.is_empty() {
                break;
            }
            let (name, value) = split(line, b':');
            let name = HeaderName::from_bytes(name).ok()?;
            headers.append(name, HeaderValue::from_bytes(value.trim_ascii()).ok()?);
        }
        Some(Self { who, method, uri, headers, body: rest.to_vec() })
    }

    /// Whether the request says by its method that it changes nothing (RFC 9110 §9.2.1).
    pub fn is_safe(&self) -> bool {
        self.method.is_safe()
    }

    pub fn is_by_program(&self) -> bool {
        self.uri.path().starts_with("/api/") || self.uri.path().starts_with("/phone/")
    }
}

/// The requests of an input, and who makes each.
pub fn requests(data: &[u8]) -> impl Iterator<Item = (Who, &[u8])> {
    data.split(|byte| *byte == SEPARATOR).map(|request| {
        let (name, text) = split(request, b' ');
        let known = Who::ALL.iter().find(|(_, known)| known.as_bytes() == name);
        (known.map_or(Who::Nobody, |(who, _)| *who), text)
    })
}

/// Before the first such byte, and after it.
pub fn split(bytes: &[u8], at: u8) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == at) {
        Some(place) => (&bytes[..place], &bytes[place + 1..]),
        None => (bytes, &[]),
    }
}
