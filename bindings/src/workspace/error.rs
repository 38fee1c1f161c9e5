//! Why a phone did not join, or was not told how it stands.

use pocketkey_core::{activation, membership, platform::Unreachable, protocol};

use crate::foreign::CourierFailure;

/// Why a picture gave no activation link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ScanError {
    /// Its sizes do not fit together, or are more than is looked at.
    #[error("this is not a picture that can be looked at")]
    NotAPicture,
    /// No QR code.
    #[error("no QR code was found")]
    NothingFound,
    /// Something that looks like a QR code, but cannot be read.
    #[error("a QR code was found that cannot be read")]
    Unreadable,
    /// One or more QR codes, none of which is an activation link that can be used.
    #[error("the QR code cannot be used: {reason}")]
    SomethingElse {
        /// Why, in English.
        reason: String,
    },
    /// Activation links that differ.
    #[error("the picture shows {count} different activation codes")]
    Several {
        /// How many.
        count: u32,
    },
}

impl From<activation::ScanError> for ScanError {
    fn from(error: activation::ScanError) -> Self {
        match error {
            activation::ScanError::NotAPicture => Self::NotAPicture,
            activation::ScanError::NothingFound => Self::NothingFound,
            activation::ScanError::Unreadable => Self::Unreadable,
            activation::ScanError::Several(count) => {
                Self::Several { count: u32::try_from(count).unwrap_or(u32::MAX) }
            }
            error @ (activation::ScanError::SomethingElse | activation::ScanError::Link(_)) => {
                Self::SomethingElse { reason: error.to_string() }
            }
        }
    }
}

/// Why a phone did not become a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ActivationError {
    /// The text is no activation link, or a damaged one.
    #[error("the activation link cannot be used: {reason}")]
    Link {
        /// Why, in English.
        reason: String,
    },
    /// The phone belongs to a workspace, or was revoked by one: a reset comes first.
    #[error("the phone belongs to a workspace already")]
    AlreadyBound,
    /// Nothing came back. The same link goes on with it.
    #[error("the workspace cannot be reached")]
    Unreachable {
        /// What the courier says.
        failure: CourierFailure,
    },
    /// The workspace says no. Nothing is left of the attempt.
    #[error("the workspace refuses: {problem}")]
    Refused {
        /// What it says: a URN such as `urn:pocketkey:problem:ticket-used`.
        problem: String,
    },
    /// What came back is not from the workspace of the link, or not about it.
    #[error("the workspace's answer cannot be used: {reason}")]
    NotBelieved {
        /// Why, in English.
        reason: String,
    },
    /// The link's time is over.
    #[error("the activation link has expired")]
    Expired,
    /// The workspace wants what this phone cannot do: rules, or signatures.
    #[error("this phone cannot do what the workspace wants: {reason}")]
    NotPossible {
        /// Why, in English.
        reason: String,
    },
    /// Nobody can be verified: no screen lock, no biometrics.
    #[error("user verification is not set up")]
    VerificationNotSetUp,
    /// The person did not agree in time, or was not verified.
    #[error("nobody agreed")]
    NotAgreed,
    /// The call was cancelled.
    #[error("the activation was cancelled")]
    Cancelled,
    /// No activation has been begun.
    #[error("no activation has been begun")]
    NothingPending,
    /// The workspace has revoked this key already.
    #[error("the workspace has revoked this key already")]
    Revoked,
    /// A client is being served.
    #[error("a client is being served")]
    Busy,
    /// The authenticator is closed.
    #[error("the authenticator is closed")]
    Closed,
    /// The key store, the source of randomness or the store failed.
    #[error("the platform failed: {reason}")]
    Platform {
        /// What failed, in English.
        reason: String,
    },
}

impl From<&protocol::LinkError> for ActivationError {
    fn from(error: &protocol::LinkError) -> Self {
        Self::Link { reason: error.to_string() }
    }
}

impl From<activation::ActivationError> for ActivationError {
    fn from(error: activation::ActivationError) -> Self {
        use activation::ActivationError as Core;
        let reason = error.to_string();
        match error {
            Core::AlreadyBound => Self::AlreadyBound,
            Core::Unreachable(why) => Self::Unreachable { failure: why.into() },
            Core::Refused(problem) => Self::Refused { problem: problem.uri().to_owned() },
            Core::NotTheWorkspace(_)
            | Core::OtherOffer
            | Core::ForeignAddress
            | Core::NotAnAnswer(_) => Self::NotBelieved { reason },
            Core::Expired => Self::Expired,
            Core::Rules(_) | Core::NoAlgorithm => Self::NotPossible { reason },
            Core::VerificationNotSetUp => Self::VerificationNotSetUp,
            Core::NotAgreed => Self::NotAgreed,
            Core::Cancelled => Self::Cancelled,
            Core::NothingPending => Self::NothingPending,
            Core::Revoked => Self::Revoked,
            Core::Busy(_) => Self::Busy,
            Core::Platform | Core::Store(_) => Self::Platform { reason },
        }
    }
}

impl From<Unreachable> for CourierFailure {
    fn from(why: Unreachable) -> Self {
        match why {
            Unreachable::NoAnswer => Self::NoAnswer,
            Unreachable::TimedOut => Self::TimedOut,
            Unreachable::NotTheServer => Self::NotTheServer,
        }
    }
}

/// Why a check-in told the phone nothing. What held before still holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum CheckInError {
    /// The phone is no key of any workspace.
    #[error("the phone belongs to no workspace")]
    NotAMember,
    /// Nothing came back.
    #[error("the workspace cannot be reached")]
    Unreachable {
        /// What the courier says.
        failure: CourierFailure,
    },
    /// Somebody said, unsigned, that there is no answer.
    #[error("the check-in was not answered: {problem}")]
    Refused {
        /// What it says: a URN such as `urn:pocketkey:problem:key-unknown`.
        problem: String,
    },
    /// What came back is no answer to be believed.
    #[error("the workspace's answer cannot be believed: {reason}")]
    NotBelieved {
        /// Why, in English.
        reason: String,
    },
    /// The call was cancelled.
    #[error("the check-in was cancelled")]
    Cancelled,
    /// The authenticator is closed.
    #[error("the authenticator is closed")]
    Closed,
    /// The key store, the source of randomness or the store failed.
    #[error("the platform failed: {reason}")]
    Platform {
        /// What failed, in English.
        reason: String,
    },
}

impl From<membership::CheckInError> for CheckInError {
    fn from(error: membership::CheckInError) -> Self {
        use membership::CheckInError as Core;
        let reason = error.to_string();
        match error {
            Core::NotAMember => Self::NotAMember,
            Core::Unreachable(why) => Self::Unreachable { failure: why.into() },
            Core::Refused(problem) => Self::Refused { problem: problem.uri().to_owned() },
            Core::NotAnAnswer(_) => Self::NotBelieved { reason },
            Core::Platform | Core::Store(_) => Self::Platform { reason },
        }
    }
}
