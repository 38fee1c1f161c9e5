//! How a phone stands: the signed answer to an enrolment or a check-in.

use pocketkey_core::{
    policy::Policy,
    protocol::{Digest, Grant, GrantReport, KeyState, Standing},
};

use crate::{
    data::phones::{self, Answered, Owner, Phone},
    db::Transaction,
    model::Timestamp,
    service::{ServiceError, Workspace},
};

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// What a phone is answered.
pub(super) struct Question {
    /// The hash of its message.
    pub(super) digest: Digest,
    /// The number of its check-in; 0: an enrolment.
    pub(super) sequence: u64,
    /// What it has left of its grant.
    pub(super) left: Option<GrantReport>,
}

/// What a key may do, whoever's it is: a blocked user's keys stand as suspended, and a removed
/// user's as revoked.
pub(super) fn state(phone: &Phone, owner: Option<&Owner>) -> KeyState {
    match (phone.state, owner) {
        (Some(KeyState::Revoked), _) | (_, None) => KeyState::Revoked,
        (Some(KeyState::Active), Some(owner)) if !owner.blocked => KeyState::Active,
        _ => KeyState::Suspended,
    }
}

/// The name under which it is kept what a phone was told.
pub(super) const fn name(state: KeyState) -> &'static str {
    match state {
        KeyState::Active => "active",
        KeyState::Suspended => "suspended",
        KeyState::Revoked => "revoked",
    }
}

fn grant(phone: &Phone, state: KeyState, now: Timestamp) -> Option<Grant> {
    let offline = phone.settings.offline_login.filter(|_| state == KeyState::Active)?;
    Some(Grant {
        serial: phone.grant_serial.saturating_add(1),
        uses: offline.uses,
        until: now.unix_seconds().saturating_add(u64::from(offline.days) * SECONDS_OF_A_DAY),
    })
}

impl Workspace {
    /// Answers a phone, whose row and owner's are locked, and keeps what it was answered.
    pub(super) async fn answer(
        &self,
        tx: &mut Transaction,
        (phone, owner): (&Phone, Option<&Owner>),
        question: &Question,
        now: Timestamp,
    ) -> Result<(KeyState, String), ServiceError> {
        let state = state(phone, owner);
        let grant = grant(phone, state, now);
        let answered = Answered {
            at: now,
            sequence: question.sequence,
            left: question.left,
            policy: phone.policy_version,
            told: name(state),
            grant,
        };
        phones::answered(tx, phone.key, &answered).await?;
        let standing = Standing {
            issuer: self.config().origin.clone(),
            answers: question.digest,
            key: phone.key.to_string(),
            state,
            policy: Policy { version: phone.policy_version, settings: phone.settings.clone() },
            grant,
            issued_at: now.unix_seconds(),
        };
        Ok((state, self.signer().message(&standing)))
    }
}
