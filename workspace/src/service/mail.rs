//! The outbox: messages wait in it until they are sent, given up, or no longer wanted.

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::{Change, NewEvent, ServiceError, Workspace, tickets::new_secret};
use crate::{
    data::{
        outbox::{self, Addressee, Claimed, Outcome},
        tickets,
    },
    mail::{Delivered, Draft, Errand, Post, SendError},
    model::{Action, Actor, Mail, MailId, MailState, Page, PageRequest, Subject, TicketPurpose},
};

/// For how long an instance may be sending one message, in seconds. When it has vanished in the
/// middle, another one sends it after that.
const CLAIM: i64 = 5 * 60;

/// How long to wait after the first attempt, the second, …, in minutes: a day in all.
const WAITS: [i64; 8] = [1, 5, 15, 60, 3 * 60, 5 * 60, 7 * 60, 8 * 60];

impl Workspace {
    /// A page of messages, newest first.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for a cursor that is none of this list's.
    pub async fn mails(&self, page: &PageRequest) -> Result<Page<Mail>, ServiceError> {
        let mut tx = self.db().read().await?;
        outbox::page(&mut tx, page).await
    }

    /// Tries a message again, from now on.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] where it was sent, or its ticket is no
    /// longer good.
    pub async fn retry_mail(&self, actor: &Actor, id: MailId) -> Result<Mail, ServiceError> {
        let now = self.now();
        let mut tx = self.db().write().await?;
        let ticket = match outbox::ticket(&mut tx, id).await? {
            Some(ticket) => tickets::lock(&mut tx, ticket).await?,
            None => None,
        };
        let mail = outbox::lock(&mut tx, id).await?.ok_or(ServiceError::NotFound("message"))?;
        if mail.state == MailState::Sent {
            let text = "this message was sent: activate by e-mail again for another one";
            return Err(ServiceError::Conflict(text.to_owned()));
        }
        if !ticket.is_some_and(|ticket| ticket.is_good(now)) {
            let text = "what this message carries is no longer good: activate by e-mail again";
            return Err(ServiceError::Conflict(text.to_owned()));
        }
        let mail = outbox::requeue(&mut tx, id, now).await?;
        let event = mail_event(actor.clone(), Action::MailQueued, &mail, json!({ "again": true }));
        self.log(&mut tx, NewEvent { at: now, ..event }).await?;
        self.commit(tx, &[Change::of_user(mail.user, Action::MailQueued)]).await?;
        Ok(mail)
    }

    /// Sends every message that is due, and says how many attempts that were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn send_mail(&self, post: &Post) -> Result<usize, ServiceError> {
        let mut attempts = 0;
        loop {
            let now = self.now();
            let mut tx = self.db().write().await?;
            let Some(claimed) = outbox::claim(&mut tx, now, now.plus_seconds(CLAIM)).await? else {
                return Ok(attempts);
            };
            tx.commit().await?;
            attempts += 1;
            self.send(post, &claimed).await?;
        }
    }

    async fn send(&self, post: &Post, claimed: &Claimed) -> Result<(), ServiceError> {
        let Some((draft, errand)) = self.new_errand(claimed).await? else {
            return self.settle(claimed, &Outcome::Dropped, None).await;
        };
        let now = self.now();
        let message = Draft {
            id: claimed.mail.id,
            attempt: claimed.mail.attempts,
            from: &post.from,
            to: &claimed.mail.to,
            name: &draft.name,
            subject: &claimed.mail.subject,
            workspace: &self.config().name,
            host: &post.host,
            key: &draft.key,
            errand,
            expires_at: draft.expires_at,
            now,
        }
        .message();
        let name = format!("{}-{}-{}", now.unix_seconds(), claimed.mail.id, claimed.mail.attempts);
        let sent = match message {
            Ok(message) => post.carrier.send(message, &name).await,
            Err(error) => Err(SendError::Never(error.to_string())),
        };
        match sent {
            Ok(delivered) => {
                let details = match delivered {
                    Delivered::Taken(answer) => json!({ "answer": answer }),
                    Delivered::Written(path) => json!({ "file": path.display().to_string() }),
                };
                self.settle(claimed, &Outcome::Sent, Some((Action::MailSent, details))).await
            }
            Err(SendError::Later(error)) => {
                let attempt = usize::try_from(claimed.mail.attempts).unwrap_or(usize::MAX);
                match WAITS.get(attempt.saturating_sub(1)) {
                    Some(minutes) => {
                        let at = self.now().plus_seconds(minutes * 60);
                        self.settle(claimed, &Outcome::Later(at, &error), None).await
                    }
                    None => self.give_up(claimed, &error).await,
                }
            }
            Err(SendError::Never(error)) => self.give_up(claimed, &error).await,
        }
    }

    /// The secret of a ticket is made when its message leaves, and kept nowhere: an attempt that
    /// comes later makes another one. `None` where the ticket is no longer good.
    async fn new_errand(
        &self,
        claimed: &Claimed,
    ) -> Result<Option<(Addressee, Errand)>, ServiceError> {
        let secret = new_secret()?;
        let mut tx = self.db().write().await?;
        let addressee = outbox::addressee(&mut tx, claimed.ticket).await?;
        let Some(addressee) = addressee.filter(|it| self.now() < it.expires_at) else {
            return Ok(None);
        };
        if !tickets::set_secret(&mut tx, claimed.ticket, &secret.digest()).await? {
            return Ok(None);
        }
        tx.commit().await?;
        let errand = match claimed.purpose {
            TicketPurpose::RegisterByEmail => {
                let origin = &self.config().origin;
                Errand::Register(format!("{origin}/register#t={}", secret.text()).into())
            }
            _ => Errand::Activate(self.link(secret).text()),
        };
        Ok(Some((addressee, errand)))
    }

    async fn give_up(&self, claimed: &Claimed, error: &str) -> Result<(), ServiceError> {
        let event = (Action::MailFailed, json!({ "error": error }));
        self.settle(claimed, &Outcome::Failed(error), Some(event)).await
    }

    async fn settle(
        &self,
        claimed: &Claimed,
        outcome: &Outcome<'_>,
        event: Option<(Action, Value)>,
    ) -> Result<(), ServiceError> {
        let now = self.now();
        let mut tx = self.db().write().await?;
        if !outbox::settle(&mut tx, claimed, outcome, now).await? {
            // The claim has ended, and another instance has the message: it says what becomes of it.
            return Ok(());
        }
        let action = match event {
            Some((action, mut details)) => {
                if let Some(details) = details.as_object_mut() {
                    details.insert("to".to_owned(), claimed.mail.to.clone().into());
                    details.insert("attempts".to_owned(), claimed.mail.attempts.into());
                }
                let event = mail_event(Actor::workspace(), action, &claimed.mail, details);
                self.log(&mut tx, NewEvent { at: now, ..event }).await?;
                action
            }
            None => Action::MailQueued,
        };
        self.commit(tx, &[Change::of_user(claimed.mail.user, action)]).await
    }
}

fn mail_event(actor: Actor, action: Action, mail: &Mail, details: Value) -> NewEvent {
    NewEvent {
        at: mail.created_at,
        actor,
        action,
        subject: Subject {
            kind: "mail".to_owned(),
            id: mail.id.to_string(),
            name: mail.subject.clone(),
        },
        user: Some(mail.user),
        key: None,
        details,
    }
}
