//! The Pocketkey authenticator core.

pub mod transport;

/// The longest request in bytes, its command byte included (getInfo's `maxMsgSize`).
pub const MAX_MSG_SIZE: usize = 7609;
