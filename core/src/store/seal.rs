//! Sealing: AES-256-GCM with a random nonce, bound to the place where the ciphertext belongs.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::StoreError;
use crate::{
    ctap::status::Status,
    platform::{Rng, RngError},
};

/// Seals bytes for a place and opens them there, and nowhere else.
///
/// A key seals fewer than 2³² times in its life, as random 96-bit nonces want it: each sealing is a
/// change on a disk, and a hundred of them a second would take more than a year.
pub struct Sealer {
    key: LessSafeKey,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl From<RngError> for StoreError {
    fn from(_: RngError) -> Self {
        Self::Platform
    }
}

impl From<RngError> for Status {
    fn from(_: RngError) -> Self {
        Self::Other
    }
}

impl Sealer {
    /// A sealer with this key.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the length of the key is in its type")]
    pub fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("an AES-256 key has 32 bytes");
        Self { key: LessSafeKey::new(key) }
    }

    /// nonce ‖ ciphertext ‖ tag, 28 bytes longer than `plaintext`.
    ///
    /// # Errors
    /// [`RngError`].
    pub fn seal(&self, place: &[u8], plaintext: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, RngError> {
        let mut nonce = [0; NONCE_LEN];
        rng.fill(&mut nonce)?;
        let mut sealed = Vec::with_capacity(plaintext.len() + NONCE_LEN + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        let tag = self
            .key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place),
                sealed.get_mut(NONCE_LEN..).unwrap_or_default(),
            )
            .map_err(|_| RngError)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// The plaintext, or `None` where the bytes were altered or belong elsewhere.
    #[must_use]
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut plaintext = Zeroizing::new(body.to_vec());
        let length = self
            .key
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(place),
                plaintext.as_mut_slice(),
            )
            .ok()?
            .len();
        plaintext.truncate(length);
        Some(plaintext)
    }
}
