//! The check-in: the phone asks how it stands, signed by its device key, and takes the answer.

use std::{ops::Range, time::Duration};

use serde::Deserialize;

use super::{Member, Membership, MembershipStatus, NotAnAnswer, Revocation, standing};
use crate::{
    authenticator::Authenticator,
    platform::{Letter, Platform, Reply, Unreachable},
    protocol::{
        self, Algorithm, CHECK_IN_PATH, CheckIn, DeviceKey, Digest, GrantReport, JwsError,
        KeyState, MEDIA_TYPE, Nonce, Problem, Standing,
    },
    settings::Settings,
    state::State,
    store::{Change, Record, StoreError},
};

/// How long an answer may take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

/// How many sequences one durable step pays for. What is left of them is skipped at the next start.
const BLOCK: u64 = 64;

/// Why a check-in told the phone nothing. What held before still holds.
#[derive(Debug, thiserror::Error)]
pub enum CheckInError {
    /// The phone is no key of any workspace.
    #[error("the phone belongs to no workspace")]
    NotAMember,
    /// Nothing came back.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// Somebody said, unsigned, that there is no answer. It is believed as little as any other
    /// unsigned word, but may help to find out what is wrong.
    #[error("the check-in was not answered: {0}")]
    Refused(Problem),
    /// What came back is no answer to be believed.
    #[error("the workspace's answer cannot be believed: {0}")]
    NotAnAnswer(#[from] NotAnAnswer),
    /// The device key or the platform's randomness failed.
    #[error("the phone's key store failed: restart the phone and try again")]
    Platform,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<JwsError> for CheckInError {
    fn from(error: JwsError) -> Self {
        Self::NotAnAnswer(error.into())
    }
}

/// A check-in that was made, and waits for its answer.
pub(crate) struct Asked {
    digest: Digest,
    sequence: u64,
    device: DeviceKey,
}

impl Authenticator {
    /// Asks the workspace how the phone stands, and puts the answer in force. For the shell, at its
    /// start and from time to time, and for the owner: a request that needs the workspace's word asks
    /// by itself. Clients are served meanwhile.
    ///
    /// An answer may also be that the phone is suspended, or revoked; then everything is erased when
    /// this returns.
    ///
    /// # Errors
    /// Any [`CheckInError`].
    pub async fn check_in(&self) -> Result<MembershipStatus, CheckInError> {
        let platform = self.platform();
        let asked = self.when_free(|state| match &state.membership {
            Some(revoked @ Membership::Revoked(_)) => Ok(Err(revoked.into())),
            _ => state.ask_workspace(platform, TIMEOUT).map(Ok),
        });
        let (asked, letter) = match asked.await? {
            Ok(asked) => asked,
            Err(status) => return Ok(status),
        };
        let reply = platform.courier.send(letter).await;
        self.when_free(|state| {
            state.take_answer(&asked, reply)?;
            state.membership.as_ref().map(MembershipStatus::from).ok_or(CheckInError::NotAMember)
        })
        .await
    }
}

impl State {
    /// Makes and signs a check-in. Its sequence is used up, durably, whatever becomes of it.
    pub(crate) fn ask_workspace(
        &mut self,
        platform: &Platform,
        timeout: Duration,
    ) -> Result<(Asked, Letter), CheckInError> {
        let sequence = self.next_sequence()?;
        let member = self.member().ok_or(CheckInError::NotAMember)?;
        let mut nonce = [0; 32];
        platform.rng.fill(&mut nonce).map_err(|_| CheckInError::Platform)?;
        let message = protocol::signing_input(&CheckIn {
            key: member.key.clone(),
            nonce: Nonce(nonce),
            sequence,
            policy: member.policy.version,
            grant: member.grant.map(|grant| GrantReport {
                serial: member.grant_serial,
                left: grant.uses.saturating_sub(grant.used),
            }),
        });
        let signature = platform
            .key_store
            .sign(&member.device_key, message.as_bytes(), None)
            .map_err(|_| CheckInError::Platform)?;
        let message = protocol::encode(Algorithm::Es256, &message, &signature)
            .ok_or(CheckInError::Platform)?;
        let digest = protocol::digest(&message);
        let letter = Letter {
            url: format!("{}{CHECK_IN_PATH}", member.origin),
            pin: member.pin,
            media_type: MEDIA_TYPE,
            body: message.into_bytes(),
            timeout,
        };
        Ok((Asked { digest, sequence, device: member.device_public.clone() }, letter))
    }

    fn next_sequence(&mut self) -> Result<u64, CheckInError> {
        if let Some(sequence) = self.runtime.sequences.next() {
            return Ok(sequence);
        }
        let Range { start, end } = match self.member() {
            Some(member) => member.sequence..member.sequence.saturating_add(BLOCK),
            None => return Err(CheckInError::NotAMember),
        };
        self.update_member(|member| member.sequence = end)?;
        self.runtime.sequences = start..end;
        self.runtime.sequences.next().ok_or(CheckInError::Platform)
    }

    /// Puts the answer in force: durably, before anybody acts on it.
    pub(crate) fn take_answer(
        &mut self,
        asked: &Asked,
        reply: Result<Reply, Unreachable>,
    ) -> Result<(), CheckInError> {
        let text = text(reply?)?;
        let member = self.member().ok_or(CheckInError::NotAMember)?;
        // Whoever waited for long may find another membership, or a newer answer.
        if member.device_public != asked.device || asked.sequence <= member.answered {
            return Err(NotAnAnswer::OtherQuestion.into());
        }
        let standing = standing::open(&text, &member.workspace_key, &member.origin, asked.digest)?;
        if standing.key != member.key {
            return Err(NotAnAnswer::OtherKey.into());
        }
        if standing.state == KeyState::Revoked {
            return Ok(self.revoked(&standing)?);
        }
        let mut changed = member.clone();
        changed.heed(&standing)?;
        changed.answered = asked.sequence;
        Ok(self.adopt(changed)?)
    }

    /// What is learnt from an answer takes effect as a whole.
    fn adopt(&mut self, changed: Member) -> Result<(), StoreError> {
        let verified_otherwise = self.member().is_none_or(|member| {
            member.policy.settings.verification != changed.policy.settings.verification
        });
        let mut settings = (*self.settings).clone();
        let changed = Membership::Member(Box::new(changed));
        let bytes = changed.encode();
        if verified_otherwise {
            settings.persistent_token = None;
            self.store.change(&[
                Change::Write(Record::Membership, &bytes),
                Change::Write(Record::Settings, &settings.encode()),
            ])?;
            self.settings = settings.into();
            self.runtime.rules_changed();
        } else {
            self.store.set_record(Record::Membership, &bytes)?;
        }
        self.membership = Some(changed);
        Ok(())
    }

    /// Nothing is left but the word that the workspace revoked the phone.
    fn revoked(&mut self, standing: &Standing) -> Result<(), StoreError> {
        let Some(member) = self.member() else { return Ok(()) };
        let left = Membership::Revoked(Revocation {
            workspace: member.workspace.clone(),
            origin: member.origin.clone(),
            at: standing.issued_at,
        });
        let settings = Settings { membership: true, ..Settings::default() };
        let erased = self.erase_to(settings, Some(left));
        if erased.is_err()
            && let Some(Membership::Member(member)) = &mut self.membership
        {
            // A disk that refuses must not leave a use to be had before the next attempt.
            member.state = KeyState::Suspended;
            member.grant = None;
        }
        erased
    }
}

/// The signed message in a reply.
fn text(reply: Reply) -> Result<String, CheckInError> {
    if reply.status == 200 {
        return String::from_utf8(reply.body).map_err(|_| JwsError::NotAMessage.into());
    }
    /// RFC 9457 §3.1: the one member that tells what it is about.
    #[derive(Deserialize)]
    struct Details {
        r#type: String,
    }
    let details = serde_json::from_slice::<Details>(&reply.body).ok();
    let problem = details.and_then(|details| Problem::from_uri(&details.r#type));
    Err(problem.map_or(JwsError::NotAMessage.into(), CheckInError::Refused))
}
