//! Tells open pages what has changed.

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::{
    db::{Heard, Listener},
    model::{Action, KeyId, UserId},
};

/// Something has changed, durably.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The user that it concerns.
    pub user: Option<UserId>,
    /// The key that it concerns.
    pub key: Option<KeyId>,
    /// What happened; `None`: nobody knows, because the connection to the database was lost for a
    /// while. Whatever is shown may be old.
    pub action: Option<Action>,
}

impl Change {
    /// Nobody knows what.
    pub const UNKNOWN: Self = Self { user: None, key: None, action: None };

    /// Something that concerns a user.
    #[must_use]
    pub const fn of_user(user: UserId, action: Action) -> Self {
        Self { user: Some(user), key: None, action: Some(action) }
    }

    /// Something that concerns a key.
    #[must_use]
    pub const fn of_key(user: UserId, key: KeyId, action: Action) -> Self {
        Self { user: Some(user), key: Some(key), action: Some(action) }
    }

    /// Something that concerns the workspace as a whole.
    #[must_use]
    pub const fn of_workspace(action: Action) -> Self {
        Self { user: None, key: None, action: Some(action) }
    }
}

/// Carries changes to whoever listens, whichever instance made them. Who is too slow misses some,
/// and is told so by the channel.
#[derive(Debug, Clone)]
pub struct Hub(broadcast::Sender<Change>);

impl Hub {
    /// Carries what the database says, until it is closed.
    pub(super) fn carrying(mut listener: Listener) -> Self {
        let sender = broadcast::channel(256).0;
        let hub = Self(sender.clone());
        tokio::spawn(async move {
            while let Some(heard) = listener.next().await {
                let change = match heard {
                    // A newer instance may speak of what this one does not know.
                    Heard::Message(text) => serde_json::from_str(&text).unwrap_or(Change::UNKNOWN),
                    Heard::Gap => Change::UNKNOWN,
                };
                // Without listeners there is nobody to tell.
                let _ = sender.send(change);
            }
        });
        hub
    }

    /// Hears of every change from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.0.subscribe()
    }
}
