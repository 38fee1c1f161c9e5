//! The Pocketkey authenticator core.

pub mod transport;
