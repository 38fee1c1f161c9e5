//! Sign-in with a password: at the same cost whether the user name exists, and slower with each
//! failure.

use std::net::IpAddr;

use ring::digest;

use super::{actor, event};
use crate::{
    data::{
        administrators::{self, Attempts},
        sessions,
    },
    model::{Action, Actor, ActorKind, Administrator, Subject, Timestamp},
    service::{Change, FieldError, NewEvent, Password, Secret, ServiceError, Session, Workspace},
};

/// How many failures cost no wait: people mistype.
const FREE_FAILURES: u32 = 4;

/// The longest wait, in seconds. Whoever keeps failing with another's name keeps them waiting this
/// long at most; their passkey works all the while.
const LONGEST_WAIT: i64 = 15 * 60;

/// For how long failures are remembered, in seconds: a day.
const MEMORY: i64 = 24 * 60 * 60;

/// What is said whatever was wrong.
const WRONG: &str = "The user name or the password is wrong.";

/// Somebody has signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub administrator: Administrator,
    /// The secret of their session.
    pub secret: Secret,
}

impl Workspace {
    /// Signs an administrator in with their password.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] where the name or the password is wrong,
    /// [`ServiceError::Throttled`] after many failures.
    pub async fn sign_in(
        &self,
        user_name: &str,
        password: &Password,
        address: Option<IpAddr>,
    ) -> Result<SignedIn, ServiceError> {
        let name_hash = name_hash(user_name);
        self.count_attempt(&name_hash).await?;
        let mut tx = self.db().read().await?;
        let found = administrators::by_user_name(&mut tx, user_name.trim()).await?;
        drop(tx);
        let (who, kept) = found.unzip();
        let kept = kept.flatten();
        let right = password.verify(kept.clone()).await?;
        let Some(who) = who.filter(|_| right) else {
            self.log_refusal_at_panel(failure(self.now(), user_name, address)).await?;
            return Err(ServiceError::Forbidden(WRONG.to_owned()));
        };
        let mut tx = self.db().write().await?;
        // They may have been removed, or their password changed, while it was compared.
        let who = administrators::get(&mut tx, who.id, true).await?;
        let now_kept = match &who {
            Some(who) => administrators::password(&mut tx, who.id).await?,
            None => None,
        };
        let Some(who) = who.filter(|_| now_kept == kept) else {
            return Err(ServiceError::Forbidden(WRONG.to_owned()));
        };
        administrators::forget_attempts(&mut tx, &name_hash).await?;
        let (secret, _) = self.begin_panel_session(&mut tx, who.id).await?;
        let details = serde_json::json!({ "with": "password", "address": address });
        let event = event(self.now(), &actor(&who), Action::AdministratorSignedIn, &who, details);
        self.log(&mut tx, event).await?;
        self.commit(tx, &[]).await?;
        Ok(SignedIn { administrator: who, secret })
    }

