//! The key of a credential in the making.

use std::sync::Arc;

use super::key_store_status;
use crate::{
    algorithm::Algorithm,
    ctap::status::Status,
    platform::{KeyHandle, KeyRole, KeyStore, PublicKey},
};

/// A key that no credential names yet: deleted, unless it is kept.
pub(super) struct NewKey<'a> {
    key_store: &'a Arc<dyn KeyStore>,
    pub handle: KeyHandle,
    pub public: PublicKey,
    named: bool,
}

impl<'a> NewKey<'a> {
    pub(super) fn generate(
        key_store: &'a Arc<dyn KeyStore>,
        algorithm: Algorithm,
    ) -> Result<Self, Status> {
        let (handle, public) =
            key_store.generate(algorithm, KeyRole::Credential).map_err(key_store_status)?;
        Ok(Self { key_store, handle, public, named: false })
    }

    /// A credential names the key now.
    pub(super) fn keep(mut self) {
        self.named = true;
    }
}

impl Drop for NewKey<'_> {
    fn drop(&mut self) {
        if !self.named {
            // One that the platform keeps all the same is harmless.
            let _ = self.key_store.delete(&self.handle);
        }
    }
}
