//! Groups.

use super::{ServiceError, Workspace};
use crate::model::{Actor, Group, GroupId};

impl Workspace {
    /// Every group by name, with how many members it has.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn groups(&self) -> Result<Vec<(Group, u64)>, ServiceError> {
        todo!()
    }

    /// Makes a group.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`].
    pub async fn add_group(&self, _actor: &Actor, _name: &str) -> Result<Group, ServiceError> {
        todo!()
    }

    /// Renames a group.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`].
    pub async fn rename_group(
        &self,
        _actor: &Actor,
        _id: GroupId,
        _name: &str,
    ) -> Result<Group, ServiceError> {
        todo!()
    }

    /// Removes a group; its members stay.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn remove_group(&self, _actor: &Actor, _id: GroupId) -> Result<(), ServiceError> {
        todo!()
    }
}
