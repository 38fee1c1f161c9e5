//! What a workspace does. Each change is one transaction together with its event, and is told to
//! every open page when it is durable.

use std::{fmt, sync::Arc};

use crate::db::Database;

mod error;
mod hub;
mod phone;
mod secret;
mod sessions;
mod signer;
mod tokens;

pub use error::{FieldError, ServiceError};
pub use hub::{Change, Hub};
pub use secret::Secret;
pub use sessions::{SESSION_SECONDS, Session};
pub use signer::{Signer, SignerError};

/// A workspace. Clones are the same workspace.
#[derive(Clone)]
pub struct Workspace {
    inner: Arc<Inner>,
}

struct Inner {
    db: Database,
    signer: Signer,
    hub: Hub,
}

impl fmt::Debug for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workspace").finish_non_exhaustive()
    }
}
