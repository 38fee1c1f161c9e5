//! Sessions of the panel and of the sign-in page.

use super::{Secret, ServiceError, Workspace};
use crate::model::{Administrator, KeyId, SessionId, Timestamp, User, UserId};

/// How long a session lives at most, in seconds: twelve hours.
pub const SESSION_SECONDS: i64 = 12 * 60 * 60;

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
        _secret: &Secret,
    ) -> Result<Option<(Session, Administrator)>, ServiceError> {
        todo!()
    }

    /// The sign-in page's session with this secret, where it is alive, its user not blocked and its
    /// key active.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn user_session(
        &self,
        _secret: &Secret,
    ) -> Result<Option<(Session, User, KeyId)>, ServiceError> {
        todo!()
    }

    /// Begins a session of the sign-in page.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn start_user_session(
        &self,
        _user: UserId,
        _key: KeyId,
    ) -> Result<Secret, ServiceError> {
        todo!()
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn end_session(&self, _session: SessionId) -> Result<(), ServiceError> {
        todo!()
    }
}
