//! PIN/UV authentication (CTAP 2.3 §6.5): the two protocols, their key agreement, the token.

mod protocol;
#[cfg(test)]
mod tests;
mod token;

pub use protocol::{KeyAgreement, PinProtocol, SharedSecret};
pub use token::{Permissions, Token};
