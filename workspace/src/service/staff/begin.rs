//! One-time links: the first owner sets the workspace up, others choose a password.

use super::{NewAdministrator, SignedIn, actor, administrator, event, taken};
use crate::{
    data::{administrators, sessions},
    model::{Action, Administrator, Role, Timestamp},
    service::{Change, FieldError, Password, Secret, ServiceError, Workspace},
};

/// What a link begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beginning {
    /// The workspace: its first owner is made.
    FirstOwner,
    /// An administrator's account: they choose a password.
    Invited(Administrator),
}

/// The first owner.
#[derive(Debug, Clone)]
pub struct NewOwner {
    /// What is typed to sign in, 1 to 64 characters without blanks.
    pub user_name: String,
    /// The person's name, 1 to 128 characters.
    pub name: String,
    /// At least 12 characters.
    pub password: Password,
}

/// The link is not good (any more).
const NO_LINK: ServiceError =
    ServiceError::NotFound("link: it was used already, it has ended, or a newer one was made");

impl Workspace {
    /// A one-time link's secret for the first owner, in place of earlier ones; `None` where there is
    /// an administrator already.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn new_set_up_link(&self) -> Result<Option<Secret>, ServiceError> {
        let mut tx = self.db().write().await?;
        if administrators::any(&mut tx).await? {
            return Ok(None);
        }
        let secret = Secret::new()?;
        let never = Timestamp(i64::MAX);
        administrators::keep_link(&mut tx, &secret.hash(), None, self.now(), never).await?;
        tx.commit().await?;
        Ok(Some(secret))
    }

    /// What a link begins; nothing is used up.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn beginning(&self, link: &Secret) -> Result<Beginning, ServiceError> {
        let mut tx = self.db().read().await?;
        match administrators::link(&mut tx, &link.hash(), self.now()).await? {
            None => Err(NO_LINK),
            Some(None) => Ok(Beginning::FirstOwner),
            Some(Some(id)) => administrators::get(&mut tx, id, false)
                .await?
                .map(Beginning::Invited)
                .ok_or(NO_LINK),
        }
    }

    /// Makes the first owner and signs them in. The link is used up.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`], which leaves the link as it is; [`ServiceError::NotFound`].
    pub async fn set_up(&self, link: &Secret, new: &NewOwner) -> Result<SignedIn, ServiceError> {
        let now = self.now();
        let (user_name, name) = (new.user_name.clone(), new.name.clone());
        let owner = administrator(&NewAdministrator { user_name, name, role: Role::Owner }, now);
        let owner = with_weakness(owner, &new.password, &new.user_name)?;
        if self.beginning(link).await? != Beginning::FirstOwner {
            return Err(NO_LINK);
        }
        let password = new.password.hash().await?;
        let mut tx = self.db().write().await?;
        let used = administrators::use_link(&mut tx, &link.hash(), now).await?;
        if used != Some(None) || administrators::any(&mut tx).await? {
            return Err(NO_LINK);
        }
        administrators::add(&mut tx, &owner, Some(&password)).await.map_err(taken)?;
        administrators::remove_links(&mut tx, None).await?;
        let (secret, _) = self.begin_panel_session(&mut tx, owner.id).await?;
        let details = serde_json::json!({ "role": owner.role, "by": "set-up link" });
        let event = event(now, &actor(&owner), Action::AdministratorAdded, &owner, details);
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_workspace(Action::AdministratorAdded)]).await?;
        Ok(SignedIn { administrator: owner, secret })
    }

    /// Gives an invited administrator the password that they chose, and signs them in; their other
    /// sessions end. The link is used up.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`], which leaves the link as it is; [`ServiceError::NotFound`].
    pub async fn accept_invitation(
        &self,
        link: &Secret,
        password: &Password,
    ) -> Result<SignedIn, ServiceError> {
        let Beginning::Invited(invited) = self.beginning(link).await? else { return Err(NO_LINK) };
        let invited = with_weakness(Ok(invited.clone()), password, &invited.user_name)?;
        let hash = password.hash().await?;
        let now = self.now();
        let mut tx = self.db().write().await?;
        let used = administrators::use_link(&mut tx, &link.hash(), now).await?;
        if used != Some(Some(invited.id)) {
            return Err(NO_LINK);
        }
        administrators::set_password(&mut tx, invited.id, &hash).await?;
        sessions::end_others(&mut tx, invited.id, None).await?;
        let (secret, _) = self.begin_panel_session(&mut tx, invited.id).await?;
        let details = serde_json::json!({ "password": "chosen", "by": "one-time link" });
        let event = event(now, &actor(&invited), Action::AdministratorChanged, &invited, details);
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_workspace(Action::AdministratorChanged)]).await?;
        Ok(SignedIn { administrator: invited, secret })
    }
}

/// Also what is wrong with the password, beside what else is wrong.
pub(super) fn with_weakness<T>(
    checked: Result<T, ServiceError>,
    password: &Password,
    user_name: &str,
) -> Result<T, ServiceError> {
    let Some(weakness) = password.weakness(user_name) else { return checked };
    let weak = FieldError::new("password", weakness);
    match checked {
        Err(ServiceError::Invalid(mut errors)) => {
            errors.push(weak);
            Err(ServiceError::Invalid(errors))
        }
        Err(error) => Err(error),
        Ok(_) => Err(ServiceError::Invalid(vec![weak])),
    }
}
