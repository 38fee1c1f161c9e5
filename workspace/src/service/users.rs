//! Users.

use super::{ServiceError, Workspace};
use crate::model::{Actor, NewUser, Page, PageRequest, User, UserId, UserQuery};

impl Workspace {
    /// A page of users.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for a cursor that is none of this list's, or where the database
    /// fails.
    pub async fn users(
        &self,
        _query: &UserQuery,
        _page: &PageRequest,
    ) -> Result<Page<User>, ServiceError> {
        todo!()
    }

    /// A user.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn user(&self, _id: UserId) -> Result<User, ServiceError> {
        todo!()
    }

    /// Adds a user, and the groups that do not exist yet.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`].
    pub async fn add_user(&self, _actor: &Actor, _new: &NewUser) -> Result<User, ServiceError> {
        todo!()
    }

    /// Changes a user's information and groups.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`].
    pub async fn change_user(
        &self,
        _actor: &Actor,
        _id: UserId,
        _new: &NewUser,
    ) -> Result<User, ServiceError> {
        todo!()
    }

    /// Blocks a user: every key of theirs stands as suspended until they are unblocked.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where they are blocked already.
    pub async fn block_user(&self, _actor: &Actor, _id: UserId) -> Result<User, ServiceError> {
        todo!()
    }

    /// Unblocks a user.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where they are not blocked.
    pub async fn unblock_user(&self, _actor: &Actor, _id: UserId) -> Result<User, ServiceError> {
        todo!()
    }

    /// Removes a user, and revokes every key of theirs.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn remove_user(&self, _actor: &Actor, _id: UserId) -> Result<(), ServiceError> {
        todo!()
    }
}
