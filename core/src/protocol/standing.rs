//! The messages by which a phone learns how it stands with its workspace.

use serde::{Deserialize, Serialize};

use super::{Algorithm, Digest, Message, Nonce};
use crate::policy::Policy;

/// A phone asks how it stands. Signed by the device key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckIn {
    /// The key's ID in the workspace.
    pub key: String,
    /// Makes the answer this one's answer.
    pub nonce: Nonce,
    /// Rises with each check-in, so that none can be sent again.
    pub sequence: u64,
    /// The version of the policy that the phone holds.
    pub policy: u64,
    /// What is left of its grant.
    pub grant: Option<GrantReport>,
}

impl Message for CheckIn {
    const TYPE: &'static str = "pocketkey-check-in";
    const ALGORITHM: Algorithm = Algorithm::Es256;
}

/// What a phone has left of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantReport {
    /// Which grant.
    pub serial: u64,
    /// Uses left.
    pub left: u32,
}

/// How a phone stands: the answer to one enrolment or check-in, signed by the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// The workspace's origin.
    pub issuer: String,
    /// The hash of the message that this answers.
    pub answers: Digest,
    /// The key's ID in the workspace.
    pub key: String,
    /// What the key may do.
    pub state: KeyState,
    /// The rules.
    pub policy: Policy,
    /// What may be signed without a check-in; only with [`KeyState::Active`].
    pub grant: Option<Grant>,
    /// When it was made, in seconds since 1970.
    pub issued_at: u64,
}

impl Message for Standing {
    const TYPE: &'static str = "pocketkey-standing";
    const ALGORITHM: Algorithm = Algorithm::EdDsa;
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyState {
    /// Sign.
    Active,
    /// Nothing until it is resumed: the key, or its user, was suspended or blocked.
    Suspended,
    /// Nothing ever again.
    Revoked,
}

/// A permission to sign without a check-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Rises with each grant: an older one never replaces a newer.
    pub serial: u64,
    /// How many signatures.
    pub uses: u32,
    /// Until when, in seconds since 1970.
    pub until: u64,
}
