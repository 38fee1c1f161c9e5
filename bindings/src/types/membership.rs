//! The phone as a key of a workspace.

use pocketkey_core::{membership, policy, protocol};

/// How the phone stands with a workspace.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Membership {
    /// The phone is a key of a workspace, as of the last check-in.
    Member {
        /// The workspace's name.
        workspace: String,
        /// Its origin, such as `https://keys.example`.
        origin: String,
        /// The name of the user whose key the phone is.
        user: String,
        /// Whether the key is active or suspended.
        state: KeyState,
        /// The rules that hold.
        policy: Policy,
        /// What may be signed without a check-in; none: nothing.
        grant: Option<GrantStatus>,
        /// When the last check-in was answered, in seconds since 1970 by the workspace's clock.
        last_check_in: u64,
    },
    /// It was, until the workspace revoked it; nothing is left, and a reset forgets that too.
    Revoked {
        /// The workspace's name.
        workspace: String,
        /// Its origin.
        origin: String,
        /// When it said so, in seconds since 1970 by its clock.
        at: u64,
    },
}

/// Whether a key may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum KeyState {
    /// It may.
    Active,
    /// Not now: the key, or its user, is suspended.
    Suspended,
    /// Never again.
    Revoked,
}

/// What is left of a grant for use without the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct GrantStatus {
    /// Signatures.
    pub left: u32,
    /// Until when, in seconds since 1970. It may be over.
    pub until: u64,
}

/// The rules of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Policy {
    /// Rises with each change.
    pub version: u64,
    /// What they are.
    pub rules: Rules,
}

/// What a workspace's rules are.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Rules {
    /// Whether a request that comes through a network needs proof that the phone is near.
    pub bluetooth_proximity: bool,
    /// What may be signed without asking the workspace; none: nothing.
    pub offline_login: Option<OfflineLogin>,
    /// How the person is verified.
    pub verification: Verification,
}

/// How much may be signed before the phone has to check in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct OfflineLogin {
    /// Signatures.
    pub uses: u32,
    /// Days from the last check-in.
    pub days: u16,
}

/// How the person is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Verification {
    /// On the phone, by biometrics or screen lock, for every request.
    OnPhone,
    /// By a tap on an NFC reader and a PIN typed on the computer.
    ReaderTapAndPin,
}

/// Who invites whom.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WorkspaceInvitation {
    /// The workspace's name.
    pub workspace: String,
    /// Its origin, such as `https://keys.example`.
    pub origin: String,
    /// The name of the user whose key the phone would be.
    pub user: String,
}

impl From<&policy::Settings> for Rules {
    fn from(settings: &policy::Settings) -> Self {
        Self {
            bluetooth_proximity: settings.bluetooth_proximity,
            offline_login: settings
                .offline_login
                .map(|offline| OfflineLogin { uses: offline.uses, days: offline.days }),
            verification: match settings.verification {
                policy::Verification::OnPhone => Verification::OnPhone,
                policy::Verification::ReaderTapAndPin => Verification::ReaderTapAndPin,
            },
        }
    }
}

impl From<membership::MemberStatus> for Membership {
    fn from(member: membership::MemberStatus) -> Self {
        Self::Member {
            workspace: member.workspace.name,
            origin: member.origin,
            user: member.user.name,
            state: match member.state {
                protocol::KeyState::Active => KeyState::Active,
                protocol::KeyState::Suspended => KeyState::Suspended,
                protocol::KeyState::Revoked => KeyState::Revoked,
            },
            policy: Policy { version: member.policy_version, rules: (&member.settings).into() },
            grant: member.grant.map(|grant| GrantStatus { left: grant.left, until: grant.until }),
            last_check_in: member.last_check_in,
        }
    }
}

impl From<membership::MembershipStatus> for Membership {
    fn from(status: membership::MembershipStatus) -> Self {
        match status {
            membership::MembershipStatus::Member(member) => member.into(),
            membership::MembershipStatus::Revoked(revocation) => Self::Revoked {
                workspace: revocation.workspace.name,
                origin: revocation.origin,
                at: revocation.at,
            },
        }
    }
}
