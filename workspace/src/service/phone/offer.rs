//! What is offered to the holder of a ticket.

use pocketkey_core::protocol::{
    Base64Url, CreationOptions, CredentialParameter, Digest, Offer, OfferRequest, Problem,
    RelyingParty, UserAccount, UserName, WorkspaceName,
};
use webauthn_rs::prelude::CreationChallengeResponse;

use crate::{
    data::{
        activations::{self, Activation, Offered},
        phones::{self, Owner, Phone},
    },
    model::{TicketPurpose, Timestamp},
    service::{ServiceError, Workspace},
};

/// ECDSA on P-256 with SHA-256 (RFC 9053 §2.1).
const ES256: i64 = -7;

impl Workspace {
    /// What the holder of a ticket is offered: a signed [`Offer`] in its compact form. It changes
    /// nothing, and the same ticket is offered the same for as long as it is open.
    ///
    /// # Errors
    /// The [`Problem`] of the ticket; [`Problem::EnrolmentRefused`] where its user is blocked.
    pub async fn offer(&self, request: &OfferRequest) -> Result<String, ServiceError> {
        let now = self.now();
        let hash = request.ticket.digest();
        let mut tx = self.db().write().await?;
        let Some(activation) = activations::find(&mut tx, &hash).await?.filter(is_for_phones)
        else {
            drop(tx);
            return Err(self.refuse(None, Problem::TicketUnknown, "no such ticket").await);
        };
        if let Err(problem) = activation.check(now) {
            drop(tx);
            return Err(self.refuse(Some(&activation), problem, &problem.to_string()).await);
        }
        let owner = phones::owner(&mut tx, activation.owner).await?;
        let phone = phones::find(&mut tx, activation.key).await?;
        let (Some(owner), Some(phone)) = (owner, phone) else {
            return Err(Problem::TicketCancelled.into());
        };
        if owner.blocked {
            drop(tx);
            let problem = Problem::EnrolmentRefused;
            return Err(self.refuse(Some(&activation), problem, "the user is blocked").await);
        }
        if let Some(offered) = activation.offer {
            return Ok(offered.text);
        }
        let offered = self.new_offer(&hash, activation.expires_at, &owner, &phone, now)?;
        if !activations::keep_offer(&mut tx, activation.ticket, &offered).await? {
            // Another request was faster: what it has kept is the offer.
            let kept = activations::find(&mut tx, &hash).await?.and_then(|it| it.offer);
            return kept.map(|offered| offered.text).ok_or(Problem::TicketCancelled.into());
        }
        tx.commit().await?;
        Ok(offered.text)
    }

    fn new_offer(
        &self,
        ticket: &Digest,
        expires_at: Timestamp,
        owner: &Owner,
        phone: &Phone,
        now: Timestamp,
    ) -> Result<Offered, ServiceError> {
        let internal = |error: &dyn std::fmt::Display| ServiceError::Internal(error.to_string());
        let (challenge, registration) = self
            .webauthn()
            .start_passkey_registration(owner.id.0, &owner.user_name, &owner.name, None)
            .map_err(|error| internal(&error))?;
        let config = self.config();
        let offer = Offer {
            issuer: config.origin.clone(),
            workspace: WorkspaceName { id: self.id().to_owned(), name: config.name.clone() },
            user: UserName { name: owner.user_name.clone(), display_name: owner.name.clone() },
            ticket: *ticket,
            options: creation_options(&challenge),
            settings: phone.settings.clone(),
            issued_at: now.unix_seconds(),
            expires_at: expires_at.unix_seconds(),
        };
        Ok(Offered {
            text: self.signer().message(&offer),
            registration: serde_json::to_string(&registration).map_err(|error| internal(&error))?,
        })
    }
}

/// A ticket to register another kind of key is none that phones know.
pub(super) fn is_for_phones(activation: &Activation) -> bool {
    matches!(activation.purpose, TicketPurpose::ActivateNow | TicketPurpose::ActivateByEmail)
}

/// The part of the creation options that a phone heeds. Of the algorithms that are accepted from
/// any FIDO2 key, a phone is offered the one that every key store has.
pub(super) fn creation_options(challenge: &CreationChallengeResponse) -> CreationOptions {
    let options = &challenge.public_key;
    CreationOptions {
        rp: RelyingParty { id: options.rp.id.clone(), name: options.rp.name.clone() },
        user: UserAccount {
            id: Base64Url(options.user.id.clone()),
            name: options.user.name.clone(),
            display_name: options.user.display_name.clone(),
        },
        challenge: Base64Url(options.challenge.clone()),
        pub_key_cred_params: options
            .pub_key_cred_params
            .iter()
            .filter(|parameter| parameter.alg == ES256)
            .map(|parameter| CredentialParameter { alg: parameter.alg, kind: Default::default() })
            .collect(),
    }
}
