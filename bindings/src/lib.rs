//! The Pocketkey authenticator for Kotlin and Swift: what `android/sdk` and `ios/` are made of.
//!
//! This crate converts and guards, and knows nothing of its own: what a request means is decided in
//! `pocketkey-core`. Its exported items are internal to the two SDKs, whose hand-written parts are the
//! API for developers.
//!
//! # Threads
//! Every method may be called from any thread, at any time, also from within a foreign implementation.
//! No method waits for another one, and no lock is held while foreign code runs. Work happens on the
//! thread that calls or, for an asynchronous method, polls. Three things have threads of their own, each for
//! as long as it is needed: deadlines, an event listener, and the library's own courier.
//!
//! # Foreign implementations
//! What they give is not trusted. One that throws has failed; one that gives nonsense has failed; one
//! that answers twice, or late, is told so ([`AnswerError`]); one that never answers is overtaken by the
//! question's deadline; one that blocks keeps the thread that called it and the request that it belongs
//! to, and nothing else: [`Authenticator::cancel`] and [`Authenticator::close`] go on at once.

mod authenticator;
#[cfg(feature = "ble")]
mod ble;
mod error;
mod events;
mod foreign;
mod hid;
mod library;
mod link;
mod nfc;
mod passkey;
mod progress;
#[cfg(feature = "software")]
mod software;
#[cfg(test)]
mod task;
#[cfg(all(test, feature = "software"))]
mod tests;
mod timer;
mod types;
mod workspace;

pub use authenticator::{Authenticator, Client, Place};
#[cfg(feature = "ble")]
pub use ble::{BleLink, BleService, ble_service};
pub use error::{AnswerError, CallError, LinkError, OpenError, OwnerError, RequestError};
pub use events::{Event, EventListener, LogLevel};
pub use foreign::{
    Clock, Courier, CourierFailure, CourierReply, ForeignError, GeneratedKey, KeyRole, KeyStore,
    KeyStoreDescription, KeyStoreError, Letter, RandomSource, Seams, UserVerifier,
};
pub use hid::HidLink;
pub use library::{LibraryInfo, library_info};
pub use nfc::NfcCard;
pub use passkey::{Assertion, AssertionRequest, CreatedCredential, CreationRequest};
pub use progress::{
    AssertionCall, AssertionProgress, CreationCall, CreationProgress, MessageCall, MessageProgress,
    WaitingAssertion, WaitingCreation, WaitingMessage,
};
#[cfg(feature = "software")]
pub use software::{software_key_store, software_key_store_with_random};
pub use types::{
    Account, Algorithm, Credential, GrantStatus, KeyState, Membership, Needs, Notice, NoticeReason,
    OfflineLogin, Operation, Policy, Prompt, Protect, Protection, Refusal, Site, Status, Transport,
    Verification, VerifierStatus, WorkspaceInvitation,
};
pub use workspace::{
    ActivationError, CheckInError, LuminancePlane, ScanError, read_activation_code,
};

uniffi::setup_scaffolding!();
