//! Those who run the workspace: who they are, and what the owners do with the others.

use super::{Change, FieldError, NewEvent, Secret, ServiceError, Workspace};
use crate::{
    data::{administrators, sessions},
    db::{DbError, Transaction},
    model::{Action, Actor, ActorKind, Administrator, AdministratorId, Role, Subject, Timestamp},
};

mod begin;
mod passkeys;
mod sign_in;
#[cfg(test)]
mod tests;

pub use begin::{Beginning, NewOwner};
pub use sign_in::SignedIn;

/// For how long an invitation is good, in seconds: three days.
const INVITATION_SECONDS: i64 = 3 * 24 * 60 * 60;

/// An administrator who is to be added.
#[derive(Debug, Clone)]
pub struct NewAdministrator {
    /// What is typed to sign in, 1 to 64 characters without blanks.
    pub user_name: String,
    /// The person's name, 1 to 128 characters.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

impl Workspace {
    /// Every administrator, by name.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn administrators(&self) -> Result<Vec<Administrator>, ServiceError> {
        let mut tx = self.db().read().await?;
        Ok(administrators::all(&mut tx).await?)
    }

    /// An administrator.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn administrator(&self, id: AdministratorId) -> Result<Administrator, ServiceError> {
        let mut tx = self.db().read().await?;
        administrators::get(&mut tx, id, false).await?.ok_or(NOT_FOUND)
    }

    /// Whether there is any administrator: a workspace that has none waits to be set up.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn is_set_up(&self) -> Result<bool, ServiceError> {
        let mut tx = self.db().read().await?;
        Ok(administrators::any(&mut tx).await?)
    }

    /// Adds an administrator, who chooses a password by the one-time link with this secret
    /// (`/set-up/{secret}`), good for three days.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`].
    pub async fn add_administrator(
        &self,
        actor: &Actor,
        new: &NewAdministrator,
    ) -> Result<(Administrator, Secret), ServiceError> {
        let now = self.now();
        let added = administrator(new, now)?;
        let secret = Secret::new()?;
        let mut tx = self.db().write().await?;
        administrators::add(&mut tx, &added, None).await.map_err(taken)?;
        self.keep_invitation(&mut tx, added.id, &secret, now).await?;
        let details = serde_json::json!({ "role": added.role });
        self.log(&mut tx, event(now, actor, Action::AdministratorAdded, &added, details)).await?;
        self.commit(tx, &[Change::of_workspace(Action::AdministratorAdded)]).await?;
        Ok((added, secret))
    }

    /// Another one-time link for an administrator who has lost theirs, or their password. Until it
    /// is used, their password stays good.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn invite_again(
        &self,
        actor: &Actor,
        id: AdministratorId,
    ) -> Result<(Administrator, Secret), ServiceError> {
        let now = self.now();
        let secret = Secret::new()?;
        let mut tx = self.db().write().await?;
        let invited = administrators::get(&mut tx, id, true).await?.ok_or(NOT_FOUND)?;
        self.keep_invitation(&mut tx, id, &secret, now).await?;
        let details = serde_json::json!({ "link": "made" });
        self.log(&mut tx, event(now, actor, Action::AdministratorChanged, &invited, details))
            .await?;
        self.commit(tx, &[Change::of_workspace(Action::AdministratorChanged)]).await?;
        Ok((invited, secret))
    }

    /// Changes what an administrator may do.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where no owner would be left.
    pub async fn change_role(
        &self,
        actor: &Actor,
        id: AdministratorId,
        role: Role,
    ) -> Result<Administrator, ServiceError> {
        let mut tx = self.db().write().await?;
        let before = self.but_the_last_owner(&mut tx, id, role == Role::Owner).await?;
        if before.role == role {
            return Ok(before);
        }
        administrators::set_role(&mut tx, id, role).await?;
        let details = serde_json::json!({ "role": role, "before": before.role });
        let changed = Administrator { role, ..before };
        let event = event(self.now(), actor, Action::AdministratorChanged, &changed, details);
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_workspace(Action::AdministratorChanged)]).await?;
        Ok(changed)
    }

    /// Removes an administrator: their sessions end at once.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Conflict`] where no owner would be left.
    pub async fn remove_administrator(
        &self,
        actor: &Actor,
        id: AdministratorId,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().write().await?;
        let removed = self.but_the_last_owner(&mut tx, id, false).await?;
        administrators::remove(&mut tx, id).await?;
        let details = serde_json::Value::Null;
        let event = event(self.now(), actor, Action::AdministratorRemoved, &removed, details);
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_workspace(Action::AdministratorRemoved)]).await
    }

    /// Ends every session of an administrator, this one too.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn sign_out_everywhere(&self, who: &Administrator) -> Result<(), ServiceError> {
        let mut tx = self.db().write().await?;
        let ended = sessions::end_others(&mut tx, who.id, None).await?;
        let details = serde_json::json!({ "sessions": ended });
        let event = event(self.now(), &actor(who), Action::AdministratorSignedOut, who, details);
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_workspace(Action::AdministratorSignedOut)]).await
    }

    /// The administrator, where there is another owner or they stay one.
    async fn but_the_last_owner(
        &self,
        tx: &mut Transaction,
        id: AdministratorId,
        stays_owner: bool,
    ) -> Result<Administrator, ServiceError> {
        // Locks every owner: of two who remove each other at once, one is refused.
        let owners = administrators::owners(tx).await?;
        let found = administrators::get(tx, id, true).await?.ok_or(NOT_FOUND)?;
        if !stays_owner && owners == [id] {
            return Err(ServiceError::Conflict(
                "this is the last owner who can sign in: make another one first".to_owned(),
            ));
        }
        Ok(found)
    }

    async fn keep_invitation(
        &self,
        tx: &mut Transaction,
        id: AdministratorId,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let until = now.plus_seconds(INVITATION_SECONDS);
        Ok(administrators::keep_link(tx, &secret.hash(), Some(id), now, until).await?)
    }
}

