//! The Pocketkey authenticator: CTAP 2.3 and U2F for a phone, without I/O of its own.
//!
//! A shell implements the seams of [`platform`], opens an [`Authenticator`] on a database file, and
//! hands it requests that one of the state machines in [`transport`] took apart:
//!
//! ```text
//! reports, APDUs → transport → Authenticator::begin → Transaction::ctap2 → transport → client
//! ```

pub mod activation;
pub mod algorithm;
mod authenticator;
mod command;
mod counter;
mod credential;
mod crypto;
pub mod ctap;
mod extension;
pub mod membership;
mod metadata;
pub mod model;
#[cfg(feature = "network")]
pub mod network;
mod owner;
pub mod pin;
pub mod platform;
pub mod policy;
pub mod protocol;
mod settings;
pub mod software;
mod state;
pub mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod transport;

pub use authenticator::{
    Authenticator, Busy, Nearness, OwnerError, ProximityProof, Source, Transaction,
    TransactionHandle,
};
pub use credential::CredProtect;
pub use ctap::request::MAX_MSG_SIZE;
pub use owner::{CredentialSummary, Protection};
pub use store::{Location, OpenError, StoreError};
