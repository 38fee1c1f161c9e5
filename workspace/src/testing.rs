//! What tests need: a workspace in one line.
//!
//! ```ignore
//! let workspace = testing::workspace().await;
//! ```

#[cfg(test)]
pub(crate) mod handset;

use crate::{
    db::Database,
    model::{Actor, ActorKind},
    service::{Config, Signer, Workspace},
};

/// The origin of [`workspace`]: a phone takes it without TLS, because it is this machine.
pub const ORIGIN: &str = "http://localhost:8080";

/// A workspace in memory.
///
/// # Panics
/// Where there is no memory.
#[allow(clippy::expect_used)]
pub async fn workspace() -> Workspace {
    let db = Database::in_memory().await.expect("a database in memory");
    workspace_on(db, config()).await
}

/// What [`workspace`] is set to.
#[must_use]
pub fn config() -> Config {
    Config::new(ORIGIN, "Test workspace")
}

/// A workspace on this database.
///
/// # Panics
/// Where it cannot begin.
#[allow(clippy::expect_used)]
pub async fn workspace_on(db: Database, config: Config) -> Workspace {
    let signer = Signer::from_seed(&[7; 32]).expect("a seed");
    Workspace::open(db, signer, config).await.expect("a workspace begins")
}

/// An administrator who is nobody.
#[must_use]
pub fn administrator() -> Actor {
    Actor { kind: ActorKind::Administrator, id: "admin".to_owned(), name: "admin".to_owned() }
}
