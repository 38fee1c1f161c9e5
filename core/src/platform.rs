//! The seams: everything the core needs from the device it runs on.
//!
//! A shell (Android, iOS, the emulated phone) implements these traits once. Key bytes never cross
//! them: a key is a [`KeyHandle`] that only its [`KeyStore`] can use.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use zeroize::Zeroizing;

use crate::{algorithm::Algorithm, ctap::entity::UserEntity, transport::Transport};

/// A boxed future, as seams that wait for a person return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Everything that the core asks of its platform.
#[derive(Clone)]
pub struct Platform {
    /// Holds and uses private keys.
    pub key_store: Arc<dyn KeyStore>,
    /// Talks to the person.
    pub user_verifier: Arc<dyn UserVerifier>,
    /// Measures time since some fixed start.
    pub clock: Arc<dyn Clock>,
    /// Fills buffers with random bytes.
    pub rng: Arc<dyn Rng>,
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform").finish_non_exhaustive()
    }
}

// ---------------------------------------------------------------------------------------- Keys

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
/// `Signature`): made by [`UserVerifier`], handed back untouched to [`KeyStore::sign`].
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

/// Makes private keys and signs with them.
///
/// Calls may block for as long as the hardware takes; they are never made while a lock is held.
pub trait KeyStore: Send + Sync {
    /// The algorithms that this store can make keys for.
    fn algorithms(&self) -> &[Algorithm];

    /// Makes a key pair. The key is durable, or contained in the handle, when this returns.
    ///
    /// # Errors
    /// [`KeyStoreError::UnsupportedAlgorithm`], or [`KeyStoreError::Failed`].
    fn generate(&self, algorithm: Algorithm) -> Result<(KeyHandle, PublicKey), KeyStoreError>;

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

// -------------------------------------------------------------------------------------- Person

/// What the platform's user verification can do at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifierStatus {
    /// `None`: no built-in verification; `Some(false)`: there is, but nothing is enrolled;
    /// `Some(true)`: ready. This is getInfo's three-state `uv` option.
    pub built_in_uv: Option<bool>,
    /// How the platform verifies: the `USER_VERIFY_*` bits of the FIDO Registry §3.1.
    pub uv_modality: u32,
    /// Whether the person can choose among accounts on the phone's own display.
    pub chooses_account: bool,
}

/// What a person is asked to agree to. Everything here may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What will happen.
    pub operation: Operation,
    /// Over which transport the request came.
    pub transport: Transport,
    /// Whether presence is enough or the person must be verified.
    pub needs: Needs,
    /// How long to wait before answering [`Refusal::TimedOut`].
    pub timeout: Duration,
}

/// The strength of consent that a [`Prompt`] needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A tap: somebody is there and agrees.
    Presence,
    /// Biometrics or screen lock: the owner is there and agrees.
    Verification,
}

/// A relying party, as the request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The RP ID: a domain, or for U2F the hash of an AppID in hexadecimal.
    pub id: String,
    /// The name that the relying party gives itself.
    pub name: Option<String>,
}

/// One account, as a person recognises it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// `user.name`, such as an e-mail address.
    pub name: Option<String>,
    /// `user.displayName`.
    pub display_name: Option<String>,
    /// `user.id`, the relying party's own opaque handle.
    pub id: Vec<u8>,
}

impl From<&UserEntity> for Account {
    fn from(user: &UserEntity) -> Self {
        Self {
            name: user.name.clone(),
            display_name: user.display_name.clone(),
            id: user.id.clone(),
        }
    }
}

/// What the request would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Make a credential for an account at a site.
    Register {
        /// Who asks.
        site: Site,
        /// For whom; `None` in U2F, which names no account.
        account: Option<Account>,
    },
    /// Nothing but presence, because a credential for this account exists already.
    AlreadyRegistered {
        /// Who asks.
        site: Site,
    },
    /// Sign in with one of `accounts`; where there are several, the answer chooses one.
    SignIn {
        /// Who asks.
        site: Site,
        /// The accounts to choose from, newest first; empty where the credential names none.
        accounts: Vec<Account>,
        /// How many accounts there are besides: [`Choice::Older`] asks for the next of them.
        not_listed: u64,
    },
    /// Verify the user although there is no credential, so that a site does not learn it earlier.
    NoCredential {
        /// Who asks.
        site: Site,
    },
    /// Choose this authenticator among several (authenticatorSelection).
    Select,
    /// Let a client have a token with these permissions (bits of CTAP 2.3 §6.5.5.7).
    AllowToken {
        /// The permissions.
        permissions: u8,
        /// The only site that the token will be for, where the client named one.
        site: Option<Site>,
    },
    /// Erase every credential, the PIN and all settings.
    Reset,
}

/// What a person chose from a list of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The account with this index.
    Account(usize),
    /// None of these: list the next ones. It says nothing about presence or verification yet.
    Older,
}

impl Default for Choice {
    fn default() -> Self {
        Self::Account(0)
    }
}

/// A person's agreement.
#[derive(Clone)]
pub struct Consent {
    /// Whether the person was verified, not merely present.
    pub verified: bool,
    /// Which account, where [`Operation::SignIn`] lists several.
    pub choice: Choice,
    /// What the platform needs in order to use the key now.
    pub authorization: Option<Authorization>,
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consent")
            .field("verified", &self.verified)
            .field("choice", &self.choice)
            .finish_non_exhaustive()
    }
}

/// Why there is no agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The person said no.
    #[error("the user declined")]
    Declined,
    /// Nobody answered in time.
    #[error("the user did not answer in time")]
    TimedOut,
    /// Somebody answered who is not the owner: one failed attempt at verification.
    #[error("the user could not be verified")]
    NotVerified,
    /// The platform has locked its own verification (too many attempts, or it was switched off).
    #[error("user verification is locked by the platform")]
    Locked,
}

/// Asks the person. One prompt at a time; dropping the future takes the prompt off the screen.
pub trait UserVerifier: Send + Sync {
    /// What is possible now. Called often: answer from memory.
    fn status(&self) -> VerifierStatus;

    /// Shows `prompt` and waits for an answer.
    fn ask<'a>(&'a self, prompt: &'a Prompt) -> BoxFuture<'a, Result<Consent, Refusal>>;
}

// ------------------------------------------------------------------------------ Time and chance

/// Monotonic time.
pub trait Clock: Send + Sync {
    /// Time since a start of the clock's own choosing; never goes back.
    fn now(&self) -> Duration;
}

/// A cryptographically secure source of random bytes.
pub trait Rng: Send + Sync {
    /// Fills `buffer`, or fails as a whole.
    ///
    /// # Errors
    /// [`RngError`] where the platform has no randomness to give.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RngError>;
}

/// The platform's random number generator failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the platform's random number generator failed")]
pub struct RngError;
