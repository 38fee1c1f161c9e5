//! Keys: what they are, their rules, and whether they may sign.

use pocketkey_core::policy::Settings;

use super::{ServiceError, Workspace};
use crate::model::{Actor, Key, KeyId, NewKey, UserId};

impl Workspace {
    /// The keys of a user, in the order in which they were assigned.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn keys_of(&self, _user: UserId) -> Result<Vec<Key>, ServiceError> {
        todo!()
    }

    /// A key.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn key(&self, _id: KeyId) -> Result<Key, ServiceError> {
        todo!()
    }

    /// Assigns a key to a user. It is pending until it is activated or registered.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`].
    pub async fn assign_key(
        &self,
        _actor: &Actor,
        _user: UserId,
        _new: &NewKey,
    ) -> Result<Key, ServiceError> {
        todo!()
    }

    /// Changes a smartphone's rules. They reach the phone at its next check-in.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`], [`ServiceError::Conflict`] for a key
    /// that is revoked or is no smartphone.
    pub async fn change_settings(
        &self,
        _actor: &Actor,
        _id: KeyId,
        _settings: &Settings,
    ) -> Result<Key, ServiceError> {
        todo!()
    }

    /// Suspends an active key.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where it is not active.
    pub async fn suspend_key(&self, _actor: &Actor, _id: KeyId) -> Result<Key, ServiceError> {
        todo!()
    }

    /// Resumes a suspended key.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where it is not suspended.
    pub async fn resume_key(&self, _actor: &Actor, _id: KeyId) -> Result<Key, ServiceError> {
        todo!()
    }

    /// Revokes a key, for good.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where it is revoked already.
    pub async fn revoke_key(&self, _actor: &Actor, _id: KeyId) -> Result<Key, ServiceError> {
        todo!()
    }
}
