//! WebAuthn ceremonies that have begun: kept in the database, so that any instance can finish one.

use serde::{Serialize, de::DeserializeOwned};

use super::{Secret, ServiceError, Workspace};
use crate::data;

/// How long a ceremony may take, in seconds.
const PATIENCE: i64 = 5 * 60;

/// What a ceremony is for: one that began for one purpose does not finish another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// An administrator adds a passkey.
    AddPasskey,
    /// An administrator signs in by passkey, or confirms that it is them.
    PanelSignIn,
    /// A card, fingerprint or USB key is registered for a user.
    RegisterKey,
    /// A user signs in.
    UserSignIn,
}

impl Ceremony {
    const fn name(self) -> &'static str {
        match self {
            Self::AddPasskey => "add-passkey",
            Self::PanelSignIn => "panel-sign-in",
            Self::RegisterKey => "register-key",
            Self::UserSignIn => "user-sign-in",
        }
    }
}

impl Workspace {
    /// Keeps the server's side of a ceremony for five minutes, and says the name under which the
    /// browser gives it back. `binding` is the browser's ([`Visitor::binding`], [`Admin::binding`]):
    /// only the same one finishes it.
    ///
    /// [`Visitor::binding`]: crate::http::Visitor::binding
    /// [`Admin::binding`]: crate::http::Admin::binding
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn begin_ceremony(
        &self,
        ceremony: Ceremony,
        binding: &[u8],
        state: &impl Serialize,
    ) -> Result<String, ServiceError> {
        let id = Secret::new()?.text().to_string();
        let state = serde_json::to_string(state)
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        let now = self.now();
        let until = now.plus_seconds(PATIENCE);
        let mut tx = self.db().write().await?;
        data::challenges::keep(&mut tx, &id, ceremony.name(), binding, &state, now, until).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The server's side of a ceremony, which cannot be taken again, whatever comes of it.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] where this browser has begun none, or too long ago.
    pub async fn finish_ceremony<T: DeserializeOwned>(
        &self,
        ceremony: Ceremony,
        binding: &[u8],
        id: &str,
    ) -> Result<T, ServiceError> {
        let mut tx = self.db().write().await?;
        let state =
            data::challenges::take(&mut tx, id, ceremony.name(), binding, self.now()).await?;
        tx.commit().await?;
        let state = state.ok_or_else(|| {
            ServiceError::Conflict("it took too long, or was done already: try again".to_owned())
        })?;
        serde_json::from_str(&state).map_err(|error| ServiceError::Internal(error.to_string()))
    }
}
