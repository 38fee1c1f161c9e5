//! A key store without hardware, for emulators and tests.

use std::sync::Arc;

use pocketkey_core::{
    algorithm,
    platform::{self, KeyHandle, KeyStore as _},
    software::SoftwareKeyStore,
};
use zeroize::Zeroizing;

use crate::{
    events::Events,
    foreign::{
        ForeignRandom, GeneratedKey, KeyRole, KeyStore, KeyStoreDescription, KeyStoreError,
        RandomSource,
    },
    types::Algorithm,
};

struct SoftwareKeys(SoftwareKeyStore);

/// A key store whose keys are sealed under `root` (32 bytes): whoever has it, and the app's files, has
/// the keys. For emulators and tests.
///
/// # Errors
/// `Failed` where `root` has another length.
#[uniffi::export]
pub fn software_key_store(root: Vec<u8>) -> Result<Arc<dyn KeyStore>, KeyStoreError> {
    Ok(Arc::new(SoftwareKeys(store(root)?)))
}

/// The same, for tests whose answers have to come out the same each time: new EdDSA keys, and whatever
/// else is random in handles, come from `random`. Keys for ES256 and their signatures come from the
/// system's randomness all the same.
///
/// # Errors
/// `Failed` where `root` has another length than 32 bytes.
#[uniffi::export]
pub fn software_key_store_with_random(
    root: Vec<u8>,
    random: Arc<dyn RandomSource>,
) -> Result<Arc<dyn KeyStore>, KeyStoreError> {
    let rng = ForeignRandom { foreign: random, events: Arc::new(Events::new(None)) };
    Ok(Arc::new(SoftwareKeys(store(root)?.with_rng(Arc::new(rng)))))
}

fn store(root: Vec<u8>) -> Result<SoftwareKeyStore, KeyStoreError> {
    let root = Zeroizing::new(root);
    let root: &[u8; 32] = root.as_slice().try_into().map_err(|_| KeyStoreError::Failed {
        reason: format!("a root key has 32 bytes, not {}", root.len()),
    })?;
    Ok(SoftwareKeyStore::new(root))
}

impl From<platform::KeyStoreError> for KeyStoreError {
    fn from(error: platform::KeyStoreError) -> Self {
        match error {
            platform::KeyStoreError::UnknownKey => Self::UnknownKey,
            platform::KeyStoreError::UnsupportedAlgorithm => Self::UnsupportedAlgorithm,
            platform::KeyStoreError::NotAuthorized => Self::NotAuthorized,
            platform::KeyStoreError::Failed => Self::Failed { reason: error.to_string() },
        }
    }
}

impl KeyStore for SoftwareKeys {
    fn describe(&self) -> Result<KeyStoreDescription, KeyStoreError> {
        Ok(KeyStoreDescription {
            algorithms: algorithm::Algorithm::ALL.iter().map(|&one| one.into()).collect(),
            hardware: false,
            secure_element: false,
            binds_authorization: false,
        })
    }

    fn generate(&self, algorithm: Algorithm, role: KeyRole) -> Result<GeneratedKey, KeyStoreError> {
        let (handle, public) = self.0.generate(algorithm.into(), role.into())?;
        Ok(GeneratedKey { handle: handle.0, public_key: public.bytes })
    }

    fn sign(
        &self,
        handle: Vec<u8>,
        message: Vec<u8>,
        _authorization: Option<u64>,
    ) -> Result<Vec<u8>, KeyStoreError> {
        Ok(self.0.sign(&KeyHandle(handle), &message, None)?)
    }

    fn delete(&self, handle: Vec<u8>) -> Result<(), KeyStoreError> {
        Ok(self.0.delete(&KeyHandle(handle))?)
    }

    fn wrap(&self, secret: Vec<u8>) -> Result<Vec<u8>, KeyStoreError> {
        let secret = Zeroizing::new(secret);
        Ok(self.0.wrap(&secret)?)
    }

    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, KeyStoreError> {
        Ok(self.0.unwrap(&wrapped)?.to_vec())
    }
}
