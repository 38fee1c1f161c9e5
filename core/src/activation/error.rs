//! Why a phone did not become a key.

use crate::{
    authenticator::{Busy, OwnerError},
    membership::{JoinError, NotAnAnswer},
    platform::Unreachable,
    policy::SettingsError,
    protocol::{JwsError, Problem},
    store::StoreError,
};

/// Why a phone did not become a key. Its `Display` says what happened and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum ActivationError {
    /// The phone belongs to a workspace, or was revoked by one.
    #[error("this phone belongs to a workspace already: reset it before it joins another")]
    AlreadyBound,
    /// Nothing came back. What was sent may have arrived: the same link, or
    /// [`resume_activation`](crate::Authenticator::resume_activation), goes on with it.
    #[error("{0}; then scan the same code again")]
    Unreachable(#[from] Unreachable),
    /// The workspace says no. Nothing is left of the attempt.
    #[error("{0}: ask the administrator for a new code")]
    Refused(Problem),
    /// What came back was not signed by the workspace of the code.
    #[error("the answer is not from the workspace of this code ({0}): scan the code again")]
    NotTheWorkspace(#[from] JwsError),
    /// The offer is signed, and for something else than the code said.
    #[error("the workspace's offer does not belong to this code: ask for a new code")]
    OtherOffer,
    /// The offer was signed for another address than it was fetched from, or for a foreign site.
    #[error("the workspace offers a sign-in for an address that is not its own")]
    ForeignAddress,
    /// Its time is over, by this phone's clock.
    #[error("this code has expired: ask for a new one, and check the phone's date and time")]
    Expired,
    /// The workspace wants rules that this phone cannot keep.
    #[error("this phone cannot keep the workspace's rules: {0}")]
    Rules(#[from] SettingsError),
    /// The workspace takes none of the signatures that this phone can make.
    #[error("the workspace takes no signature that this phone can make")]
    NoAlgorithm,
    /// Nobody can be verified.
    #[error("set up a screen lock, a fingerprint or a face on this phone first")]
    VerificationNotSetUp,
    /// The person did not agree, or was not verified.
    #[error("nothing was changed: you did not agree in time, or could not be verified")]
    NotAgreed,
    /// Someone has cancelled it.
    #[error("the activation was cancelled")]
    Cancelled,
    /// There is none to go on with.
    #[error("no activation has been begun: scan a code")]
    NothingPending,
    /// The workspace's answer counts for nothing. The enrolment is still pending.
    #[error("the workspace's answer cannot be believed ({0}): scan the same code again")]
    NotAnAnswer(NotAnAnswer),
    /// The workspace has revoked the key meanwhile. Nothing is left of the attempt.
    #[error("the workspace has revoked this key already: ask the administrator for a new code")]
    Revoked,
    /// A request is being served.
    #[error("the phone is answering a request: try again when it is done")]
    Busy(#[from] Busy),
    /// The key store or the randomness failed.
    #[error("the phone's key store failed: restart the phone and try again")]
    Platform,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<JoinError> for ActivationError {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::AlreadyBound => Self::AlreadyBound,
            JoinError::NothingPending => Self::NothingPending,
            JoinError::NotAnAnswer(NotAnAnswer::Message(error)) => Self::NotTheWorkspace(error),
            JoinError::NotAnAnswer(error) => Self::NotAnAnswer(error),
            JoinError::Revoked => Self::Revoked,
            JoinError::Store(error) => Self::Store(error),
        }
    }
}

impl From<OwnerError> for ActivationError {
    fn from(error: OwnerError) -> Self {
        match error {
            OwnerError::Busy(busy) => Self::Busy(busy),
            OwnerError::Store(error) => Self::Store(error),
        }
    }
}
