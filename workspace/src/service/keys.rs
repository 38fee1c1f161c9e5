//! Keys: what they are, their rules, and whether they may sign.

use pocketkey_core::{policy::Settings, protocol::KeyState};
use serde_json::json;

use super::{
    Change, FieldError, NewEvent, ServiceError, Workspace,
    users::{line, locked},
};
use crate::{
    data::{keys, sessions, tickets, users},
    db::Transaction,
    model::{Action, Actor, Key, KeyId, KeyKind, NewKey, Subject, User, UserId},
};

#[cfg(test)]
mod tests;

/// The most characters of a label.
const LABEL: usize = 64;

impl Workspace {
    /// The keys of a user, in the order in which they were assigned.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn keys_of(&self, user: UserId) -> Result<Vec<Key>, ServiceError> {
        let mut tx = self.db().read().await?;
        users::get(&mut tx, user).await?.ok_or(ServiceError::NotFound("user"))?;
        Ok(keys::of_user(&mut tx, user).await?)
    }

    /// A key.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn key(&self, id: KeyId) -> Result<Key, ServiceError> {
        let key = keys::get(&mut self.db().read().await?, id).await?;
        key.ok_or(ServiceError::NotFound("key"))
    }

    /// Assigns a key to a user. It is pending until it is activated or registered.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`].
    pub async fn assign_key(
        &self,
        actor: &Actor,
        user: UserId,
        new: &NewKey,
    ) -> Result<Key, ServiceError> {
        let key = self.new_key(user, new)?;
        let mut tx = self.db().write().await?;
        locked(&mut tx, user).await?;
        let event = self.put_key(&mut tx, actor, &key).await?;
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_key(user, key.id, Action::KeyAssigned)]).await?;
        Ok(key)
    }

    /// A pending key, which is what `new` says where that can be.
    pub(super) fn new_key(&self, user: UserId, new: &NewKey) -> Result<Key, ServiceError> {
        let label = line(&new.label, LABEL)
            .map_err(|message| ServiceError::Invalid(vec![FieldError::new("label", message)]))?;
        let settings = match (new.kind, &new.settings) {
            (KeyKind::Smartphone, settings) => Some(settings.clone().unwrap_or_default()),
            (_, None) => None,
            (_, Some(_)) => {
                let message = "only a smartphone has settings";
                return Err(ServiceError::Invalid(vec![FieldError::new("settings", message)]));
            }
        };
        settings.as_ref().map_or(Ok(()), Settings::check)?;
        Ok(Key {
            id: KeyId::new(),
            user,
            kind: new.kind,
            label,
            state: None,
            policy_version: settings.is_some().into(),
            settings,
            policy_fetched: 0,
            device_name: None,
            created_at: self.now(),
            activated_at: None,
            checked_in_at: None,
            grant_left: None,
            grant_until: None,
            signed_in_at: None,
        })
    }

    /// Assigns a key to its user, who is locked; the event is still to be logged.
    pub(super) async fn put_key(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        key: &Key,
    ) -> Result<NewEvent, ServiceError> {
        keys::insert(tx, key).await?;
        users::refresh_state(tx, key.user).await?;
        let details = json!({ "kind": key.kind.name(), "settings": key.settings });
        Ok(self.key_event(actor, Action::KeyAssigned, key, details))
    }

    /// Changes a smartphone's rules. They reach the phone at its next check-in.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`], [`ServiceError::Conflict`] for a key
    /// that is revoked or is no smartphone.
    pub async fn change_settings(
        &self,
        actor: &Actor,
        id: KeyId,
        settings: &Settings,
    ) -> Result<Key, ServiceError> {
        settings.check()?;
        let mut tx = self.db().write().await?;
        let (_, mut key) = locked_key(&mut tx, id).await?;
        if key.kind != KeyKind::Smartphone {
            return Err(ServiceError::Conflict("only a smartphone has settings".to_owned()));
        }
        if key.state == Some(KeyState::Revoked) {
            let message = "this key is revoked: its phone obeys no settings any more";
            return Err(ServiceError::Conflict(message.to_owned()));
        }
        if key.settings.as_ref() == Some(settings) {
            return Ok(key);
        }
        let before = key.settings.replace(settings.clone());
        key.policy_version += 1;
        keys::set_settings(&mut tx, id, settings, key.policy_version).await?;
        tickets::forget_offer(&mut tx, id).await?;
        let details =
            json!({ "version": key.policy_version, "before": before, "settings": settings });
        let event = self.key_event(actor, Action::KeySettingsChanged, &key, details);
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_key(key.user, id, Action::KeySettingsChanged)]).await?;
        Ok(key)
    }

    /// Suspends an active key.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where it is not active.
    pub async fn suspend_key(&self, actor: &Actor, id: KeyId) -> Result<Key, ServiceError> {
        self.set_state(actor, id, KeyState::Suspended, Action::KeySuspended, |state| match state {
            Some(KeyState::Active) => Ok(()),
            None => Err("this key is not active yet: cancel its activation instead"),
            Some(KeyState::Suspended) => Err("this key is suspended already"),
            Some(KeyState::Revoked) => Err("this key is revoked, which is more than suspended"),
        })
        .await
    }

    /// Resumes a suspended key.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where it is not suspended.
    pub async fn resume_key(&self, actor: &Actor, id: KeyId) -> Result<Key, ServiceError> {
        self.set_state(actor, id, KeyState::Active, Action::KeyResumed, |state| match state {
            Some(KeyState::Suspended) => Ok(()),
            None => Err("this key is not active yet: activate it first"),
            Some(KeyState::Active) => Err("this key is active already"),
            Some(KeyState::Revoked) => {
                Err("a revoked key stays revoked: assign the user a new one")
            }
        })
        .await
    }

    /// Revokes a key, for good.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where it is revoked already.
    pub async fn revoke_key(&self, actor: &Actor, id: KeyId) -> Result<Key, ServiceError> {
        self.set_state(actor, id, KeyState::Revoked, Action::KeyRevoked, |state| match state {
            Some(KeyState::Revoked) => Err("this key is revoked already"),
            _ => Ok(()),
        })
        .await
    }

    async fn set_state(
        &self,
        actor: &Actor,
        id: KeyId,
        state: KeyState,
        action: Action,
        may: impl FnOnce(Option<KeyState>) -> Result<(), &'static str>,
    ) -> Result<Key, ServiceError> {
        let mut tx = self.db().write().await?;
        let (user, key) = locked_key(&mut tx, id).await?;
        may(key.state).map_err(|message| ServiceError::Conflict(message.to_owned()))?;
        keys::set_state(&mut tx, id, state).await?;
        tickets::cancel(&mut tx, id).await?;
        if state != KeyState::Active {
            sessions::end_of_user(&mut tx, key.user, Some(id)).await?;
        }
        if user.is_some() {
            users::refresh_state(&mut tx, key.user).await?;
        }
        let key = Key { state: Some(state), ..key };
        self.log(&mut tx, self.key_event(actor, action, &key, json!(null))).await?;
        self.commit(tx, &[Change::of_key(key.user, id, action)]).await?;
        Ok(key)
    }

    pub(super) fn key_event(
        &self,
        actor: &Actor,
        action: Action,
        key: &Key,
        details: serde_json::Value,
    ) -> NewEvent {
        NewEvent {
            at: self.now(),
            actor: actor.clone(),
            action,
            subject: Subject {
                kind: "key".to_owned(),
                id: key.id.to_string(),
                name: key.label.clone(),
            },
            user: Some(key.user),
            key: Some(key.id),
            details,
        }
    }
}

/// A key and its user, who is `None` where they were removed. Nobody else changes either until the
/// transaction ends.
pub(super) async fn locked_key(
    tx: &mut Transaction,
    id: KeyId,
) -> Result<(Option<User>, Key), ServiceError> {
    let not_found = || ServiceError::NotFound("key");
    // Whose it is never changes: so the user can be locked first, as everywhere.
    let owner = keys::get(tx, id).await?.ok_or_else(not_found)?.user;
    let user = users::lock(tx, owner).await?;
    let key = keys::lock(tx, id).await?.ok_or_else(not_found)?;
    Ok((user, key))
}
