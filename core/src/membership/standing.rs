//! What is believed of the workspace's answers: those that answer this very message, that nobody else
//! can have signed, and that take nothing back.

use super::{HeldGrant, Member};
use crate::{
    policy::SettingsError,
    protocol::{self, Digest, Grant, JwsError, KeyState, Standing, WorkspaceKey},
};

/// Why an answer counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAnswer {
    /// It is no message of the workspace.
    #[error(transparent)]
    Message(#[from] JwsError),
    /// It comes from another workspace, or is about another key.
    #[error("the answer is for another key")]
    OtherKey,
    /// It answers something else.
    #[error("the answer belongs to another question")]
    OtherQuestion,
    /// Its rules are older than those that hold, or say something else under the same version.
    #[error("the workspace went back to older rules")]
    OlderRules,
    /// Its rules cannot be kept.
    #[error("the workspace's rules cannot be kept: {0}")]
    Rules(#[from] SettingsError),
    /// Its grant is older than one that was given before, or goes with nothing that allows it.
    #[error("the workspace's permission for offline use is not valid")]
    Grant,
}

/// Opens an answer to the message with the hash `answers`.
pub(super) fn open(
    text: &str,
    key: &WorkspaceKey,
    issuer: &str,
    answers: Digest,
) -> Result<Standing, NotAnAnswer> {
    let standing: Standing = protocol::open(text, key)?;
    if standing.issuer != issuer {
        return Err(NotAnAnswer::OtherKey);
    }
    if standing.answers != answers {
        return Err(NotAnAnswer::OtherQuestion);
    }
    standing.policy.settings.check()?;
    let grantable =
        standing.state == KeyState::Active && standing.policy.settings.offline_login.is_some();
    if standing.grant.is_some() && !grantable {
        return Err(NotAnAnswer::Grant);
    }
    Ok(standing)
}

impl Member {
    /// Puts an answer in force that does not revoke: the rules, the state and the grant are what it
    /// says, as long as none of them goes back.
    pub(super) fn heed(&mut self, standing: &Standing) -> Result<(), NotAnAnswer> {
        if standing.key != self.key {
            return Err(NotAnAnswer::OtherKey);
        }
        let newer = standing.policy.version > self.policy.version;
        if !newer && standing.policy != self.policy {
            return Err(NotAnAnswer::OlderRules);
        }
        let grant = standing.grant.map(|grant| self.renewed(grant)).transpose()?;
        self.policy = standing.policy.clone();
        self.state = standing.state;
        self.grant_serial = standing.grant.map_or(self.grant_serial, |grant| grant.serial);
        self.grant = grant;
        self.checked_in = standing.issued_at;
        // Fresh and signed, it knows the time better than a clock that once ran ahead.
        self.seen = standing.issued_at;
        Ok(())
    }

    /// A grant that was given before keeps the count of its uses; an older one is none.
    fn renewed(&self, grant: Grant) -> Result<HeldGrant, NotAnAnswer> {
        let Grant { serial, uses, until } = grant;
        if serial > self.grant_serial {
            return Ok(HeldGrant { uses, used: 0, until });
        }
        self.grant
            .filter(|held| serial == self.grant_serial && held.uses == uses && held.until == until)
            .ok_or(NotAnAnswer::Grant)
    }
}
