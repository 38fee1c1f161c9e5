//! What the phone shows of its membership.

use super::{Member, Membership};
use crate::{
    authenticator::{Authenticator, OwnerError},
    policy::Settings,
    protocol::{KeyState, UserName, WorkspaceName},
};

/// How the phone stands with a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MembershipStatus {
    /// The phone is a key of a workspace.
    Member(MemberStatus),
    /// It was, until the workspace revoked it; nothing is left, and a reset forgets that too.
    Revoked(Revocation),
}

/// The phone as a key of a workspace, as of the last check-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberStatus {
    /// Which workspace.
    pub workspace: WorkspaceName,
    /// Its origin, such as `https://keys.example`.
    pub origin: String,
    /// Whose key the phone is.
    pub user: UserName,
    /// Whether the key is active or suspended.
    pub state: KeyState,
    /// The rules that hold.
    pub settings: Settings,
    /// Their version.
    pub policy_version: u64,
    /// What may be signed without a check-in; `None`: nothing.
    pub grant: Option<GrantStatus>,
    /// When the last check-in was answered, or else the enrolment: by the workspace's clock, in
    /// seconds since 1970.
    pub last_check_in: u64,
}

/// What is left of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantStatus {
    /// Signatures.
    pub left: u32,
    /// Until when, in seconds since 1970. It may be over.
    pub until: u64,
}

/// Which workspace has revoked the phone, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Which workspace.
    pub workspace: WorkspaceName,
    /// Its origin.
    pub origin: String,
    /// When it said so, by its clock, in seconds since 1970.
    pub at: u64,
}

impl Authenticator {
    /// How the phone stands with its workspace, from what it holds, without asking anybody; `None`
    /// where it belongs to none.
    ///
    /// # Errors
    /// Any [`OwnerError`].
    pub fn membership(&self) -> Result<Option<MembershipStatus>, OwnerError> {
        self.with_state(|state| Ok(state.membership.as_ref().map(MembershipStatus::from)))
    }
}

impl From<&Membership> for MembershipStatus {
    fn from(membership: &Membership) -> Self {
        match membership {
            Membership::Member(member) => Self::Member(member.as_ref().into()),
            Membership::Revoked(revocation) => Self::Revoked(revocation.clone()),
        }
    }
}

impl From<&Member> for MemberStatus {
    fn from(member: &Member) -> Self {
        Self {
            workspace: member.workspace.clone(),
            origin: member.origin.clone(),
            user: member.user.clone(),
            state: member.state,
            settings: member.policy.settings.clone(),
            policy_version: member.policy.version,
            grant: member.grant.map(|grant| GrantStatus {
                left: grant.uses.saturating_sub(grant.used),
                until: grant.until,
            }),
            last_check_in: member.checked_in,
        }
    }
}
