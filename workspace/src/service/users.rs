//! Users.

use serde_json::json;

use super::{Change, FieldError, NewEvent, ServiceError, Workspace};
use crate::{
    data::{groups, keys, sessions, tickets, users},
    db::{DbError, Transaction},
    model::{
        Action, Actor, Group, NewUser, Page, PageRequest, Subject, User, UserId, UserQuery,
        UserState,
    },
};

mod check;
#[cfg(test)]
mod tests;

pub(super) use check::{check, check_group_name, line};

impl Workspace {
    /// A page of users.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for a cursor that is none of this list's, or where the database
    /// fails.
    pub async fn users(
        &self,
        query: &UserQuery,
        page: &PageRequest,
    ) -> Result<Page<User>, ServiceError> {
        users::page(&mut self.db().read().await?, query, page).await
    }

    /// A user.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn user(&self, id: UserId) -> Result<User, ServiceError> {
        let user = users::get(&mut self.db().read().await?, id).await?;
        user.ok_or(ServiceError::NotFound("user"))
    }

    /// Adds a user, and the groups that do not exist yet.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`].
    pub async fn add_user(&self, actor: &Actor, new: &NewUser) -> Result<User, ServiceError> {
        let new = check(new)?;
        let mut tx = self.db().write().await?;
        let (groups, new_groups) = groups::named(&mut tx, &new.groups, self.now()).await?;
        check_free(&mut tx, &new, None).await?;
        let user = User {
            id: UserId::new(),
            user_id: new.user_id,
            name: new.name,
            email: new.email,
            user_name: new.user_name,
            state: UserState::NotInvited,
            groups,
            created_at: self.now(),
        };
        users::insert(&mut tx, std::slice::from_ref(&user)).await.map_err(taken)?;
        let mut events = self.groups_made(actor, &new_groups);
        events.push(self.user_event(actor, Action::UserAdded, &user, json!(null)));
        self.log_all(&mut tx, events).await?;
        self.commit(tx, &[Change::of_user(user.id, Action::UserAdded)]).await?;
        Ok(user)
    }

    /// Changes a user's information and groups.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`].
    pub async fn change_user(
        &self,
        actor: &Actor,
        id: UserId,
        new: &NewUser,
    ) -> Result<User, ServiceError> {
        let new = check(new)?;
        let mut tx = self.db().write().await?;
        let (groups, new_groups) = groups::named(&mut tx, &new.groups, self.now()).await?;
        let old = locked(&mut tx, id).await?;
        let fields = changed_fields(&old, &new, &groups);
        if fields.is_empty() {
            return Ok(old);
        }
        check_free(&mut tx, &new, Some(id)).await?;
        let user = User {
            user_id: new.user_id,
            name: new.name,
            email: new.email,
            user_name: new.user_name,
            groups,
            ..old
        };
        users::update(&mut tx, &user).await.map_err(taken)?;
        let mut events = self.groups_made(actor, &new_groups);
        let details = json!({ "fields": fields });
        events.push(self.user_event(actor, Action::UserChanged, &user, details));
        self.log_all(&mut tx, events).await?;
        self.commit(tx, &[Change::of_user(id, Action::UserChanged)]).await?;
        Ok(user)
    }

    /// Blocks a user: every key of theirs stands as suspended until they are unblocked.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where they are blocked already.
    pub async fn block_user(&self, actor: &Actor, id: UserId) -> Result<User, ServiceError> {
        self.set_blocked(actor, id, true).await
    }

    /// Unblocks a user.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where they are not blocked.
    pub async fn unblock_user(&self, actor: &Actor, id: UserId) -> Result<User, ServiceError> {
        self.set_blocked(actor, id, false).await
    }

    async fn set_blocked(
        &self,
        actor: &Actor,
        id: UserId,
        blocked: bool,
    ) -> Result<User, ServiceError> {
        let mut tx = self.db().write().await?;
        let user = locked(&mut tx, id).await?;
        if blocked == (user.state == UserState::Blocked) {
            let is = if blocked { "is blocked already" } else { "is not blocked" };
            return Err(ServiceError::Conflict(format!("{} {is}", user.name)));
        }
        let state = users::set_blocked(&mut tx, id, blocked).await?;
        if blocked {
            sessions::end_of_user(&mut tx, id, None).await?;
        }
        let user = User { state, ..user };
        let action = if blocked { Action::UserBlocked } else { Action::UserUnblocked };
        self.log(&mut tx, self.user_event(actor, action, &user, json!(null))).await?;
        self.commit(tx, &[Change::of_user(id, action)]).await?;
        Ok(user)
    }

    /// Removes a user, and revokes every key of theirs.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn remove_user(&self, actor: &Actor, id: UserId) -> Result<(), ServiceError> {
        let mut tx = self.db().write().await?;
        let user = locked(&mut tx, id).await?;
        let (mut events, mut changes) = (Vec::new(), Vec::new());
        for key in keys::revoke_all(&mut tx, id).await? {
            tickets::cancel(&mut tx, key.id).await?;
            events.push(self.key_event(actor, Action::KeyRevoked, &key, json!(null)));
            changes.push(Change::of_key(id, key.id, Action::KeyRevoked));
        }
        sessions::end_of_user(&mut tx, id, None).await?;
        users::delete(&mut tx, id).await?;
        events.push(self.user_event(actor, Action::UserRemoved, &user, json!(null)));
        changes.push(Change::of_user(id, Action::UserRemoved));
        self.log_all(&mut tx, events).await?;
        self.commit(tx, &changes).await
    }

    pub(super) fn user_event(
        &self,
        actor: &Actor,
        action: Action,
        user: &User,
        details: serde_json::Value,
    ) -> NewEvent {
        NewEvent {
            at: self.now(),
            actor: actor.clone(),
            action,
            subject: Subject {
                kind: "user".to_owned(),
                id: user.id.to_string(),
                name: user.name.clone(),
            },
            user: Some(user.id),
            key: None,
            details,
        }
    }
}

