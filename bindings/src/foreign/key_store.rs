//! Private keys: made, held and used by the platform. What crosses is a handle.

use std::sync::Arc;

use pocketkey_core::{
    algorithm,
    platform::{self, Authorization, KeyHandle, PublicKey},
};
use zeroize::Zeroizing;

use super::{guarded, verifier::Permit};
use crate::{OpenError, events::Events, types::Algorithm};

/// Makes private keys and signs with them.
///
/// Calls come one at a time from each authenticator, on whatever thread works for it, and may block for
/// as long as the hardware takes; the request that needs them waits. Handles are the implementation's
/// own: at most 2048 bytes each, and meaningless to anyone else. What fails, fails its request alone; which
/// [`KeyStoreError`] it is decides what the client hears.
#[uniffi::export(rust, foreign)]
pub trait KeyStore: Send + Sync {
    /// What the store is and can do; asked once, when an authenticator is opened.
    fn describe(&self) -> Result<KeyStoreDescription, KeyStoreError>;

    /// Makes a key pair for a role. The key is durable, or contained in the handle, when this returns.
    fn generate(&self, algorithm: Algorithm, role: KeyRole) -> Result<GeneratedKey, KeyStoreError>;

    /// Signs a message (not its hash): DER for ES256, 64 raw bytes for EdDSA. `authorization` is the
    /// number of the question whose answer allowed it; none where nobody was asked.
    fn sign(
        &self,
        handle: Vec<u8>,
        message: Vec<u8>,
        authorization: Option<u64>,
    ) -> Result<Vec<u8>, KeyStoreError>;

    /// Forgets a key. A store whose handles contain the key has nothing to do.
    fn delete(&self, handle: Vec<u8>) -> Result<(), KeyStoreError>;

    /// Encrypts the store's own key, 32 bytes, so that only this platform can open it. No user needs to
    /// be there when it is opened again.
    fn wrap(&self, secret: Vec<u8>) -> Result<Vec<u8>, KeyStoreError>;

    /// Opens what [`wrap`](Self::wrap) made.
    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, KeyStoreError>;
}

/// What a key store is and can do.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct KeyStoreDescription {
    /// The algorithms that it can make keys for; at least one.
    pub algorithms: Vec<Algorithm>,
    /// Whether keys are in hardware: a secure element or a trusted execution environment.
    pub hardware: bool,
    /// Whether the keys are in a chip of their own (StrongBox, Secure Enclave).
    pub secure_element: bool,
    /// Whether an authorization is good for one key only, which the platform must know before it asks
    /// the person (Android's `CryptoObject`). Prompts then name the key, also the one that a new
    /// credential will have.
    pub binds_authorization: bool,
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum KeyRole {
    /// A credential's: it signs for somebody who has agreed, and may need the platform's proof of that.
    Credential,
    /// The phone's own, toward its workspace: it signs check-ins, with nobody there.
    Device,
}

impl From<platform::KeyRole> for KeyRole {
    fn from(role: platform::KeyRole) -> Self {
        match role {
            platform::KeyRole::Credential => Self::Credential,
            platform::KeyRole::Device => Self::Device,
        }
    }
}

impl From<KeyRole> for platform::KeyRole {
    fn from(role: KeyRole) -> Self {
        match role {
            KeyRole::Credential => Self::Credential,
            KeyRole::Device => Self::Device,
        }
    }
}

/// A new key pair.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct GeneratedKey {
    /// What [`KeyStore::sign`] will be called with.
    pub handle: Vec<u8>,
    /// 65 bytes (04 ‖ x ‖ y) for ES256, 32 for EdDSA.
    pub public_key: Vec<u8>,
}

/// Why a key could not be made or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KeyStoreError {
    /// The handle, or what is to be unwrapped, was not made by this store.
    #[error("the key store does not know this key")]
    UnknownKey,
    /// The store does not make keys of this algorithm.
    #[error("the key store does not support this algorithm")]
    UnsupportedAlgorithm,
    /// The platform refuses until the user has been verified.
    #[error("the platform wants the user verified before the key is used")]
    NotAuthorized,
    /// Anything else, an exception of the implementation included.
    #[error("the key store failed: {reason}")]
    Failed {
        /// What happened.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for KeyStoreError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}

impl From<KeyStoreError> for OpenError {
    fn from(error: KeyStoreError) -> Self {
        let reason = match error {
            KeyStoreError::Failed { reason } => reason,
            error => error.to_string(),
        };
        Self::KeyStore { reason }
    }
}

/// The longest handle: a credential with it still fits every message.
const MAX_HANDLE: usize = 2048;
/// The longest DER signature on P-256.
const MAX_ES256_SIGNATURE: usize = 72;

/// A key store of the other side.
pub(crate) struct ForeignKeyStore {
    foreign: Arc<dyn KeyStore>,
    algorithms: Vec<algorithm::Algorithm>,
    key_protection: &'static [&'static str],
    binds_authorization: bool,
    events: Arc<Events>,
}

