//! Which refusals are logged. Whoever is refused can come again at no cost: nobody may fill the log,
//! or hide in it what matters.

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use serde_json::json;

use super::{NewEvent, ServiceError, Workspace};
use crate::model::{Action, Actor, ActorKind, KeyId, Subject, Timestamp, UserId};

/// For how long refusals are counted together, in seconds.
const WINDOW: i64 = 60 * 60;

/// How many are logged in that time, of what is counted together.
const LOGGED: u32 = 20;

/// How many keys are counted apart; those beyond are counted with what is not known.
const KEYS: usize = 4096;

/// What was refused.
pub(super) struct Refused<'a> {
    /// What somebody tried.
    pub(super) action: Action,
    /// Who.
    pub(super) actor: Actor,
    /// With which key, and what the panel calls it, where it is known.
    pub(super) key: Option<(KeyId, &'a str)>,
    /// Whose key that is.
    pub(super) user: Option<UserId>,
    /// Why it was refused.
    pub(super) reason: &'a str,
}

/// What is counted together: the noise of one hides nothing of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Of {
    /// One key.
    Key(KeyId),
    /// Phones and users of whom no key is known.
    Strangers,
    /// Whoever wants to get into the panel.
    Panel,
}

/// Counts refusals, of this instance.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<HashMap<Of, Count>>);

#[derive(Debug)]
struct Count {
    since: Timestamp,
    logged: u32,
    silent: u64,
}

impl Refusals {
    /// Whether a refusal is to be logged, and how many before it were not.
    pub(super) fn admit(&self, of: Of, now: Timestamp) -> Option<u64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KEYS {
            // Those with something untold are kept: it is told with the next one.
            counts.retain(|_, count| !count.is_over(now) || count.silent > 0);
        }
        let of = match of {
            Of::Key(_) if counts.len() >= KEYS && !counts.contains_key(&of) => Of::Strangers,
            of => of,
        };
        let count = counts.entry(of).or_insert(Count { since: now, logged: 0, silent: 0 });
        if count.is_over(now) {
            (count.since, count.logged) = (now, 0);
        }
        if count.logged >= LOGGED {
            count.silent = count.silent.saturating_add(1);
            return None;
        }
        count.logged += 1;
        Some(std::mem::take(&mut count.silent))
    }
}

impl Count {
    fn is_over(&self, now: Timestamp) -> bool {
        self.since.plus_seconds(WINDOW) <= now
    }
}

/// Nobody who could be recognised, by what they came with.
pub(super) fn stranger(name: &str) -> Actor {
    Actor { kind: ActorKind::Stranger, id: String::new(), name: name.to_owned() }
}

/// A key, as the log calls it.
pub(super) fn key_subject(key: KeyId, label: &str) -> Subject {
    Subject { kind: "key".to_owned(), id: key.to_string(), name: label.to_owned() }
}

impl Workspace {
    /// Logs a refusal, as far as there is room for it.
    pub(super) async fn log_refusal(&self, refused: Refused<'_>) -> Result<(), ServiceError> {
        let now = self.now();
        let key = refused.key.map(|(key, _)| key);
        let of = key.map_or(Of::Strangers, Of::Key);
        let Some(silent) = self.inner.refusals.admit(of, now) else { return Ok(()) };
        let subject = match refused.key {
            Some((key, label)) => key_subject(key, label),
            None => Subject {
                kind: "workspace".to_owned(),
                id: self.id().to_owned(),
                name: self.config().name.clone(),
            },
        };
        let mut details = json!({ "reason": refused.reason });
        tell(&mut details, silent);
        let event = NewEvent {
            at: now,
            actor: refused.actor,
            action: refused.action,
            subject,
            user: refused.user,
            key,
            details,
        };
        let change = super::Change { user: refused.user, key, action: Some(refused.action) };
        let mut tx = self.db().write().await?;
        self.log(&mut tx, event).await?;
        self.commit(tx, &[change]).await
    }

    /// Logs that somebody was not let into the panel, as far as there is room for it.
    pub(super) async fn log_refusal_at_panel(
        &self,
        mut event: NewEvent,
    ) -> Result<(), ServiceError> {
        let Some(silent) = self.inner.refusals.admit(Of::Panel, event.at) else { return Ok(()) };
        tell(&mut event.details, silent);
        let change = super::Change::of_workspace(event.action);
        let mut tx = self.db().write().await?;
        self.log(&mut tx, event).await?;
        self.commit(tx, &[change]).await
    }
}

/// Says how many were not logged, where there were such.
fn tell(details: &mut serde_json::Value, silent: u64) {
    if let Some(details) = details.as_object_mut().filter(|_| silent > 0) {
        details.insert("not_logged_before".to_owned(), silent.into());
    }
}
