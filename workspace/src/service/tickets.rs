//! Tickets, by which keys are activated.

use pocketkey_core::protocol::{self, ActivationLink};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::json;
use zeroize::Zeroizing;

use super::{Change, FieldError, NewEvent, ServiceError, Workspace, keys::locked_key};
use crate::{
    data::{keys, outbox, tickets},
    db::Transaction,
    model::{
        Action, Actor, IssuedTicket, Key, KeyId, KeyKind, Ticket, TicketId, TicketPurpose,
        TicketState, User, UserState,
    },
};

#[cfg(test)]
mod tests;

impl Workspace {
    /// The ticket by which a key can be activated now.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] where there is no such key.
    pub async fn open_ticket(&self, key: KeyId) -> Result<Option<Ticket>, ServiceError> {
        let now = self.now();
        Ok(self.last_ticket(key).await?.filter(|ticket| ticket.is_good(now)))
    }

    /// The newest ticket of a key, whatever has become of it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] where there is no such key.
    pub async fn last_ticket(&self, key: KeyId) -> Result<Option<Ticket>, ServiceError> {
        let mut tx = self.db().read().await?;
        keys::get(&mut tx, key).await?.ok_or(ServiceError::NotFound("key"))?;
        Ok(tickets::last(&mut tx, key).await?)
    }

    /// Makes a ticket for a pending key; the one before it can no longer be used.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where the key is not pending, its user
    /// blocked or the purpose none of its kind's, [`ServiceError::Invalid`] of the field `email`
    /// where the user has none.
    pub async fn issue_ticket(
        &self,
        actor: &Actor,
        key: KeyId,
        purpose: TicketPurpose,
    ) -> Result<IssuedTicket, ServiceError> {
        let mut tx = self.db().write().await?;
        let (user, key) = locked_key(&mut tx, key).await?;
        let user = user.ok_or(ServiceError::NotFound("user"))?;
        let (issued, events) = self.put_ticket(&mut tx, actor, (&user, &key), purpose).await?;
        self.log_all(&mut tx, events).await?;
        self.commit(tx, &[Change::of_key(key.user, key.id, Action::TicketIssued)]).await?;
        Ok(issued)
    }

    /// Makes a ticket for a key, which is locked as its user is; the events are still to be logged.
    pub(super) async fn put_ticket(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        (user, key): (&User, &Key),
        purpose: TicketPurpose,
    ) -> Result<(IssuedTicket, Vec<NewEvent>), ServiceError> {
        check(user, key, purpose)?;
        let replaces = tickets::cancel(tx, key.id).await?;
        let ticket = self.new_ticket(key.id, purpose);
        let mut events = Vec::new();
        if let Some(old) = replaces.filter(|old| old.is_good(ticket.created_at)) {
            let details = json!({ "purpose": old.purpose.name(), "replaced": true });
            events.push(self.key_event(actor, Action::TicketCancelled, key, details));
        }
        let issued = |details| self.key_event(actor, Action::TicketIssued, key, details);
        let link = if purpose.by_email() {
            tickets::insert(tx, &ticket, None).await?;
            let address = user.email.as_deref().ok_or_else(no_address)?;
            let subject = self.subject(purpose);
            outbox::queue(tx, user, address, &subject, &ticket, ticket.created_at).await?;
            events.push(issued(json!({ "purpose": purpose.name(), "to": address })));
            let details = json!({ "to": address });
            events.push(self.key_event(actor, Action::MailQueued, key, details));
            None
        } else {
            let secret = new_secret()?;
            tickets::insert(tx, &ticket, Some(&secret.digest())).await?;
            events.push(issued(json!({ "purpose": purpose.name() })));
            Some(self.link(secret))
        };
        Ok((IssuedTicket { ticket, link }, events))
    }

    /// Takes back a key's open ticket.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where there is none.
    pub async fn cancel_ticket(&self, actor: &Actor, key: KeyId) -> Result<(), ServiceError> {
        let mut tx = self.db().write().await?;
        let (_, key) = locked_key(&mut tx, key).await?;
        let ticket = tickets::cancel(&mut tx, key.id).await?.ok_or_else(|| {
            ServiceError::Conflict("there is no open activation to cancel".to_owned())
        })?;
        let details = json!({ "purpose": ticket.purpose.name() });
        let event = self.key_event(actor, Action::TicketCancelled, &key, details);
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_key(key.user, key.id, Action::TicketCancelled)]).await
    }

    /// The link that carries a ticket's secret.
    #[must_use]
    pub fn link(&self, secret: protocol::Ticket) -> ActivationLink {
        let config = self.config();
        ActivationLink {
            origin: config.origin.clone(),
            ticket: secret,
            key: self.public_key(),
            pin: config.tls_pin,
        }
    }

    fn new_ticket(&self, key: KeyId, purpose: TicketPurpose) -> Ticket {
        let config = self.config();
        let validity = if purpose.by_email() {
            config.mail_ticket_validity
        } else {
            config.qr_ticket_validity
        };
        let created_at = self.now();
        let seconds = validity.as_secs().try_into().unwrap_or(i64::MAX);
        Ticket {
            id: TicketId::new(),
            key,
            purpose,
            state: TicketState::Open,
            created_at,
            expires_at: created_at.plus_seconds(seconds),
        }
    }

    fn subject(&self, purpose: TicketPurpose) -> String {
        let name = &self.config().name;
        match purpose {
            TicketPurpose::RegisterByEmail => format!("Register your security key for {name}"),
            _ => format!("Activate your smartphone for {name}"),
        }
    }
}

/// 256 random bits, of which only the hash is ever stored.
pub(super) fn new_secret() -> Result<protocol::Ticket, ServiceError> {
    let mut bytes = Zeroizing::new([0; 32]);
    SystemRandom::new()
        .fill(bytes.as_mut())
        .map_err(|_| ServiceError::Internal("the system gave no random bytes".to_owned()))?;
    Ok(protocol::Ticket(bytes))
}

fn no_address() -> ServiceError {
    let message = "the user has no e-mail address: add one, or activate with the QR";
    ServiceError::Invalid(vec![FieldError::new("email", message)])
}

fn check(user: &User, key: &Key, purpose: TicketPurpose) -> Result<(), ServiceError> {
    let conflict = |message: &str| Err(ServiceError::Conflict(message.to_owned()));
    let is_for_phones = purpose != TicketPurpose::RegisterByEmail;
    if key.state.is_some() {
        return conflict("this key is not waiting to be activated: assign the user a new one");
    }
    if user.state == UserState::Blocked {
        return conflict("the user is blocked: unblock them first");
    }
    if is_for_phones != (key.kind == KeyKind::Smartphone) {
        return conflict(if is_for_phones {
            "only a smartphone is activated by a code: register this key in the browser"
        } else {
            "a smartphone is activated by a code, not registered in the browser"
        });
    }
    if purpose.by_email() && user.email.is_none() {
        return Err(no_address());
    }
    Ok(())
}
