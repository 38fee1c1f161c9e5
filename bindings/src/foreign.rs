//! The other side: traits that an app implements, and what stands between them and the core.
//!
//! Foreign code is called with no lock held, and through [`guarded`] only: whatever it throws, and a
//! panic on the way, becomes an error value.

mod clock;
mod courier;
mod key_store;
mod open_calls;
#[cfg(feature = "network")]
mod own_courier;
mod verifier;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

pub use clock::{Clock, RandomSource};
pub(crate) use clock::{ForeignClock, ForeignRandom, SystemClock};
pub use courier::{Courier, CourierFailure, CourierReply, Letter};
pub(crate) use courier::{Couriers, ForeignCourier};
pub(crate) use key_store::ForeignKeyStore;
pub use key_store::{GeneratedKey, KeyRole, KeyStore, KeyStoreDescription, KeyStoreError};
#[cfg(feature = "network")]
pub(crate) use own_courier::OwnCourier;
pub use verifier::UserVerifier;
pub(crate) use verifier::{Answer, ForeignVerifier, Questions, Told};

/// A foreign implementation has failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ForeignError {
    /// It threw.
    #[error("{reason}")]
    Failed {
        /// What it threw.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ForeignError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}

/// Parts of the platform that an app replaces where it has a reason.
#[derive(Clone, Default, uniffi::Record)]
pub struct Seams {
    /// A clock in place of the system's.
    #[uniffi(default = None)]
    pub clock: Option<Arc<dyn Clock>>,
    /// A source of randomness in place of the system's. Everything is as secure as this.
    #[uniffi(default = None)]
    pub random: Option<Arc<dyn RandomSource>>,
    /// The way to the workspace. Without one, the library's own is taken where it was built with
    /// `network` (HTTPS by the system's sockets, no proxy); else a phone that belongs to a workspace reaches
    /// it never.
    #[uniffi(default = None)]
    pub courier: Option<Arc<dyn Courier>>,
}

/// Calls foreign code. A panic in it is an implementation in Rust that is as hostile as any other.
pub(crate) fn guarded<T, E>(
    call: impl FnOnce() -> Result<T, E>,
    panicked: impl FnOnce() -> E,
) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(panicked()))
}

/// The same for what only tells, and whose failure helps nobody.
pub(crate) fn told(call: impl FnOnce() -> Result<(), ForeignError>) -> Result<(), String> {
    let panicked = || ForeignError::Failed { reason: "it panicked".to_owned() };
    guarded(call, panicked).map_err(|ForeignError::Failed { reason }| reason)
}
