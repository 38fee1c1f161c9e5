//! Keys: made, held and used by the platform.

use std::{fmt, sync::Arc};

use zeroize::Zeroizing;

use crate::algorithm::Algorithm;

/// Names a private key to the [`KeyStore`] that made it; meaningless to anyone else.
///
/// The software store puts the sealed key itself here; a hardware store may put an alias.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyHandle(pub Vec<u8>);

impl fmt::Debug for KeyHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHandle({} bytes)", self.0.len())
    }
}

/// A public key in its algorithm's own raw form: 65 bytes (04 ‖ x ‖ y) for ES256, 32 for EdDSA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The signature algorithm that the key is for.
    pub algorithm: Algorithm,
    /// The key's bytes.
    pub bytes: Vec<u8>,
}

/// A platform's proof that the user allowed one use of a key (a `LAContext`, an unlocked
/// `Signature`): made by [`UserVerifier`](super::UserVerifier), handed back untouched to [`KeyStore::sign`].
pub type Authorization = Arc<dyn std::any::Any + Send + Sync>;

/// Why a key could not be made or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyStoreError {
    /// The handle was not made by this store, or has been tampered with.
    #[error("the key handle does not belong to this key store")]
    UnknownKey,
    /// The store does not make keys of this algorithm.
    #[error("the key store does not support this algorithm")]
    UnsupportedAlgorithm,
    /// The platform refuses until the user has been verified.
    #[error("the platform wants the user verified before the key is used")]
    NotAuthorized,
    /// Something in the platform failed.
    #[error("the platform's key store failed")]
    Failed,
}

/// What a key is for, which the platform has to know when it makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRole {
    /// A credential's: it signs for somebody who has agreed, and may need the platform's proof of that.
    Credential,
    /// The phone's own, toward its workspace: it signs check-ins, with nobody there.
    Device,
}

/// Makes private keys and signs with them.
///
/// Calls may block for as long as the hardware takes; they are never made while a lock is held that another thread could want.
pub trait KeyStore: Send + Sync {
    /// The algorithms that this store can make keys for.
    fn algorithms(&self) -> &[Algorithm];

    /// Makes a key pair. The key is durable, or contained in the handle, when this returns.
    ///
    /// # Errors
    /// [`KeyStoreError::UnsupportedAlgorithm`], or [`KeyStoreError::Failed`].
    fn generate(
        &self,
        algorithm: Algorithm,
        role: KeyRole,
    ) -> Result<(KeyHandle, PublicKey), KeyStoreError>;

    /// Signs `message` and gives the signature in the form that COSE and WebAuthn §6.5.5 want:
    /// DER for ES256, 64 raw bytes for EdDSA.
    ///
    /// # Errors
    /// Any [`KeyStoreError`].
    fn sign(
        &self,
        handle: &KeyHandle,
        message: &[u8],
        authorization: Option<&Authorization>,
    ) -> Result<Vec<u8>, KeyStoreError>;

    /// Forgets a key. A store whose handles contain the key has nothing to do.
    ///
    /// # Errors
    /// [`KeyStoreError::Failed`] where the platform could not remove it.
    fn delete(&self, handle: &KeyHandle) -> Result<(), KeyStoreError>;

    /// Encrypts a small secret (the store's own key) so that only this platform can open it.
    ///
    /// # Errors
    /// [`KeyStoreError::Failed`].
    fn wrap(&self, secret: &[u8]) -> Result<Vec<u8>, KeyStoreError>;

    /// Opens what [`wrap`](Self::wrap) made.
    ///
    /// # Errors
    /// [`KeyStoreError::UnknownKey`] where another platform, or another passphrase, made it.
    fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyStoreError>;

    /// How keys are protected: `keyProtection` of the FIDO Metadata Statement §4, such as
    /// `["hardware", "tee"]`.
    fn key_protection(&self) -> &[&'static str];

    /// Whether an authorization is good for one key only, which the platform must know before it asks
    /// the person (Android's `CryptoObject`). Then the key of a new credential is made before anybody
    /// is asked, a prompt comes before every signature that shows presence, whatever the client
    /// proves, and U2F registrations, whose clients poll, are refused. Silent assertions, and a
    /// workspace's reader tap, come without an authorization: such a store refuses them.
    fn binds_authorization(&self) -> bool {
        false
    }

    /// The keys that attest where credentials live, where the platform has such; without one,
    /// credentials attest themselves (packed self attestation, WebAuthn §8.2).
    fn attestation(&self) -> Option<&dyn AttestationKeys> {
        None
    }
}

/// Keys certified by the platform's maker or the workspace, for packed attestation with a
/// certificate chain. All of them are ES256.
pub trait AttestationKeys: Send + Sync {
    /// The chain for `kind`, leaf first, each certificate as DER; `None` where there is none.
    fn chain(&self, kind: AttestationKind) -> Option<Vec<Vec<u8>>>;

    /// Signs `message` with the key of `kind`'s leaf certificate, giving DER.
    ///
    /// # Errors
    /// Any [`KeyStoreError`].
    fn sign(&self, kind: AttestationKind, message: &[u8]) -> Result<Vec<u8>, KeyStoreError>;

    /// The RP IDs that get vendor-facilitated enterprise attestation (CTAP 2.3 §7.1.1).
    fn enterprise_rp_ids(&self) -> &[String] {
        &[]
    }
}

/// Which attestation is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttestationKind {
    /// The same for every phone of a batch: tells the model, not the phone.
    Basic,
    /// Individual (CTAP 2.3 §7.1): tells the relying party of an enterprise which phone it is.
    Enterprise,
}
