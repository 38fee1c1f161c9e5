//! What a membership makes of the authenticator: who may verify the user, and what getInfo says of it.

use super::Membership;
use crate::{platform::VerifierStatus, policy::Verification, settings::Settings, state::State};

/// By whose rules requests are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Binding {
    /// The owner's own settings.
    #[default]
    Free,
    /// A workspace's, which wants verification on the phone.
    OnPhone,
    /// A workspace's, which wants a PIN over NFC.
    ReaderTapAndPin,
    /// None: a workspace has revoked the phone.
    Revoked,
}

impl State {
    pub(crate) fn binding(&self) -> Binding {
        match &self.membership {
            None => Binding::Free,
            Some(Membership::Revoked(_)) => Binding::Revoked,
            Some(Membership::Member(member)) => match member.policy.settings.verification {
                Verification::OnPhone => Binding::OnPhone,
                Verification::ReaderTapAndPin => Binding::ReaderTapAndPin,
            },
        }
    }
}

impl Binding {
    /// The platform's own verification, as far as it is offered: getInfo's three-state `uv` option.
    pub(crate) const fn built_in_uv(self, status: VerifierStatus) -> Option<bool> {
        match self {
            Self::ReaderTapAndPin => None,
            Self::Free | Self::OnPhone | Self::Revoked => status.built_in_uv,
        }
    }

    /// Whether a PIN is anything here.
    pub(crate) const fn offers_pin(self) -> bool {
        !matches!(self, Self::OnPhone)
    }

    /// Whether alwaysUv is on: a workspace has no use for a key that verifies nobody.
    pub(crate) const fn always_uv(self, settings: &Settings) -> bool {
        settings.always_uv || matches!(self, Self::OnPhone | Self::ReaderTapAndPin)
    }

    /// Whether CTAP1/U2F is served, which verifies nobody (CTAP 2.3 §7.2.4).
    pub(crate) const fn serves_u2f(self, settings: &Settings) -> bool {
        matches!(self, Self::Free) && !settings.always_uv
    }
}
