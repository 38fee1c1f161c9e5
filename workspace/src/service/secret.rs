//! Secrets that whoever holds them presents: of sessions, API tokens, set-up links. Only their hash
//! is ever stored.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use ring::{
    digest, hmac,
    rand::{SecureRandom, SystemRandom},
};
use zeroize::Zeroizing;

use super::ServiceError;

/// 256 random bits.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// [`ServiceError::Internal`] where the system has no randomness.
    pub fn new() -> Result<Self, ServiceError> {
        let mut bytes = Zeroizing::new([0; 32]);
        SystemRandom::new()
            .fill(bytes.as_mut())
            .map_err(|_| ServiceError::Internal("the system gave no random bytes".to_owned()))?;
        Ok(Self(bytes))
    }

    /// As it was written by [`text`](Self::text).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        let length = Base64UrlUnpadded::decode(text, bytes.as_mut()).ok()?.len();
        // Two texts for the same secret are not wanted: the last character has unused bits.
        let secret = Self(bytes);
        (length == 32 && secret.text().as_str() == text).then_some(secret)
    }

    /// In Base64url: 43 characters.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(Base64UrlUnpadded::encode_string(self.0.as_ref()))
    }

    /// SHA-256 of it: what is stored, and looked up by. A random secret of this size needs no salt.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, self.0.as_ref()).as_ref().to_vec()
    }

    /// Another secret that only the holder of this one can know, for `purpose`.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_ref());
        Base64UrlUnpadded::encode_string(hmac::sign(&key, purpose.as_bytes()).as_ref())
    }
}