    /// Ends a session of the panel.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn sign_out(
        &self,
        who: &Administrator,
        session: &Session,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().write().await?;
        if sessions::end(&mut tx, session.id).await? {
            let details = serde_json::Value::Null;
            let event =
                event(self.now(), &actor(who), Action::AdministratorSignedOut, who, details);
            self.log(&mut tx, event).await?;
        }
        self.commit(tx, &[Change::of_workspace(Action::AdministratorSignedOut)]).await
    }

    /// Confirms by password that it is still the administrator who sits there. The session goes on
    /// with another secret.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`], [`ServiceError::Throttled`].
    pub async fn confirm(
        &self,
        who: &Administrator,
        session: &Session,
        password: &Password,
    ) -> Result<Secret, ServiceError> {
        if !self.is_password_of(who, password).await? {
            return Err(ServiceError::Forbidden("The password is wrong.".to_owned()));
        }
        self.confirmed(session).await
    }

    /// Changes an administrator's own password. Their other sessions end, and this one goes on with
    /// another secret.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`], [`ServiceError::Throttled`].
    pub async fn change_password(
        &self,
        who: &Administrator,
        session: &Session,
        current: &Password,
        new: &Password,
    ) -> Result<Secret, ServiceError> {
        if let Some(weakness) = new.weakness(&who.user_name) {
            let weak = FieldError::new("new_password", weakness);
            return Err(ServiceError::Invalid(vec![weak]));
        }
        if !self.is_password_of(who, current).await? {
            let wrong = FieldError::new("current_password", "This is not your password.");
            return Err(ServiceError::Invalid(vec![wrong]));
        }
        let hash = new.hash().await?;
        let secret = Secret::new()?;
        let now = self.now();
        let mut tx = self.db().write().await?;
        administrators::get(&mut tx, who.id, true).await?.ok_or(super::NOT_FOUND)?;
        administrators::set_password(&mut tx, who.id, &hash).await?;
        administrators::remove_links(&mut tx, Some(who.id)).await?;
        let ended = sessions::end_others(&mut tx, who.id, Some(session.id)).await?;
        sessions::confirmed(&mut tx, session.id, &secret.hash(), now).await?;
        let details = serde_json::json!({ "password": "changed", "sessions_ended": ended });
        let event = event(now, &actor(who), Action::AdministratorChanged, who, details);
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_workspace(Action::AdministratorChanged)]).await?;
        Ok(secret)
    }

    /// The session's owner has proven again who they are.
    pub(super) async fn confirmed(&self, session: &Session) -> Result<Secret, ServiceError> {
        let secret = Secret::new()?;
        let mut tx = self.db().write().await?;
        let alive = sessions::confirmed(&mut tx, session.id, &secret.hash(), self.now()).await?;
        tx.commit().await?;
        if alive { Ok(secret) } else { Err(ServiceError::NotFound("session")) }
    }

    async fn is_password_of(
        &self,
        who: &Administrator,
        password: &Password,
    ) -> Result<bool, ServiceError> {
        let name_hash = name_hash(&who.user_name);
        self.count_attempt(&name_hash).await?;
        let mut tx = self.db().read().await?;
        let kept = administrators::password(&mut tx, who.id).await?;
        drop(tx);
        let right = password.verify(kept).await?;
        if right {
            let mut tx = self.db().write().await?;
            administrators::forget_attempts(&mut tx, &name_hash).await?;
            tx.commit().await?;
        }
        Ok(right)
    }

    /// Counts an attempt as a failure before it is made, so that many at once are many; one that
    /// goes well is forgotten afterwards.
    async fn count_attempt(&self, name_hash: &[u8]) -> Result<(), ServiceError> {
        let now = self.now();
        let mut tx = self.db().write().await?;
        administrators::forget_attempts_before(&mut tx, now.plus_seconds(-MEMORY)).await?;
        let before = administrators::attempts(&mut tx, name_hash).await?;
        if before.locked_until > now {
            let ms = u64::try_from(before.locked_until.0.saturating_sub(now.0)).unwrap_or_default();
            // Rounded up: what is said to be over is over.
            let retry_after = std::time::Duration::from_secs(ms.div_ceil(1000));
            return Err(ServiceError::Throttled { retry_after });
        }
        let failures = before.failures.saturating_add(1);
        let locked_until = now.plus_seconds(wait(failures));
        let attempts = Attempts { failures, last_at: now, locked_until };
        administrators::set_attempts(&mut tx, name_hash, &attempts).await?;
        Ok(tx.commit().await?)
    }
}

/// How long to wait after so many failures, in seconds: 0, then 2, 4, 8 …
fn wait(failures: u32) -> i64 {
    match failures.checked_sub(FREE_FAILURES) {
        None | Some(0) => 0,
        Some(more) => 1_i64.checked_shl(more.min(20)).unwrap_or(i64::MAX).min(LONGEST_WAIT),
    }
}

fn name_hash(user_name: &str) -> Vec<u8> {
    let name = user_name.trim().to_lowercase();
    digest::digest(&digest::SHA256, name.as_bytes()).as_ref().to_vec()
}

/// A failed sign-in. What was typed as the name is kept in part only: passwords are typed there too.
fn failure(at: Timestamp, user_name: &str, address: Option<IpAddr>) -> NewEvent {
    let begin: String =
        user_name.trim().chars().filter(|letter| !letter.is_control()).take(3).collect();
    NewEvent {
        at,
        actor: Actor { kind: ActorKind::Stranger, id: String::new(), name: "somebody".to_owned() },
        action: Action::AdministratorSignInFailed,
        subject: Subject {
            kind: "administrator".to_owned(),
            id: String::new(),
            name: format!("{begin}…"),
        },
        user: None,
        key: None,
        details: serde_json::json!({ "with": "password", "address": address }),
    }
}
