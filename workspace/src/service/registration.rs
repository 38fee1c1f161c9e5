//! FIDO2 keys that exist already (cards, fingerprint keys, USB keys) become keys of the workspace by
//! WebAuthn in a browser: an administrator's in the panel, or the user's own with an e-mailed link.

#[cfg(test)]
mod tests;

use pocketkey_core::protocol::Ticket;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    CreationChallengeResponse, Credential, Passkey, PasskeyRegistration,
    RegisterPublicKeyCredential,
};

use super::{
    Ceremony, Challenge, Change, NewEvent, ServiceError, Workspace,
    refusals::{Refused, key_subject, stranger},
};
use crate::{
    data::{
        activations, credentials,
        phones::{self, Owner, Phone},
        users,
    },
    db::Transaction,
    model::{Action, Actor, Key, KeyId, KeyKind, TicketId, TicketPurpose},
};

/// What allows somebody to register a key.
#[derive(Debug, Clone)]
pub enum RegistrationAuthority {
    /// They are signed in at the panel, and their role allows it.
    Panel(Actor, KeyId),
    /// They have the ticket of a message.
    Ticket(Ticket),
}

/// The server's side of a registration.
#[derive(Serialize, Deserialize)]
struct Begun {
    registration: PasskeyRegistration,
    key: KeyId,
    ticket: Option<TicketId>,
}

/// Which key, whose, and the ticket where there is one. Owner and key are locked.
struct Place {
    phone: Phone,
    owner: Owner,
    ticket: Option<TicketId>,
}

impl Workspace {
    /// Begins the registration of a FIDO2 key in place of a pending one of the workspace. Only
    /// the browser with this `binding` can end it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where the key is a smartphone or not
    /// pending; [`ServiceError::Forbidden`] where the ticket is not good, or the user blocked.
    pub async fn begin_registration(
        &self,
        binding: &[u8],
        authority: &RegistrationAuthority,
    ) -> Result<Challenge, ServiceError> {
        let mut tx = self.db().write().await?;
        let Place { phone, owner, ticket } = self.place(&mut tx, authority).await?;
        let existing = credentials::of_user(&mut tx, owner.id).await?;
        let exclude = existing.iter().map(|passkey| passkey.cred_id().clone()).collect();
        let (challenge, registration) = self
            .webauthn()
            .start_passkey_registration(owner.id.0, &owner.user_name, &owner.name, Some(exclude))
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        let begun = Begun { registration, key: phone.key, ticket };
        let options = options(&challenge)?;
        // Nothing was changed: the locks were for one moment's view.
        drop(tx);
        let state = self.begin_ceremony(Ceremony::RegisterKey, binding, &begun).await?;
        Ok(Challenge { options, state })
    }

    /// Ends a registration: the key is active.
    ///
    /// # Errors
    /// As [`begin_registration`](Self::begin_registration); also [`ServiceError::Conflict`] where it
    /// took too long or the FIDO2 key is registered already, and [`ServiceError::Forbidden`] where
    /// what it answered does not verify.
    pub async fn finish_registration(
        &self,
        binding: &[u8],
        authority: &RegistrationAuthority,
        state: &str,
        credential: &RegisterPublicKeyCredential,
    ) -> Result<Key, ServiceError> {
        let begun: Begun = self.finish_ceremony(Ceremony::RegisterKey, binding, state).await?;
        let mut tx = self.db().write().await?;
        let place = self.place(&mut tx, authority).await?;
        if begun.key != place.phone.key || begun.ticket != place.ticket {
            return Err(ServiceError::Conflict("another registration was begun".to_owned()));
        }
        let verified = self.webauthn().finish_passkey_registration(credential, &begun.registration);
        let passkey = match verified {
            Ok(passkey) => passkey,
            Err(error) => {
                drop(tx);
                let reason = format!("the credential does not verify: {error}");
                return Err(self.refuse_registration(authority, &place, &reason).await?);
            }
        };
        match self.register(tx, authority, &place, &passkey).await {
            Err(ServiceError::Database(error)) if error.breaks(credentials::UNIQUE) => {
                Err(ServiceError::Conflict(
                    "this security key is registered already: use another one".to_owned(),
                ))
            }
            Err(error) => Err(error),
            Ok(()) => self.key(place.phone.key).await,
        }
    }

