//! What a person is told without being asked: that the workspace's rules have stopped a request.

use std::fmt;

/// A request was refused because of the workspace. Its `Display` is a whole sentence for the phone's
/// screen: what happened, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The workspace's name.
    pub workspace: String,
    /// What stopped the request.
    pub denial: Denial,
}

/// Which rule of a workspace stops a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Denial {
    /// The key, or its user, is suspended.
    Suspended,
    /// The key was revoked, and the phone erased.
    Revoked,
    /// The workspace has to be asked before each use, and did not answer.
    Unreachable,
    /// The workspace did not answer, and every use that it had granted is used up.
    GrantUsedUp,
    /// The workspace did not answer, and the time that it had granted is over.
    GrantExpired,
    /// The request came through a network, without proof that the phone is near.
    NotNear,
    /// The workspace wants the phone on an NFC reader.
    ReaderOnly,
    /// The phone has not been put on the reader for this request, or too long ago.
    NoTap,
    /// The workspace wants verification on the phone, where none is set up.
    VerificationNotSetUp,
    /// The workspace has changed its rules while the request was running.
    RulesChanged,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.workspace;
        match self.denial {
            Denial::Suspended => {
                write!(f, "{name} has suspended this key: ask its administrator")
            }
            Denial::Revoked => write!(
                f,
                "{name} has revoked this key, and everything on it was erased: reset it before it \
                 is used again"
            ),
            Denial::Unreachable => write!(
                f,
                "{name} has to agree to each use and could not be reached: check the phone's \
                 network connection and try again"
            ),
            Denial::GrantUsedUp => write!(
                f,
                "{name} could not be reached, and all uses without it are used up: check the \
                 phone's network connection and try again"
            ),
            Denial::GrantExpired => write!(
                f,
                "{name} could not be reached, and the time for uses without it is over: check the \
                 phone's network connection, its date and its time, and try again"
            ),
            Denial::NotNear => write!(
                f,
                "{name} wants the phone near the computer, which could not be proven: bring it \
                 near and try again"
            ),
            Denial::ReaderOnly => {
                write!(f, "{name} allows this key on an NFC reader only: put the phone on one")
            }
            Denial::NoTap => {
                write!(f, "take the phone off the reader and put it back to agree to the request")
            }
            Denial::VerificationNotSetUp => write!(
                f,
                "{name} wants you verified on the phone: set up a screen lock or biometrics"
            ),
            Denial::RulesChanged => {
                write!(f, "{name} has changed the rules for this key: try again")
            }
        }
    }
}
