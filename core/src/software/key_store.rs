//! A key store whose handles are the keys themselves, sealed.

use std::sync::Arc;

use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use zeroize::Zeroizing;

use super::SystemRng;
use crate::{
    algorithm::Algorithm,
    crypto::hkdf_sha256,
    platform::{
        AttestationKeys, Authorization, KeyHandle, KeyStore, KeyStoreError, PublicKey, Rng,
    },
    store::Sealer,
};

/// Keys sealed under a root key of 32 bytes.
pub struct SoftwareKeyStore {
    keys: Sealer,
    secrets: Sealer,
    random: SystemRandom,
    rng: SystemRng,
    attestation: Option<Arc<dyn AttestationKeys>>,
}

impl std::fmt::Debug for SoftwareKeyStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SoftwareKeyStore")
    }
}

/// The length of a private key of either algorithm.
const SCALAR: usize = 32;

impl SoftwareKeyStore {
    /// A key store with this root key.
    #[must_use]
    pub fn new(root: &[u8; 32]) -> Self {
        Self {
            keys: Sealer::new(&hkdf_sha256(&[], root, b"pocketkey software keys")),
            secrets: Sealer::new(&hkdf_sha256(&[], root, b"pocketkey software secrets")),
            random: SystemRandom::new(),
            rng: SystemRng::default(),
            attestation: None,
        }
    }

    /// The same, with keys for attestation.
    #[must_use]
    pub fn with_attestation(mut self, keys: Arc<dyn AttestationKeys>) -> Self {
        self.attestation = Some(keys);
        self
    }

    /// algorithm ‖ sealed(private ‖ public)
    fn seal(&self, key: &PublicKey, private: &[u8]) -> Result<KeyHandle, KeyStoreError> {
        let tag = tag(key.algorithm);
        let pair = Zeroizing::new([private, &key.bytes].concat());
        let sealed = self.keys.seal(&[tag], &pair, &self.rng).map_err(|_| KeyStoreError::Failed)?;
        let mut handle = vec![tag];
        handle.extend(sealed);
        Ok(KeyHandle(handle))
    }
}

/// A byte for each algorithm, part of every handle: never changed.
const fn tag(algorithm: Algorithm) -> u8 {
    match algorithm {
        Algorithm::Es256 => 1,
        Algorithm::EdDsa => 2,
    }
}

impl KeyStore for SoftwareKeyStore {
    fn algorithms(&self) -> &[Algorithm] {
        Algorithm::ALL
    }

    fn generate(&self, algorithm: Algorithm) -> Result<(KeyHandle, PublicKey), KeyStoreError> {
        let mut private = Zeroizing::new([0; SCALAR]);
        let public = loop {
            self.rng.fill(private.as_mut()).map_err(|_| KeyStoreError::Failed)?;
            match algorithm {
                Algorithm::Es256 => {
                    // Fails for what is not below the group's order: about once in 2³².
                    if let Ok(secret) = p256::SecretKey::from_slice(private.as_ref()) {
                        break secret.public_key().to_sec1_bytes().to_vec();
                    }
                }
                Algorithm::EdDsa => {
                    let pair = Ed25519KeyPair::from_seed_unchecked(private.as_ref())
                        .map_err(|_| KeyStoreError::Failed)?;
                    break pair.public_key().as_ref().to_vec();
                }
            }
        };
        let public = PublicKey { algorithm, bytes: public };
        Ok((self.seal(&public, private.as_ref())?, public))
    }

    fn sign(
        &self,
        handle: &KeyHandle,
        message: &[u8],
        _authorization: Option<&Authorization>,
    ) -> Result<Vec<u8>, KeyStoreError> {
        let (tag, sealed) = handle.0.split_first().ok_or(KeyStoreError::UnknownKey)?;
        let pair = self.keys.open(&[*tag], sealed).ok_or(KeyStoreError::UnknownKey)?;
        let (private, public) = pair.split_at_checked(SCALAR).ok_or(KeyStoreError::UnknownKey)?;
        let algorithm = Algorithm::ALL
            .iter()
            .find(|algorithm| self::tag(**algorithm) == *tag)
            .ok_or(KeyStoreError::UnknownKey)?;
        match algorithm {
            Algorithm::Es256 => EcdsaKeyPair::from_private_key_and_public_key(
                &ECDSA_P256_SHA256_ASN1_SIGNING,
                private,
                public,
                &self.random,
            )
            .map_err(|_| KeyStoreError::UnknownKey)?
            .sign(&self.random, message)
            .map(|signature| signature.as_ref().to_vec())
            .map_err(|_| KeyStoreError::Failed),
            Algorithm::EdDsa => Ed25519KeyPair::from_seed_and_public_key(private, public)
                .map(|pair| pair.sign(message).as_ref().to_vec())
                .map_err(|_| KeyStoreError::UnknownKey),
        }
    }

    fn delete(&self, _handle: &KeyHandle) -> Result<(), KeyStoreError> {
        Ok(())
    }

    fn wrap(&self, secret: &[u8]) -> Result<Vec<u8>, KeyStoreError> {
        self.secrets.seal(b"", secret, &self.rng).map_err(|_| KeyStoreError::Failed)
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
