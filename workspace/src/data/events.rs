//! The event log: each entry chained to the one before by its hash, and signed.
//!
//! An entry's hash is SHA-256 over the hash before it and its own content, each part with its length
//! before it, so that no two contents read the same. The first entry is chained to the workspace's
//! identifier. The head's row is locked by whoever appends, which gives entries one order without
//! gaps, and should be the last row that a transaction locks.

use ring::digest::{Context, SHA256};

use crate::{
    db::{DbError, Transaction, values},
    model::{Action, Actor, KeyId, Subject, Timestamp, UserId},
    service::Signer,
};

/// What is to be logged.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// To whom or what.
    pub subject: Subject,
    /// The user that it concerns.
    pub user: Option<UserId>,
    /// The key that it concerns.
    pub key: Option<KeyId>,
    /// What else is worth knowing, as an object of names and values, or null; never a secret.
    pub details: serde_json::Value,
}

/// Begins the log of the workspace with this identifier.
///
/// # Errors
/// Any [`DbError`].
pub async fn begin(tx: &mut Transaction, workspace: &str) -> Result<(), DbError> {
    let mut content = Content::new("pocketkey log");
    content.text(workspace);
    tx.execute(
        "INSERT INTO log_head (only_one, sequence, hash) VALUES (1, 0, $1)",
        values![content.hash()],
    )
    .await
    .map(drop)
}

/// Appends an entry.
///
/// # Errors
/// Any [`DbError`].
pub async fn append(tx: &mut Transaction, signer: &Signer, event: NewEvent) -> Result<(), DbError> {
    append_all(tx, signer, vec![event]).await
}

/// Appends entries, in this order.
///
/// # Errors
/// Any [`DbError`].
pub async fn append_all(
    _tx: &mut Transaction,
    _signer: &Signer,
    _events: Vec<NewEvent>,
) -> Result<(), DbError> {
    todo!()
}

/// What is hashed.
struct Content(Context);

impl Content {
    /// `what` tells it from everything else that is hashed.
    fn new(what: &str) -> Self {
        let mut content = Self(Context::new(&SHA256));
        content.text(what);
        content
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.update(bytes);
    }

    fn hash(self) -> Vec<u8> {
        self.0.finish().as_ref().to_vec()
    }
}
