//! What transactions tell those who listen.

use tokio::sync::broadcast::{self, error::RecvError};

/// What a [`Listener`] hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A transaction said this, and was committed.
    Message(String),
    /// Something may have been missed: the connection was lost and is there again, or the listener
    /// was too slow.
    Gap,
}

/// Hears what transactions say.
#[derive(Debug)]
pub struct Listener(broadcast::Receiver<Heard>);

impl Listener {
    pub(super) const fn new(receiver: broadcast::Receiver<Heard>) -> Self {
        Self(receiver)
    }

    /// Waits for the next; `None` when the database is closed.
    pub async fn next(&mut self) -> Option<Heard> {
        match self.0.recv().await {
            Ok(heard) => Some(heard),
            Err(RecvError::Lagged(_)) => Some(Heard::Gap),
            Err(RecvError::Closed) => None,
        }
    }
}
