//! Groups.

use serde_json::json;

use super::{Change, FieldError, NewEvent, ServiceError, Workspace, users::check_group_name};
use crate::{
    data::groups,
    model::{Action, Actor, Group, GroupId, Subject},
};

impl Workspace {
    /// Every group by name, with how many members it has.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn groups(&self) -> Result<Vec<(Group, u64)>, ServiceError> {
        Ok(groups::all(&mut self.db().read().await?).await?)
    }

    /// Every group by name. Members are not counted, which takes long where there are many.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn group_names(&self) -> Result<Vec<Group>, ServiceError> {
        Ok(groups::names(&mut self.db().read().await?).await?)
    }

    /// Makes a group.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`].
    pub async fn add_group(&self, actor: &Actor, name: &str) -> Result<Group, ServiceError> {
        let name = checked(name)?;
        let mut tx = self.db().write().await?;
        let (_, mut made) = groups::named(&mut tx, &[name], self.now()).await?;
        let group = made.pop().ok_or_else(|| ServiceError::Invalid(vec![taken()]))?;
        let event = self.group_event(actor, Action::GroupAdded, &group, json!(null));
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_workspace(Action::GroupAdded)]).await?;
        Ok(group)
    }

    /// Renames a group.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`].
    pub async fn rename_group(
        &self,
        actor: &Actor,
        id: GroupId,
        name: &str,
    ) -> Result<Group, ServiceError> {
        let name = checked(name)?;
        let mut tx = self.db().write().await?;
        let old = groups::lock(&mut tx, id).await?.ok_or(ServiceError::NotFound("group"))?;
        if old.name == name {
            return Ok(old);
        }
        groups::rename(&mut tx, id, &name).await.map_err(|error| {
            let is_taken = error.breaks(groups::UNIQUE_NAME);
            if is_taken { ServiceError::Invalid(vec![taken()]) } else { error.into() }
        })?;
        let group = Group { id, name };
        let details = json!({ "renamed_from": old.name });
        let event = self.group_event(actor, Action::GroupChanged, &group, details);
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_workspace(Action::GroupChanged)]).await?;
        Ok(group)
    }

    /// Removes a group; its members stay.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn remove_group(&self, actor: &Actor, id: GroupId) -> Result<(), ServiceError> {
        let mut tx = self.db().write().await?;
        let group = groups::lock(&mut tx, id).await?.ok_or(ServiceError::NotFound("group"))?;
        groups::delete(&mut tx, id).await?;
        let details = json!({ "removed": true });
        let event = self.group_event(actor, Action::GroupChanged, &group, details);
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_workspace(Action::GroupChanged)]).await
    }

    /// What is logged of groups that came with users.
    pub(super) fn groups_made(&self, actor: &Actor, groups: &[Group]) -> Vec<NewEvent> {
        let event = |group| self.group_event(actor, Action::GroupAdded, group, json!(null));
        groups.iter().map(event).collect()
    }

    fn group_event(
        &self,
        actor: &Actor,
        action: Action,
        group: &Group,
        details: serde_json::Value,
    ) -> NewEvent {
        NewEvent {
            at: self.now(),
            actor: actor.clone(),
            action,
            subject: Subject {
                kind: "group".to_owned(),
                id: group.id.to_string(),
                name: group.name.clone(),
            },
            user: None,
            key: None,
            details,
        }
    }
}

fn checked(name: &str) -> Result<String, ServiceError> {
    check_group_name(name)
        .map_err(|message| ServiceError::Invalid(vec![FieldError::new("name", message)]))
}

fn taken() -> FieldError {
    FieldError::new("name", "another group has this name")
}
