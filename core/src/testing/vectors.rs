//! The vectors of `core/tests/vectors`, which libraries of others computed (see `generate.py`).
#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::Value;

/// One vector: an object whose byte strings are hexadecimal.
pub(crate) struct Vector(Value);

/// Reads a file that was included with `include_str!`.
pub(crate) fn read(file: &str) -> Vec<Vector> {
    let vectors: Vec<Value> = serde_json::from_str(file).expect("a file of vectors is a list");
    assert!(!vectors.is_empty(), "a test without vectors tests nothing");
    vectors.into_iter().map(Vector).collect()
}

impl Vector {
    pub(crate) fn text(&self, member: &str) -> &str {
        self.0.get(member).and_then(Value::as_str).expect("a member that is a text")
    }

    pub(crate) fn number(&self, member: &str) -> i64 {
        self.0.get(member).and_then(Value::as_i64).expect("a member that is a number")
    }

    pub(crate) fn bytes(&self, member: &str) -> Vec<u8> {
        hex::decode(self.text(member)).unwrap()
    }

    /// A member of exactly this length.
    pub(crate) fn array<const N: usize>(&self, member: &str) -> [u8; N] {
        self.bytes(member).try_into().expect("a member of this length")
    }

    /// A member that may be null.
    pub(crate) fn optional(&self, member: &str) -> Option<Vec<u8>> {
        let value = self.0.get(member).expect("a member");
        (!value.is_null()).then(|| self.bytes(member))
    }

    /// A member that is an object of its own.
    pub(crate) fn inner(&self, member: &str) -> Self {
        Self(self.0.get(member).expect("a member").clone())
    }
}
