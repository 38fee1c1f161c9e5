//! What a workspace does. Each change is one transaction together with its event, and is told to
//! every open page when it is durable.

use std::{fmt, sync::Arc};

use pocketkey_core::protocol::WorkspaceKey;
use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

use crate::{
    data,
    db::{Database, Transaction},
    model::{Action, Actor, Subject, Timestamp},
};

mod challenges;
mod config;
mod error;
mod events;
mod file;
mod groups;
mod hub;
mod import;
mod invite;
mod keys;
mod mail;
mod passwords;
mod phone;
mod refusals;
mod registration;
mod secret;
mod sessions;
mod sign_in;
mod signer;
mod staff;
mod tickets;
mod tokens;
mod users;

pub use challenges::Ceremony;
pub use config::{Clock, Config};
pub use data::events::NewEvent;
pub use error::{FieldError, ServiceError};
pub use hub::{Change, Hub};
pub use import::{MAX_IMPORT_LINES, MAX_IMPORT_SIZE};
pub use invite::MOST_INVITED;
pub use passwords::Password;
pub use registration::RegistrationAuthority;
pub use secret::Secret;
pub use sessions::{SESSION_SECONDS, Session};
pub use sign_in::{Challenge, UserSignedIn};
pub use signer::{Signer, SignerError};
pub use staff::{Beginning, NewAdministrator, NewOwner, SignedIn};
pub use tokens::NewToken;

/// A workspace. Clones are the same workspace.
#[derive(Clone)]
pub struct Workspace {
    inner: Arc<Inner>,
}

struct Inner {
    id: String,
    db: Database,
    signer: Signer,
    hub: Hub,
    config: Config,
    webauthn: Webauthn,
    refusals: refusals::Refusals,
}

impl fmt::Debug for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workspace").finish_non_exhaustive()
    }
}

impl Workspace {
    /// The workspace in this database, which begins now where there is none. Must be called in a
    /// tokio runtime, where it hears of the changes that other instances make.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] where the key is not the one that the workspace began with,
    /// [`ServiceError::Internal`] where the origin cannot be one.
    pub async fn open(db: Database, signer: Signer, config: Config) -> Result<Self, ServiceError> {
        let webauthn = webauthn(&config)?;
        let mut tx = db.write().await?;
        let now = (config.clock)();
        let (id, is_new) = data::workspace::open(&mut tx, &signer.public_key(), now).await?;
        if is_new {
            let event = NewEvent {
                at: now,
                actor: Actor::workspace(),
                action: Action::WorkspaceCreated,
                subject: Subject {
                    kind: "workspace".to_owned(),
                    id: id.clone(),
                    name: config.name.clone(),
                },
                user: None,
                key: None,
                details: serde_json::Value::Null,
            };
            data::events::append(&mut tx, &signer, event).await?;
        }
        tx.commit().await?;
        let hub = Hub::carrying(db.listen());
        Ok(Self {
            inner: Arc::new(Inner {
                id,
                db,
                signer,
                hub,
                config,
                webauthn,
                refusals: refusals::Refusals::default(),
            }),
        })
    }

    /// The identifier: it never changes.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Database {
        &self.inner.db
    }

    /// What signs for the workspace.
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.inner.signer
    }

    /// The key that links and phones carry.
    #[must_use]
    pub fn public_key(&self) -> WorkspaceKey {
        self.inner.signer.public_key()
    }

    /// Tells of changes.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    /// What the operator set.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The workspace as a relying party.
    #[must_use]
    pub fn webauthn(&self) -> &Webauthn {
        &self.inner.webauthn
    }

    /// What the workspace's clock says.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.inner.config.clock)()
    }

    /// Makes a transaction durable, and tells every open page of every instance what it changed.
    ///
    /// # Errors
    /// [`ServiceError::Database`]; then nothing was changed and nothing is told.
    pub async fn commit(
        &self,
        mut tx: Transaction,
        changes: &[Change],
    ) -> Result<(), ServiceError> {
        for change in changes {
            let message = serde_json::to_string(change)
                .map_err(|error| ServiceError::Internal(error.to_string()))?;
            tx.notify(&message).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Appends to the log, in the transaction of what happened.
    ///
    /// # Errors
    /// [`ServiceError::Database`].
    pub async fn log(&self, tx: &mut Transaction, event: NewEvent) -> Result<(), ServiceError> {
        self.log_all(tx, vec![event]).await
    }

    /// Appends to the log, in this order.
    ///
    /// # Errors
    /// [`ServiceError::Database`].
    pub async fn log_all(
        &self,
        tx: &mut Transaction,
        events: Vec<NewEvent>,
    ) -> Result<(), ServiceError> {
        Ok(data::events::append_all(tx, &self.inner.signer, events).await?)
    }
}

fn webauthn(config: &Config) -> Result<Webauthn, ServiceError> {
    let wrong = |error: &dyn fmt::Display| {
        ServiceError::Internal(format!(
            "{} cannot be the workspace's origin with the RP ID {}: {error}",
            config.origin, config.rp_id
        ))
    };
    let origin = Url::parse(&config.origin).map_err(|error| wrong(&error))?;
    WebauthnBuilder::new(&config.rp_id, &origin)
        .and_then(|builder| builder.rp_name(&config.name).build())
        .map_err(|error| wrong(&error))
}
