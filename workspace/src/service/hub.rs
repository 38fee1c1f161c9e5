//! Tells open pages what has changed.

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::model::{Action, KeyId, UserId};

/// Something has changed, durably.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The user that it concerns.
    pub user: Option<UserId>,
    /// The key that it concerns.
    pub key: Option<KeyId>,
    /// What happened.
    pub action: Action,
}

/// Carries changes to whoever listens. Who is too slow misses some, and is told so by the channel.
#[derive(Debug, Clone)]
pub struct Hub(broadcast::Sender<Change>);

impl Default for Hub {
    fn default() -> Self {
        Self(broadcast::channel(256).0)
    }
}

impl Hub {
    /// Hears of every change from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.0.subscribe()
    }

    /// Tells of a change that is durable.
    pub fn publish(&self, change: Change) {
        // Without listeners there is nobody to tell.
        let _ = self.0.send(change);
    }
}
