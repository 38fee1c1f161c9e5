//! A key store whose handles are the keys themselves, sealed.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use ring::rand::SystemRandom;
use zeroize::Zeroizing;

use super::SystemRng;
use crate::{
    algorithm::{Algorithm, KeyPair, Randomness},
    crypto::hkdf_sha256,
    platform::{
        AttestationKeys, Authorization, KeyHandle, KeyRole, KeyStore, KeyStoreError, PublicKey, Rng,
    },
    store::Sealer,
};

/// Keys sealed under a root key of 32 bytes.
///
/// A key is open for one signature at a time and is not kept. A cache of loaded keys would save the
/// third of a sign-in that `ring` takes to check the public key, but only for somebody who signs in
/// again with the same credential, and it would leave keys in memory for as long as the phone runs.
/// What this module holds of a key is zeroized; the copies inside `ring` are not, which only a
/// hardware store can better.
pub struct SoftwareKeyStore {
    keys: Sealer,
    secrets: Sealer,
    random: SystemRandom,
    rng: Arc<dyn Rng>,
    attestation: Option<Arc<dyn AttestationKeys>>,
}

impl std::fmt::Debug for SoftwareKeyStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SoftwareKeyStore")
    }
}

impl SoftwareKeyStore {
    /// A key store with this root key.
    #[must_use]
    pub fn new(root: &[u8; 32]) -> Self {
        Self {
            keys: Sealer::new(&hkdf_sha256(&[], root, b"pocketkey software keys")),
            secrets: Sealer::new(&hkdf_sha256(&[], root, b"pocketkey software secrets")),
            random: SystemRandom::new(),
            rng: Arc::new(SystemRng::default()),
            attestation: None,
        }
    }

    /// The same, with new keys and whatever else is random from this source, for tests that have to come
    /// out the same each time. Keys for ES256 are made by `ring`, which takes no other source than the
    /// system's; and so are that algorithm's signatures.
    #[must_use]
    pub fn with_rng(mut self, rng: Arc<dyn Rng>) -> Self {
        self.rng = rng;
        self
    }

    /// The same, with keys for attestation.
    #[must_use]
    pub fn with_attestation(mut self, keys: Arc<dyn AttestationKeys>) -> Self {
        self.attestation = Some(keys);
        self
    }

    /// algorithm ‖ sealed(private ‖ public)
    fn seal(&self, key: &PublicKey, private: &[u8]) -> Result<KeyHandle, KeyStoreError> {
        let tag = key.algorithm.definition().handle_tag;
        let pair = Zeroizing::new([private, &key.bytes].concat());
        let sealed =
            self.keys.seal(&[tag], &pair, self.rng.as_ref()).map_err(|_| KeyStoreError::Failed)?;
        let mut handle = vec![tag];
        handle.extend(sealed);
        Ok(KeyHandle(handle))
    }
}

impl KeyStore for SoftwareKeyStore {
    fn algorithms(&self) -> &[Algorithm] {
        Algorithm::ALL
    }

    fn generate(
        &self,
        algorithm: Algorithm,
        _role: KeyRole,
    ) -> Result<(KeyHandle, PublicKey), KeyStoreError> {
        let generate = algorithm.definition().generate;
        let random = Randomness { given: self.rng.as_ref(), system: &self.random };
        let (private, public) = generate(&random).ok_or(KeyStoreError::Failed)?;
        let public = PublicKey { algorithm, bytes: public };
        Ok((self.seal(&public, &private)?, public))
    }

    fn sign(
        &self,
        handle: &KeyHandle,
        message: &[u8],
        _authorization: Option<&Authorization>,
    ) -> Result<Vec<u8>, KeyStoreError> {
        let (tag, sealed) = handle.0.split_first().ok_or(KeyStoreError::UnknownKey)?;
        let pair = self.keys.open(&[*tag], sealed).ok_or(KeyStoreError::UnknownKey)?;
        let definition = Algorithm::ALL
            .iter()
            .map(|algorithm| algorithm.definition())
            .find(|definition| definition.handle_tag == *tag)
            .ok_or(KeyStoreError::UnknownKey)?;
        let (private, public) =
            pair.split_at_checked(definition.private_key_len).ok_or(KeyStoreError::UnknownKey)?;
        (definition.sign)(&KeyPair { private, public }, message, &self.random)
    }

    fn delete(&self, _handle: &KeyHandle) -> Result<(), KeyStoreError> {
        Ok(())
    }

    fn wrap(&self, secret: &[u8]) -> Result<Vec<u8>, KeyStoreError> {
        self.secrets.seal(b"", secret, self.rng.as_ref()).map_err(|_| KeyStoreError::Failed)
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
        self.secrets.open(b"", wrapped).ok_or(KeyStoreError::UnknownKey)
    }

    fn key_protection(&self) -> &[&'static str] {
        &["software"]
    }

    fn attestation(&self) -> Option<&dyn AttestationKeys> {
        self.attestation.as_deref()
    }
}
