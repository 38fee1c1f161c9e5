//! Errors, typed and small. What a person reads is made in the two SDKs, in the person's language.

#[cfg(test)]
mod tests;

use pocketkey_core::{self as core, StoreError};

use crate::types::Notice;

/// Why an authenticator could not be opened. Nothing has been changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum OpenError {
    /// The file was sealed by another key store, or under a key that is gone.
    #[error("the store was sealed with another key")]
    WrongKey,
    /// The file is not one of ours.
    #[error("{path} is not a Pocketkey store")]
    NotAStore {
        /// The file.
        path: String,
    },
    /// The file ends before its last page.
    #[error("{path} is truncated")]
    Truncated {
        /// The file.
        path: String,
    },
    /// A newer version made it.
    #[error("the store has schema version {found}, this library knows up to {known}")]
    NewerSchema {
        /// The version in the file.
        found: u32,
        /// The newest version that is understood.
        known: u32,
    },
    /// It is open already, in this process or another. A closed authenticator lets go of its file when
    /// the calls that were running have returned.
    #[error("the store is in use")]
    InUse,
    /// The file system refused: nothing is there, nothing may be written, or no room is left.
    #[error("the store's file cannot be used: {reason}")]
    Io {
        /// What the system says.
        reason: String,
    },
    /// Something in it cannot be read.
    #[error("the store is damaged: {reason}")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
    /// The key store could not describe itself, or not wrap or unwrap the store's key.
    #[error("the key store failed: {reason}")]
    KeyStore {
        /// What it said.
        reason: String,
    },
}

impl From<core::OpenError> for OpenError {
    fn from(error: core::OpenError) -> Self {
        match error {
            core::OpenError::WrongKey => Self::WrongKey,
            core::OpenError::NotAStore(path) => {
                Self::NotAStore { path: path.display().to_string() }
            }
            core::OpenError::Truncated(path) => {
                Self::Truncated { path: path.display().to_string() }
            }
            core::OpenError::NewerSchema { found, known } => Self::NewerSchema { found, known },
            core::OpenError::InUse => Self::InUse,
            core::OpenError::Io(error) => Self::Io { reason: error.to_string() },
            core::OpenError::Store(StoreError::Platform) => {
                Self::KeyStore { reason: StoreError::Platform.to_string() }
            }
            core::OpenError::Store(error @ (StoreError::DiskFull | StoreError::ReadOnly)) => {
                Self::Io { reason: error.to_string() }
            }
            core::OpenError::Store(error) => Self::Damaged { reason: error.to_string() },
        }
    }
}

/// Why a request was not begun, or its answer is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum CallError {
    /// Another request is running: answer with the transport's own *busy*.
    #[error("the authenticator is serving another client")]
    Busy,
    /// The authenticator was closed, before the call or during it.
    #[error("the authenticator is closed")]
    Closed,
}

/// Why a passkey was not made or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum RequestError {
    /// Another request is running.
    #[error("the authenticator is serving another client")]
    Busy,
    /// The authenticator was closed, before the call or during it.
    #[error("the authenticator is closed")]
    Closed,
    /// The request itself cannot be sent.
    #[error("{what} is not possible")]
    Invalid {
        /// Which member.
        what: String,
    },
    /// The workspace's rules have stopped the request, which was shown to the person too.
    #[error("{}", notice.text)]
    Stopped {
        /// Which rule, and what to do.
        notice: Notice,
    },
    /// The authenticator refused.
    #[error("the authenticator refused: {name}")]
    Refused {
        /// The status byte (CTAP 2.3 §8.2).
        status: u8,
        /// The standard's name for it.
        name: String,
    },
}

impl From<CallError> for RequestError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Busy => Self::Busy,
            CallError::Closed => Self::Closed,
        }
    }
}

/// Why the owner's own access failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum OwnerError {
    /// A client is being served; try again when it is done, or cancel it.
    #[error("a client is being served")]
    Busy,
    /// The authenticator is closed.
    #[error("the authenticator is closed")]
    Closed,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// The file or its file system cannot be written.
    #[error("the store cannot be written")]
    ReadOnly,
    /// Something stored was altered, or the disk failed.
    #[error("the store is damaged: {reason}")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
    /// The key store, or the source of randomness, failed.
    #[error("the platform failed")]
    Platform,
}

impl From<core::OwnerError> for OwnerError {
    fn from(error: core::OwnerError) -> Self {
        match error {
            core::OwnerError::Busy(_) => Self::Busy,
            core::OwnerError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for OwnerError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::DiskFull => Self::DiskFull,
            StoreError::ReadOnly => Self::ReadOnly,
            StoreError::Platform => Self::Platform,
            error => Self::Damaged { reason: error.to_string() },
        }
    }
}

/// Why an answer came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum AnswerError {
    /// Nobody asks that: it was answered already, or withdrawn, or never asked.
    #[error("the question is not open")]
    NotAsked,
    /// The authenticator is closed.
    #[error("the authenticator is closed")]
    Closed,
}

/// Why a link's frames were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum LinkError {
    /// The link, or its authenticator, is closed.
    #[error("the link is closed")]
    Closed,
    /// A report has another length.
    #[error("a report has {expected} bytes, not {found}")]
    WrongLength {
        /// What it must have.
        expected: u32,
        /// What it has.
        found: u32,
    },
    /// Somebody else is waiting for this link's next frame.
    #[error("the link is driven by somebody else")]
    InUse,
}
