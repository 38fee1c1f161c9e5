//! What tests need: a workspace in one line, and each test on each database.
//!
//! ```ignore
//! let workspace = testing::workspace().await;
//!
//! testing::each_database(|workspace| async move {
//!     // on SQLite, and on PostgreSQL where POCKETKEY_TEST_POSTGRES names a server
//! })
//! .await;
//! ```
#![allow(clippy::expect_used, clippy::panic, clippy::missing_panics_doc)]

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use crate::{
    db::Database,
    model::{Actor, ActorKind, NewUser, Timestamp, User},
    service::{Config, Signer, Workspace},
};

#[cfg(test)]
pub(crate) mod handset;
#[cfg(test)]
pub(crate) mod mail_server;
#[cfg(test)]
pub(crate) mod mime;
mod site;

pub use site::{Site, each_database, each_site};

/// The origin of [`workspace`]: a phone takes it without TLS, because it is this machine.
pub const ORIGIN: &str = "http://localhost:8080";

/// A workspace in memory.
pub async fn workspace() -> Workspace {
    workspace_on(Database::in_memory().await.expect("a database in memory"), config()).await
}

/// A workspace in memory, at this time.
pub async fn workspace_at(time: &Time) -> Workspace {
    let config = Config { clock: time.clock(), ..config() };
    workspace_on(Database::in_memory().await.expect("a database in memory"), config).await
}

/// What [`workspace`] is set to.
#[must_use]
pub fn config() -> Config {
    Config::new(ORIGIN, "Test workspace")
}

/// A workspace on this database.
pub async fn workspace_on(db: Database, config: Config) -> Workspace {
    let signer = Signer::from_seed(&[7; 32]).expect("a seed");
    Workspace::open(db, signer, config).await.expect("a workspace begins")
}

/// An administrator who is nobody.
#[must_use]
pub fn administrator() -> Actor {
    Actor { kind: ActorKind::Administrator, id: "admin".to_owned(), name: "admin".to_owned() }
}

/// What makes the user with this number: `user7`, with an e-mail address.
#[must_use]
pub fn new_user(number: u32) -> NewUser {
    NewUser {
        user_id: format!("id-{number}"),
        name: format!("User Number {number}"),
        email: Some(format!("user{number}@example.org")),
        user_name: format!("user{number}"),
        groups: Vec::new(),
    }
}

/// Adds the user with this number.
pub async fn user(workspace: &Workspace, number: u32) -> User {
    workspace.add_user(&administrator(), &new_user(number)).await.expect("a user is added")
}

/// A time that passes when it is told to. Clones are the same time.
#[derive(Debug, Clone)]
pub struct Time(Arc<AtomicI64>);

impl Default for Time {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(1_700_000_000_000)))
    }
}

impl Time {
    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    /// Lets this many seconds pass.
    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// A clock that tells this time.
    #[must_use]
    pub fn clock(&self) -> crate::service::Clock {
        let time = self.clone();
        Arc::new(move || time.now())
    }
}
