//! A phone takes an offer, and becomes a key.

use pocketkey_core::protocol::{self, Digest, Enrolment, JwsError, Problem};
use serde_json::json;
use webauthn_rs::prelude::PasskeyRegistration;

use super::{
    offer, phone,
    proof::{self, Proven},
    standing::Question,
};
use crate::{
    data::{
        activations::{self, Activation, Offered},
        credentials, phones, users,
    },
    db::DbError,
    model::{Action, TicketState},
    service::{Change, NewEvent, ServiceError, Workspace, refusals::key_subject},
};

/// What became of the attempt to use a ticket.
enum Outcome {
    /// The phone is active, and this tells it.
    Activated(String),
    /// Something else has happened to the ticket, or around it, meanwhile.
    Overtaken(&'static str),
}

impl Workspace {
    /// Makes a phone active by its [`Enrolment`] in its compact form, and answers it with a signed
    /// [`Standing`](protocol::Standing). A phone that did not hear the answer gets one again for the
    /// very same message, until it checks in for the first time.
    ///
    /// # Errors
    /// [`Problem::Malformed`], the [`Problem`] of the ticket, or [`Problem::EnrolmentRefused`] where
    /// the enrolment does not prove what it should; the log says what is missing.
    pub async fn enrol(&self, text: &str) -> Result<String, ServiceError> {
        let enrolment = match proof::open(text) {
            Ok(enrolment) => enrolment,
            Err(JwsError::BadSignature) => return Err(self.refuse_unsigned(text).await),
            Err(_) => return Err(Problem::Malformed.into()),
        };
        let digest = protocol::digest(text);
        let ticket = enrolment.ticket.digest();
        let activation = self.activation(&ticket).await?;
        let Some(activation) = activation.filter(offer::is_for_phones) else {
            return Err(self.refuse(None, Problem::TicketUnknown, "no such ticket").await);
        };
        if activation.state == TicketState::Used && activation.enrolment == Some(digest) {
            return self.answer_again(&activation, digest).await;
        }
        if let Err(problem) = activation.check(self.now()) {
            return Err(self.refuse(Some(&activation), problem, &problem.to_string()).await);
        }
        let proven = match self.prove(&activation, &enrolment)? {
            Ok(proven) => proven,
            Err(reason) => {
                let problem = Problem::EnrolmentRefused;
                return Err(self.refuse(Some(&activation), problem, &reason).await);
            }
        };
        match self.activate(&activation, &proven, digest).await {
            Ok(Outcome::Activated(answer)) => Ok(answer),
            Ok(Outcome::Overtaken(reason)) => {
                Err(self.overtaken(&ticket, &activation, reason).await?)
            }
            Err(ServiceError::Database(error)) if error.breaks(credentials::UNIQUE) => {
                let reason = "the credential belongs to a key already";
                Err(self.refuse(Some(&activation), Problem::EnrolmentRefused, reason).await)
            }
            Err(error) => Err(error),
        }
    }

    async fn activation(&self, ticket: &Digest) -> Result<Option<Activation>, DbError> {
        let mut tx = self.db().read().await?;
        activations::find(&mut tx, ticket).await
    }

    /// Its ticket may be good, or anybody's invention: only a ticket that is known is logged by name.
    async fn refuse_unsigned(&self, text: &str) -> ServiceError {
        let Ok(claimed) = protocol::peek::<Enrolment>(text) else {
            return Problem::Malformed.into();
        };
        match self.activation(&claimed.ticket.digest()).await {
            Ok(Some(activation)) => {
                let reason = "the enrolment is not signed by its device key";
                self.refuse(Some(&activation), Problem::EnrolmentRefused, reason).await
            }
            Ok(None) => self.refuse(None, Problem::TicketUnknown, "no such ticket").await,
            Err(error) => error.into(),
        }
    }