    async fn place(
        &self,
        tx: &mut Transaction,
        authority: &RegistrationAuthority,
    ) -> Result<Place, ServiceError> {
        let (key, ticket) = match authority {
            RegistrationAuthority::Panel(_, key) => (*key, None),
            RegistrationAuthority::Ticket(ticket) => {
                let (key, ticket) = self.ticket_to_register(tx, ticket).await?;
                (key, Some(ticket))
            }
        };
        let found = phones::find(tx, key).await?.ok_or(ServiceError::NotFound("key"))?;
        let owner = phones::lock_owner(tx, found.owner).await?;
        let owner = owner.ok_or(ServiceError::NotFound("user"))?;
        let phone = phones::lock(tx, key).await?.ok_or(ServiceError::NotFound("key"))?;
        if phone.kind == KeyKind::Smartphone {
            let text = "a smartphone is activated by its QR code or by e-mail, not registered";
            return Err(ServiceError::Conflict(text.to_owned()));
        }
        if phone.state.is_some() {
            let text = "this key is registered already";
            return Err(ServiceError::Conflict(text.to_owned()));
        }
        if owner.blocked {
            return Err(ServiceError::Forbidden("the user is blocked".to_owned()));
        }
        Ok(Place { phone, owner, ticket })
    }

    async fn ticket_to_register(
        &self,
        tx: &mut Transaction,
        ticket: &Ticket,
    ) -> Result<(KeyId, TicketId), ServiceError> {
        let forbidden = |text: &str| ServiceError::Forbidden(text.to_owned());
        let found = activations::find(tx, &ticket.digest()).await?;
        let found =
            found.filter(|found| found.purpose == TicketPurpose::RegisterByEmail).ok_or_else(
                || forbidden("this link is not known: open it as it stands in the newest message"),
            )?;
        use pocketkey_core::protocol::Problem;
        found.check(self.now()).map_err(|problem| match problem {
            Problem::TicketUsed => forbidden("this link was used already"),
            Problem::TicketExpired => forbidden("this link has expired: ask for a new one"),
            _ => forbidden("this link was taken back: ask for a new one"),
        })?;
        Ok((found.key, found.ticket))
    }

    /// One transaction: the ticket is used, the key active, its credential kept, the event logged.
    async fn register(
        &self,
        mut tx: Transaction,
        authority: &RegistrationAuthority,
        place: &Place,
        passkey: &Passkey,
    ) -> Result<(), ServiceError> {
        let (now, key) = (self.now(), place.phone.key);
        if let Some(ticket) = place.ticket
            && !activations::take(&mut tx, ticket, None, now).await?
        {
            return Err(ServiceError::Forbidden("this link was used already".to_owned()));
        }
        activations::close(&mut tx, key).await?;
        phones::activate(&mut tx, key, None, now).await?;
        credentials::add(&mut tx, key, passkey, now).await?;
        users::refresh_state(&mut tx, place.owner.id).await?;
        let event = NewEvent {
            at: now,
            actor: actor(authority),
            action: Action::KeyActivated,
            subject: key_subject(key, &place.phone.label),
            user: Some(place.owner.id),
            key: Some(key),
            details: details(passkey),
        };
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_key(place.owner.id, key, Action::KeyActivated)]).await
    }

    async fn refuse_registration(
        &self,
        authority: &RegistrationAuthority,
        place: &Place,
        reason: &str,
    ) -> Result<ServiceError, ServiceError> {
        let refused = Refused {
            action: Action::KeyActivationRefused,
            actor: actor(authority),
            key: Some((place.phone.key, &place.phone.label)),
            user: Some(place.owner.id),
            reason,
        };
        self.log_refusal(refused).await?;
        Ok(ServiceError::Forbidden(
            "the security key's answer was not accepted: try again, or use another key".to_owned(),
        ))
    }
}

fn actor(authority: &RegistrationAuthority) -> Actor {
    match authority {
        RegistrationAuthority::Panel(actor, _) => actor.clone(),
        RegistrationAuthority::Ticket(_) => stranger("holder of a ticket"),
    }
}

/// A key that one carries along, which can say whose it is, and asks who holds it.
fn options(challenge: &CreationChallengeResponse) -> Result<Value, ServiceError> {
    let mut options = serde_json::to_value(&challenge.public_key)
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    if let Some(options) = options.as_object_mut() {
        options.insert("hints".to_owned(), json!(["security-key"]));
        let selection = json!({
            "authenticatorAttachment": "cross-platform",
            "residentKey": "preferred",
            "requireResidentKey": false,
            "userVerification": "required",
        });
        options.insert("authenticatorSelection".to_owned(), selection);
    }
    Ok(options)
}

fn details(passkey: &Passkey) -> Value {
    let credential = Credential::from(passkey.clone());
    json!({
        "attestation": credential.attestation_format,
        "backup_eligible": credential.backup_eligible,
        "transports": credential.transports,
    })
}