impl ForeignKeyStore {
    pub(crate) fn new(foreign: Arc<dyn KeyStore>, events: Arc<Events>) -> Result<Self, OpenError> {
        let description = guarded(|| foreign.describe(), panicked).map_err(OpenError::from)?;
        if description.algorithms.is_empty() {
            return Err(OpenError::KeyStore { reason: "it makes keys of no algorithm".to_owned() });
        }
        let mut algorithms: Vec<algorithm::Algorithm> = Vec::new();
        for offered in description.algorithms {
            if !algorithms.contains(&offered.into()) {
                algorithms.push(offered.into());
            }
        }
        let key_protection: &[_] = match (description.hardware, description.secure_element) {
            (_, true) => &["hardware", "secure_element"],
            (true, false) => &["hardware", "tee"],
            (false, false) => &["software"],
        };
        let binds_authorization = description.binds_authorization;
        Ok(Self { foreign, algorithms, key_protection, binds_authorization, events })
    }

    fn call<T>(
        &self,
        what: &str,
        call: impl FnOnce(&dyn KeyStore) -> Result<T, KeyStoreError>,
    ) -> Result<T, platform::KeyStoreError> {
        guarded(|| call(self.foreign.as_ref()), panicked).map_err(|error| {
            if matches!(error, KeyStoreError::Failed { .. }) {
                self.events.problem(what, &error);
            }
            match error {
                KeyStoreError::UnknownKey => platform::KeyStoreError::UnknownKey,
                KeyStoreError::UnsupportedAlgorithm => {
                    platform::KeyStoreError::UnsupportedAlgorithm
                }
                KeyStoreError::NotAuthorized => platform::KeyStoreError::NotAuthorized,
                KeyStoreError::Failed { .. } => platform::KeyStoreError::Failed,
            }
        })
    }
}

fn panicked() -> KeyStoreError {
    KeyStoreError::Failed { reason: "it panicked".to_owned() }
}

fn nonsense(what: &str) -> KeyStoreError {
    KeyStoreError::Failed { reason: format!("it gave {what}") }
}

impl platform::KeyStore for ForeignKeyStore {
    fn algorithms(&self) -> &[algorithm::Algorithm] {
        &self.algorithms
    }

    fn generate(
        &self,
        algorithm: algorithm::Algorithm,
        role: platform::KeyRole,
    ) -> Result<(KeyHandle, PublicKey), platform::KeyStoreError> {
        let key = self.call("a key could not be made", |store| {
            let key = store.generate(algorithm.into(), role.into())?;
            let is_key = match algorithm {
                algorithm::Algorithm::Es256 => {
                    key.public_key.len() == 65 && key.public_key.first() == Some(&4)
                }
                algorithm::Algorithm::EdDsa => key.public_key.len() == 32,
            };
            if !is_key {
                return Err(nonsense("a public key of another form"));
            }
            if key.handle.is_empty() || key.handle.len() > MAX_HANDLE {
                return Err(nonsense("a handle that is empty or too long"));
            }
            Ok(key)
        })?;
        Ok((KeyHandle(key.handle), PublicKey { algorithm, bytes: key.public_key }))
    }

    fn sign(
        &self,
        handle: &KeyHandle,
        message: &[u8],
        authorization: Option<&Authorization>,
    ) -> Result<Vec<u8>, platform::KeyStoreError> {
        let question = authorization
            .and_then(|authorization| authorization.downcast_ref::<Permit>())
            .map(Permit::question);
        self.call("a signature could not be made", |store| {
            let signature = store.sign(handle.0.clone(), message.to_vec(), question)?;
            if signature.is_empty() || signature.len() > MAX_ES256_SIGNATURE {
                return Err(nonsense("a signature of another form"));
            }
            Ok(signature)
        })
    }

    fn delete(&self, handle: &KeyHandle) -> Result<(), platform::KeyStoreError> {
        self.call("a key could not be deleted", |store| store.delete(handle.0.clone()))
    }

    fn wrap(&self, secret: &[u8]) -> Result<Vec<u8>, platform::KeyStoreError> {
        self.call("the store's key could not be wrapped", |store| store.wrap(secret.to_vec()))
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, platform::KeyStoreError> {
        self.call("the store's key could not be unwrapped", |store| store.unwrap(wrapped.to_vec()))
            .map(Zeroizing::new)
    }

    fn key_protection(&self) -> &[&'static str] {
        self.key_protection
    }

    fn binds_authorization(&self) -> bool {
        self.binds_authorization
    }
}
