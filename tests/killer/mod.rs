//! A CTAP2 client for the hostile tests, over any wire: a socket to the emulated phone, or the
//! authenticator in the same process. It shares no code with the authenticator.
//!
//! Every call gives what the wire did (a killed phone answers nothing), and inside of that what the
//! authenticator did: the answer's CBOR, or a status.

mod pin;
mod requests;

use std::io;

use ciborium::Value;

#[allow(unused_imports, reason = "each test uses another part")]
pub use pin::{Permissions, Token};
#[allow(unused_imports, reason = "each test uses another part")]
pub use requests::Registration;

/// What carries a request there and an answer back.
pub trait Wire {
    /// One command byte with its parameters; a status byte with the answer.
    fn call(&mut self, request: &[u8]) -> io::Result<Vec<u8>>;
}

/// What the authenticator answers: CBOR (`Null` where there is none), or a status byte.
pub type Answer = Result<Value, u8>;

/// Statuses that the tests tell from others (CTAP 2.3 §8.2).
pub mod status {
    pub const KEY_STORE_FULL: u8 = 0x28;
    pub const NO_CREDENTIALS: u8 = 0x2e;
    pub const PIN_INVALID: u8 = 0x31;
    pub const PIN_BLOCKED: u8 = 0x32;
    pub const PIN_AUTH_BLOCKED: u8 = 0x34;
    pub const OTHER: u8 = 0x7f;
}

/// The client of one wire.
pub struct Ctap<W> {
    pub wire: W,
}

impl<W: Wire> Ctap<W> {
    pub fn new(wire: W) -> Self {
        Self { wire }
    }

    /// Sends a command whose parameters are a map with integer keys; entries that are `Null` are
    /// left out.
    pub fn send(&mut self, command: u8, parameters: Vec<(i64, Value)>) -> io::Result<Answer> {
        let mut request = vec![command];
        request.extend(encode(&map(parameters)));
        let answer = self.wire.call(&request)?;
        let Some((&status, body)) = answer.split_first() else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        if status != 0 {
            return Ok(Err(status));
        }
        if body.is_empty() {
            return Ok(Ok(Value::Null));
        }
        Ok(Ok(ciborium::from_reader(body).map_err(io::Error::other)?))
    }
}

/// A map with integer keys, in the canonical order, without what is `Null`.
pub fn map(entries: Vec<(i64, Value)>) -> Value {
    let mut entries: Vec<_> = entries.into_iter().filter(|(_, value)| !value.is_null()).collect();
    // Positive keys first, each kind by its distance from zero: the order of their encodings.
    entries.sort_by_key(|(key, _)| (*key < 0, key.unsigned_abs()));
    Value::Map(entries.into_iter().map(|(key, value)| (Value::from(key), value)).collect())
}

/// A map with text keys, in the canonical order.
pub fn named(mut entries: Vec<(&str, Value)>) -> Value {
    entries.sort_by_key(|(key, _)| (key.len(), *key));
    Value::Map(entries.into_iter().map(|(key, value)| (Value::from(key), value)).collect())
}

pub fn bytes(bytes: &[u8]) -> Value {
    Value::Bytes(bytes.to_vec())
}

pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).expect("a Vec takes everything");
    out
}

/// The member of an answer with an integer key.
pub fn member(answer: &Value, key: i64) -> Option<&Value> {
    let entries = answer.as_map()?;
    entries.iter().find(|(name, _)| *name == Value::from(key)).map(|(_, value)| value)
}

/// The member of a map with a text key.
pub fn text<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    let entries = map.as_map()?;
    entries.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
}
