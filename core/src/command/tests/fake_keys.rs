//! Key stores that tests need and nobody else: attestation keys, failures, keys of post-quantum size.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use zeroize::Zeroizing;

use crate::{
    algorithm::Algorithm,
    platform::{
        AttestationKeys, AttestationKind, Authorization, KeyHandle, KeyRole, KeyStore,
        KeyStoreError, Prompt, PublicKey,
    },
    software::SoftwareKeyStore,
};

/// One certified key for both kinds, with "certificates" that only tell the kind.
pub(super) struct FakeAttestation {
    pair: EcdsaKeyPair,
    kinds: Vec<AttestationKind>,
    rp_ids: Vec<String>,
}

impl FakeAttestation {
    pub(super) fn new(kinds: &[AttestationKind], enterprise_rp_ids: &[&str]) -> Arc<Self> {
        let (algorithm, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let key = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Arc::new(Self {
            pair: EcdsaKeyPair::from_pkcs8(algorithm, key.as_ref(), &random).unwrap(),
            kinds: kinds.to_vec(),
            rp_ids: enterprise_rp_ids.iter().map(|id| (*id).to_owned()).collect(),
        })
    }

    pub(super) fn public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }
}

/// The chain of a kind, leaf first.
pub(super) fn chain(kind: AttestationKind) -> Vec<Vec<u8>> {
    ["leaf", "root"].map(|place| format!("{kind:?} {place}").into_bytes()).to_vec()
}

impl AttestationKeys for FakeAttestation {
    fn chain(&self, kind: AttestationKind) -> Option<Vec<Vec<u8>>> {
        self.kinds.contains(&kind).then(|| chain(kind))
    }

    fn sign(&self, kind: AttestationKind, message: &[u8]) -> Result<Vec<u8>, KeyStoreError> {
        assert!(self.kinds.contains(&kind));
        Ok(self.pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec())
    }

    fn enterprise_rp_ids(&self) -> &[String] {
        &self.rp_ids
    }
}

/// A key store that fails when told to, and remembers what it was asked.
pub(crate) struct FlakyKeys {
    inner: SoftwareKeyStore,
    pub generate_error: Mutex<Option<KeyStoreError>>,
    pub sign_error: Mutex<Option<KeyStoreError>>,
    pub deleted: Mutex<Vec<KeyHandle>>,
    /// The prompts whose authorizations came with the signatures.
    pub authorized_by: Mutex<Vec<Option<Prompt>>>,
    /// The keys that signed.
    pub signed_with: Mutex<Vec<KeyHandle>>,
    pub binds_authorization: AtomicBool,
}

impl FlakyKeys {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            inner: SoftwareKeyStore::new(&[3; 32]),
            generate_error: Mutex::default(),
            sign_error: Mutex::default(),
            deleted: Mutex::default(),
            authorized_by: Mutex::default(),
            signed_with: Mutex::default(),
            binds_authorization: AtomicBool::new(false),
        })
    }
}

impl KeyStore for FlakyKeys {
    fn algorithms(&self) -> &[Algorithm] {
        self.inner.algorithms()
    }

    fn generate(
        &self,
        algorithm: Algorithm,
        role: KeyRole,
    ) -> Result<(KeyHandle, PublicKey), KeyStoreError> {
        match *self.generate_error.lock().unwrap() {
            Some(error) => Err(error),
            None => self.inner.generate(algorithm, role),
        }
    }

    fn sign(
        &self,
        handle: &KeyHandle,
        message: &[u8],
        authorization: Option<&Authorization>,
    ) -> Result<Vec<u8>, KeyStoreError> {
        let prompt = authorization.map(|it| it.downcast_ref::<Prompt>().unwrap().clone());
        self.authorized_by.lock().unwrap().push(prompt);
        self.signed_with.lock().unwrap().push(handle.clone());
        match *self.sign_error.lock().unwrap() {
            Some(error) => Err(error),
            None => self.inner.sign(handle, message, authorization),
        }
    }

    fn delete(&self, handle: &KeyHandle) -> Result<(), KeyStoreError> {
        self.deleted.lock().unwrap().push(handle.clone());
        Ok(())
    }

    fn binds_authorization(&self) -> bool {
        self.binds_authorization.load(Ordering::Relaxed)
    }

    fn wrap(&self, secret: &[u8]) -> Result<Vec<u8>, KeyStoreError> {
        self.inner.wrap(secret)
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
        self.inner.unwrap(wrapped)
    }

    fn key_protection(&self) -> &[&'static str] {
        self.inner.key_protection()
    }
}

/// Keys and signatures as large as those of ML-DSA-87, with a handle larger still.
pub(super) struct BigKeys(pub SoftwareKeyStore);

/// The sizes in bytes (RFC 9964).
pub(super) const BIG_PUBLIC_KEY: usize = 2592;
pub(super) const BIG_SIGNATURE: usize = 4627;
const BIG_HANDLE: usize = 3000;

impl KeyStore for BigKeys {
    fn algorithms(&self) -> &[Algorithm] {
        &[Algorithm::Es256]
    }

    fn generate(
        &self,
        algorithm: Algorithm,
        _role: KeyRole,
    ) -> Result<(KeyHandle, PublicKey), KeyStoreError> {
        let key = PublicKey { algorithm, bytes: vec![0x55; BIG_PUBLIC_KEY] };
        Ok((KeyHandle(vec![0x77; BIG_HANDLE]), key))
    }

    fn sign(
        &self,
        handle: &KeyHandle,
        _message: &[u8],
        _authorization: Option<&Authorization>,
    ) -> Result<Vec<u8>, KeyStoreError> {
        assert_eq!(handle.0, [0x77; BIG_HANDLE]);
        Ok(vec![0x66; BIG_SIGNATURE])
    }

    fn delete(&self, _handle: &KeyHandle) -> Result<(), KeyStoreError> {
        Ok(())
    }

    fn wrap(&self, secret: &[u8]) -> Result<Vec<u8>, KeyStoreError> {
        self.0.wrap(secret)
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
        self.0.unwrap(wrapped)
    }

    fn key_protection(&self) -> &[&'static str] {
        self.0.key_protection()
    }
}
