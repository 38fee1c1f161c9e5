//! PIN/UV authentication (CTAP 2.3 §6.5): the two protocols, their key agreement, the token.

mod protocol;
mod token;

pub use protocol::{KeyAgreement, PinProtocol, SharedSecret};
pub use token::{Permissions, Token};