/// A user whom nobody else changes until the transaction ends.
pub(super) async fn locked(tx: &mut Transaction, id: UserId) -> Result<User, ServiceError> {
    users::lock(tx, id).await?.ok_or(ServiceError::NotFound("user"))
}

/// What would be changed: the names of fields.
pub(super) fn changed_fields(old: &User, new: &NewUser, groups: &[Group]) -> Vec<&'static str> {
    let ids = |groups: &[Group]| {
        let mut ids: Vec<_> = groups.iter().map(|group| group.id).collect();
        ids.sort();
        ids
    };
    [
        ("user_id", old.user_id != new.user_id),
        ("name", old.name != new.name),
        ("email", old.email != new.email),
        ("user_name", old.user_name != new.user_name),
        ("groups", ids(&old.groups) != ids(groups)),
    ]
    .into_iter()
    .filter_map(|(field, is_changed)| is_changed.then_some(field))
    .collect()
}

/// Says all that is taken at once; the unique indexes have the last word.
async fn check_free(
    tx: &mut Transaction,
    new: &NewUser,
    except: Option<UserId>,
) -> Result<(), ServiceError> {
    let is_other = |user: Option<User>| user.is_some_and(|user| Some(user.id) != except);
    let mut errors = Vec::new();
    if is_other(users::by_user_id(tx, &new.user_id).await?) {
        errors.push(user_id_taken());
    }
    if is_other(users::by_user_name(tx, &new.user_name).await?) {
        errors.push(user_name_taken());
    }
    if errors.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(errors)) }
}

pub(super) fn user_id_taken() -> FieldError {
    FieldError::new("user_id", "another user has this user ID")
}

pub(super) fn user_name_taken() -> FieldError {
    FieldError::new("user_name", "another user has this user name")
}

fn taken(error: DbError) -> ServiceError {
    if error.breaks(users::unique::USER_ID) {
        ServiceError::Invalid(vec![user_id_taken()])
    } else if error.breaks(users::unique::USER_NAME) {
        ServiceError::Invalid(vec![user_name_taken()])
    } else {
        error.into()
    }
}
