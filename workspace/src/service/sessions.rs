//! Sessions of the panel and of the sign-in page.

use super::{Secret, ServiceError, Workspace};
use crate::{
    data::sessions::{self, NewSession, Owner},
    db::Transaction,
    model::{Administrator, AdministratorId, KeyId, SessionId, Timestamp, User, UserId},
};

/// How long a session lives at most, in seconds: twelve hours.
pub const SESSION_SECONDS: i64 = 12 * 60 * 60;

/// How long a session lives that is not used, in seconds: half an hour.
const IDLE_SECONDS: i64 = 30 * 60;

/// A session's use is written down once in this many seconds, because each is a write.
const SEEN_SECONDS: i64 = 60;

/// A session, without its secret.
#[derive(Debug, Clone)]
pub struct Session {
    /// The identifier.
    pub id: SessionId,
    /// When its owner proved who they are last.
    pub authenticated_at: Timestamp,
    /// When it ends, used or not.
    pub expires_at: Timestamp,
}

impl Workspace {
    /// The panel's session with this secret, where it is alive.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn panel_session(
        &self,
        secret: &Secret,
    ) -> Result<Option<(Session, Administrator)>, ServiceError> {
        let now = self.now();
        let mut tx = self.db().read().await?;
        let found =
            sessions::of_panel(&mut tx, &secret.hash(), now, now.plus_seconds(-IDLE_SECONDS))
                .await?;
        drop(tx);
        let Some((session, seen_at, administrator)) = found else { return Ok(None) };
        self.used(session.id, seen_at, now).await?;
        Ok(Some((session, administrator)))
    }

    /// Whether the panel's session with this secret is alive: looking does not count as using it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn is_panel_session_alive(&self, secret: &Secret) -> Result<bool, ServiceError> {
        let now = self.now();
        let mut tx = self.db().read().await?;
        let seen_after = now.plus_seconds(-IDLE_SECONDS);
        Ok(sessions::of_panel(&mut tx, &secret.hash(), now, seen_after).await?.is_some())
    }

    /// The sign-in page's session with this secret, where it is alive, its user not blocked and its
    /// key active.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn user_session(
        &self,
        secret: &Secret,
    ) -> Result<Option<(Session, User, KeyId)>, ServiceError> {
        let now = self.now();
        let mut tx = self.db().read().await?;
        let found =
            sessions::of_user(&mut tx, &secret.hash(), now, now.plus_seconds(-IDLE_SECONDS))
                .await?;
        drop(tx);
        let Some((session, seen_at, user, key)) = found else { return Ok(None) };
        self.used(session.id, seen_at, now).await?;
        Ok(Some((session, self.user(user).await?, key)))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn end_session(&self, session: SessionId) -> Result<(), ServiceError> {
        let mut tx = self.db().write().await?;
        sessions::end(&mut tx, session).await?;
        Ok(tx.commit().await?)
    }

    /// Begins a session of the panel, in the transaction of the sign-in.
    pub(super) async fn begin_panel_session(
        &self,
        tx: &mut Transaction,
        administrator: AdministratorId,
    ) -> Result<(Secret, SessionId), ServiceError> {
        self.begin_session(tx, Owner::Administrator(administrator)).await
    }

    /// Begins a session of the sign-in page, in the transaction of the sign-in: a suspension that
    /// comes after it finds it, and ends it.
    pub(super) async fn begin_user_session(
        &self,
        tx: &mut Transaction,
        user: UserId,
        key: KeyId,
    ) -> Result<Secret, ServiceError> {
        Ok(self.begin_session(tx, Owner::User(user, key)).await?.0)
    }

    async fn begin_session(
        &self,
        tx: &mut Transaction,
        owner: Owner,
    ) -> Result<(Secret, SessionId), ServiceError> {
        let secret = Secret::new()?;
        let now = self.now();
        let new = NewSession {
            hash: &secret.hash(),
            owner,
            now,
            expires_at: now.plus_seconds(SESSION_SECONDS),
        };
        let id = sessions::begin(tx, &new).await?;
        Ok((secret, id))
    }

    async fn used(
        &self,
        session: SessionId,
        seen_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        if seen_at.plus_seconds(SEEN_SECONDS) > now {
            return Ok(());
        }
        let mut tx = self.db().write().await?;
        sessions::seen(&mut tx, session, now).await?;
        Ok(tx.commit().await?)
    }
}
