//! A key store whose handles are the keys themselves, sealed.

#[cfg(test)]
mod tests;

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

/// A private key, and its public key in [`PublicKey`]'s form.
type KeyPairBytes = (Zeroizing<[u8; SCALAR]>, Vec<u8>);

/// What precedes the private key and the public key in a PKCS#8 document for P-256 (RFC 5208,
/// RFC 5915, RFC 5480): `ring` gives new keys in no other form.
const P256_HEAD: [u8; 36] =
    *b"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x04\x6d\x30\x6b\x02\x01\x01\x04\x20";
const P256_MIDDLE: [u8; 5] = *b"\xa1\x44\x03\x42\x00";

/// `ring` multiplies by the base point four times as fast as `p256` does.
fn generate_p256(random: &SystemRandom) -> Option<KeyPairBytes> {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, random).ok()?;
    let keys = document.as_ref().strip_prefix(&P256_HEAD)?;
    let (private, rest) = keys.split_first_chunk()?;
    Some((Zeroizing::new(*private), rest.strip_prefix(&P256_MIDDLE)?.to_vec()))
}

fn generate_ed25519(rng: &SystemRng) -> Option<KeyPairBytes> {
    let mut private = Zeroizing::new([0; SCALAR]);
    rng.fill(private.as_mut()).ok()?;
    let pair = Ed25519KeyPair::from_seed_unchecked(private.as_ref()).ok()?;
    Some((private, pair.public_key().as_ref().to_vec()))
}

impl KeyStore for SoftwareKeyStore {
    fn algorithms(&self) -> &[Algorithm] {
        Algorithm::ALL
    }

    fn generate(&self, algorithm: Algorithm) -> Result<(KeyHandle, PublicKey), KeyStoreError> {
        let (private, public) = match algorithm {
            Algorithm::Es256 => generate_p256(&self.random),
            Algorithm::EdDsa => generate_ed25519(&self.rng),
        }
        .ok_or(KeyStoreError::Failed)?;
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
