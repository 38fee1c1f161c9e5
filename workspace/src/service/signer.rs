//! The workspace's own key. It lives in a file beside the database, never in it: a stolen database
//! cannot make policies, offers or log entries.

use std::{fmt, fs, path::Path};

use pocketkey_core::protocol::{self, Message, WorkspaceKey};
use ring::{
    rand::{SecureRandom, SystemRandom},
    signature::{Ed25519KeyPair, KeyPair},
};
use zeroize::Zeroizing;

use crate::files::create_private;

/// Signs for the workspace.
pub struct Signer(Ed25519KeyPair);

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer")
    }
}

/// The key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// It cannot be read or written.
    #[error("the workspace's key file {path}: {source}")]
    File {
        /// Which file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not 32 bytes.
    #[error(
        "the workspace's key file {0} is not 32 bytes: put back the one that the workspace began \
         with, because phones know its key"
    )]
    Damaged(String),
    /// The system has no randomness.
    #[error("the system gave no random bytes")]
    NoRandomness,
}

impl Signer {
    /// From a seed of 32 random bytes.
    ///
    /// # Errors
    /// [`SignerError::Damaged`] where it is no seed.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, SignerError> {
        Ed25519KeyPair::from_seed_unchecked(seed)
            .map(Self)
            .map_err(|_| SignerError::Damaged(String::new()))
    }

    /// Reads the key file, or makes it (mode 0600, durable) where there is none.
    ///
    /// # Errors
    /// Any [`SignerError`].
    pub fn load_or_create(path: &Path) -> Result<Self, SignerError> {
        let name = || path.display().to_string();
        let failed = |source| SignerError::File { path: name(), source };
        match fs::read(path).map(Zeroizing::new) {
            Ok(bytes) => {
                let seed = bytes.as_slice().try_into().map_err(|_| SignerError::Damaged(name()))?;
                Self::from_seed(seed)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut seed = Zeroizing::new([0; 32]);
                SystemRandom::new().fill(seed.as_mut()).map_err(|_| SignerError::NoRandomness)?;
                create_private(path, seed.as_ref()).map_err(failed)?;
                Self::from_seed(&seed)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// The public key, which links and phones carry.
    #[must_use]
    pub fn public_key(&self) -> WorkspaceKey {
        let mut key = [0; 32];
        key.copy_from_slice(self.0.public_key().as_ref());
        WorkspaceKey(key)
    }

    /// Signs bytes, giving 64.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }

    /// Signs a message to a phone.
    #[must_use]
    pub fn message<M: Message>(&self, message: &M) -> String {
        let input = protocol::signing_input(message);
        protocol::encode(M::ALGORITHM, &input, &self.sign(input.as_bytes())).unwrap_or_default()
    }
}
