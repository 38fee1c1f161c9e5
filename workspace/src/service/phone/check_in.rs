//! A phone asks how it stands.

use pocketkey_core::protocol::{self, CheckIn, JwsError, KeyState, Problem};
use serde_json::json;

use super::standing::{self, Question};
use crate::{
    data::phones::{self, Phone},
    model::{Action, KeyId},
    service::{Change, NewEvent, ServiceError, Workspace, refusals::key_subject},
};

impl Workspace {
    /// Answers a check-in, a [`CheckIn`] in its compact form, with a signed
    /// [`Standing`](protocol::Standing): also to a phone that is suspended or revoked.
    ///
    /// # Errors
    /// [`Problem::Malformed`], [`Problem::KeyUnknown`] where no key has signed it, and
    /// [`Problem::CheckInReplayed`] where its number, or a later one, was there before.
    pub async fn check_in(&self, text: &str) -> Result<String, ServiceError> {
        let claimed: CheckIn = protocol::peek(text).map_err(|_| Problem::Malformed)?;
        let key: KeyId = claimed.key.parse().map_err(|_| Problem::KeyUnknown)?;
        let known = {
            let mut tx = self.db().read().await?;
            phones::find(&mut tx, key).await?
        };
        let known = known.ok_or(Problem::KeyUnknown)?;
        let device_key = known.device_key.as_ref().ok_or(Problem::KeyUnknown)?;
        let check_in: CheckIn = protocol::open(text, device_key).map_err(|error| match error {
            JwsError::BadSignature => Problem::KeyUnknown,
            _ => Problem::Malformed,
        })?;
        // What no BIGINT holds is not a number that a phone counts to.
        i64::try_from(check_in.sequence).map_err(|_| Problem::Malformed)?;

        let mut tx = self.db().write().await?;
        let owner = phones::lock_owner(&mut tx, known.owner).await?;
        let phone = phones::lock(&mut tx, key).await?.ok_or(Problem::KeyUnknown)?;
        if check_in.sequence <= phone.sequence {
            return Err(Problem::CheckInReplayed.into());
        }
        let question = Question {
            digest: protocol::digest(text),
            sequence: check_in.sequence,
            left: check_in.grant,
        };
        let now = self.now();
        let (state, answer) =
            self.answer(&mut tx, (&phone, owner.as_ref()), &question, now).await?;
        let mut changes = Vec::new();
        for (action, details) in news(&phone, state) {
            let event = NewEvent {
                at: now,
                actor: super::phone(key, &phone.device_name),
                action,
                subject: key_subject(key, &phone.label),
                user: owner.as_ref().map(|owner| owner.id),
                key: Some(key),
                details,
            };
            self.log(&mut tx, event).await?;
            changes.push(Change::of_key(phone.owner, key, action));
        }
        self.commit(tx, &changes).await?;
        Ok(answer)
    }
}

/// What a check-in tells the phone for the first time. That all is as it was is no event: phones
/// check in before every signature.
fn news(phone: &Phone, state: KeyState) -> Vec<(Action, serde_json::Value)> {
    let mut news = Vec::new();
    if phone.policy_fetched < phone.policy_version {
        news.push((Action::KeyPolicyFetched, json!({ "version": phone.policy_version })));
    }
    let name = standing::name(state);
    if state != KeyState::Active && phone.told.as_deref() != Some(name) {
        news.push((Action::KeyStandingLearnt, json!({ "state": name })));
    }
    news
}
