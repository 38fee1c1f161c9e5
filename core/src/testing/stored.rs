//! What the store holds, without its seal: for tests that write it themselves.

use crate::{
    credential::{CredProtect, Credential},
    membership::{Membership, PendingEnrolment},
    settings::Settings,
    store::SiteSummary,
};

/// A kind of thing that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// PIN, retries and configuration.
    Settings,
    /// A site that has credentials.
    Site,
    /// A credential's row.
    Credential,
    /// A credential that is in its own ID.
    WrappedCredential,
    /// What binds the phone to a workspace.
    Membership,
    /// An enrolment that waits for its answer.
    Enrolment,
}

impl Stored {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Settings,
        Self::Site,
        Self::Credential,
        Self::WrappedCredential,
        Self::Membership,
        Self::Enrolment,
    ];

    /// Reads `bytes` as the store does, and writes what it has understood; `None` where it refuses them.
    #[must_use]
    pub fn rewrite(self, bytes: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Settings => Some(Settings::decode(bytes).ok()?.encode().to_vec()),
            Self::Site => Some(SiteSummary::decode(bytes).ok()?.encode()),
            Self::Credential => {
                let id = vec![1; 32];
                let credential = Credential::decode_row(id, CredProtect::UvOptional, bytes)?;
                Some(credential.encode_row().to_vec())
            }
            Self::WrappedCredential => {
                Some(Credential::decode_wrapped(&[2; 64], bytes)?.encode_wrapped().to_vec())
            }
            Self::Membership => Some(Membership::decode(bytes)?.encode().to_vec()),
            Self::Enrolment => Some(PendingEnrolment::decode(bytes)?.encode().to_vec()),
        }
    }
}
