//! Canonical CBOR as CTAP 2.3 §8 wants it: one strict reader, one writer that can do no other.

mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub use reader::{Key, Reader, Type};
pub use writer::{MapWriter, Writer};

use super::status::Status;

/// Why bytes are not the CBOR that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// Not canonical, cut short, nested too deep, or followed by something.
    #[error("not canonical CBOR")]
    Malformed,
    /// Well-formed, but of another type.
    #[error("a CBOR item of another type was expected")]
    UnexpectedType,
}

impl From<CborError> for Status {
    fn from(error: CborError) -> Self {
        match error {
            CborError::Malformed => Self::InvalidCbor,
            CborError::UnexpectedType => Self::CborUnexpectedType,
        }
    }
}

/// How deep maps and arrays may be nested (CTAP 2.3 §8, "message encoding").
pub const MAX_NESTING: usize = 4;