    fn prove(
        &self,
        activation: &Activation,
        enrolment: &Enrolment,
    ) -> Result<Result<Proven, String>, ServiceError> {
        let Some(Offered { text, registration }) = &activation.offer else {
            return Ok(Err("no offer was made yet".to_owned()));
        };
        let registration: PasskeyRegistration = serde_json::from_str(registration)
            .map_err(|error| ServiceError::Internal(format!("a stored registration: {error}")))?;
        let proven =
            proof::verify(self.webauthn(), &protocol::digest(text), &registration, enrolment);
        Ok(proven.map_err(|refusal| refusal.to_string()))
    }

    /// One transaction: the ticket is used, the key active, its credential kept, the event logged,
    /// the answer's grant counted. Of two phones with one ticket, one waits here for the other.
    async fn activate(
        &self,
        activation: &Activation,
        proven: &Proven,
        digest: Digest,
    ) -> Result<Outcome, ServiceError> {
        let now = self.now();
        let key = activation.key;
        let mut tx = self.db().write().await?;
        let owner = phones::lock_owner(&mut tx, activation.owner).await?;
        if owner.as_ref().is_none_or(|owner| owner.blocked) {
            return Ok(Outcome::Overtaken("the user is blocked"));
        }
        if phones::lock(&mut tx, key).await?.is_none_or(|phone| phone.state.is_some()) {
            return Ok(Outcome::Overtaken("the key waits for no activation"));
        }
        let phone_of = (&digest, &proven.device_key);
        if !activations::take(&mut tx, activation.ticket, Some(phone_of), now).await? {
            return Ok(Outcome::Overtaken("the ticket is no longer open"));
        }
        let device = (&proven.device_key, proven.device_name.as_str());
        phones::activate(&mut tx, key, Some(device), now).await?;
        credentials::add(&mut tx, key, &proven.passkey, now).await?;
        users::refresh_state(&mut tx, activation.owner).await?;
        let active = phones::find(&mut tx, key)
            .await?
            .ok_or_else(|| ServiceError::Internal("a locked key is gone".to_owned()))?;
        let question = Question { digest, sequence: 0, left: None };
        let (_, answer) = self.answer(&mut tx, (&active, owner.as_ref()), &question, now).await?;
        let event = NewEvent {
            at: now,
            actor: phone(key, &proven.device_name),
            action: Action::KeyActivated,
            subject: key_subject(key, &activation.label),
            user: Some(activation.owner),
            key: Some(key),
            details: json!({
                "device": proven.device_name,
                "device_key": proven.device_key.thumbprint().text(),
                "policy": active.policy_version,
            }),
        };
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_key(activation.owner, key, Action::KeyActivated)]).await?;
        Ok(Outcome::Activated(answer))
    }

    /// What to tell the phone that came second.
    async fn overtaken(
        &self,
        ticket: &Digest,
        before: &Activation,
        reason: &str,
    ) -> Result<ServiceError, ServiceError> {
        let after = self.activation(ticket).await?;
        let problem = match &after {
            Some(activation) => {
                activation.check(self.now()).err().unwrap_or(Problem::EnrolmentRefused)
            }
            None => Problem::TicketUnknown,
        };
        Ok(self.refuse(Some(before), problem, reason).await)
    }

    /// The phone has not heard the answer, and asks with the very same message.
    async fn answer_again(
        &self,
        activation: &Activation,
        digest: Digest,
    ) -> Result<String, ServiceError> {
        let mut tx = self.db().write().await?;
        let owner = phones::lock_owner(&mut tx, activation.owner).await?;
        let phone = phones::lock(&mut tx, activation.key).await?;
        // A phone that has checked in has heard: whoever asks now has only recorded its message.
        let Some(phone) = phone.filter(|phone| phone.sequence == 0) else {
            drop(tx);
            let reason = "the enrolment was answered before";
            return Err(self.refuse(Some(activation), Problem::TicketUsed, reason).await);
        };
        let question = Question { digest, sequence: 0, left: None };
        let asked = (&phone, owner.as_ref());
        let (_, answer) = self.answer(&mut tx, asked, &question, self.now()).await?;
        tx.commit().await?;
        Ok(answer)
    }
}