const NOT_FOUND: ServiceError = ServiceError::NotFound("administrator");

/// Somebody who acts for themselves.
fn actor(who: &Administrator) -> Actor {
    Actor { kind: ActorKind::Administrator, id: who.id.to_string(), name: who.name.clone() }
}

fn event(
    at: Timestamp,
    actor: &Actor,
    action: Action,
    subject: &Administrator,
    details: serde_json::Value,
) -> NewEvent {
    NewEvent {
        at,
        actor: actor.clone(),
        action,
        subject: Subject {
            kind: "administrator".to_owned(),
            id: subject.id.to_string(),
            name: subject.name.clone(),
        },
        user: None,
        key: None,
        details,
    }
}

fn taken(error: DbError) -> ServiceError {
    if error.breaks("administrators_user_name_key_key") {
        let message = "An administrator has this user name already.";
        ServiceError::Invalid(vec![FieldError::new("user_name", message)])
    } else {
        error.into()
    }
}

/// What is typed, as an administrator.
fn administrator(new: &NewAdministrator, now: Timestamp) -> Result<Administrator, ServiceError> {
    let (user_name, name) = (new.user_name.trim(), new.name.trim());
    let mut errors = Vec::new();
    let length = user_name.chars().count();
    let blank = |letter: char| letter.is_whitespace() || letter.is_control();
    if !(1..=64).contains(&length) || user_name.chars().any(blank) {
        let message = "The user name must have 1 to 64 characters, and no blanks.";
        errors.push(FieldError::new("user_name", message));
    }
    if !(1..=128).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        errors.push(FieldError::new("name", "The name must have 1 to 128 characters."));
    }
    if !errors.is_empty() {
        return Err(ServiceError::Invalid(errors));
    }
    Ok(Administrator {
        id: AdministratorId::new(),
        user_name: user_name.to_owned(),
        name: name.to_owned(),
        role: new.role,
        created_at: now,
    })
}
