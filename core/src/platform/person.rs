//! The person: what is asked, and what is answered.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use super::{Authorization, KeyHandle, Notice};
use crate::{
    ctap::entity::UserEntity,
    policy::Settings,
    protocol::{UserName, WorkspaceName},
    transport::Transport,
};

/// A boxed future, as seams that wait for a person return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

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

/// What a person is asked to agree to. Everything here but key handles may be shown.
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
        /// The key that will sign, where the key store
        /// [binds authorizations](super::KeyStore::binds_authorization): it is made before anybody
        /// agrees, and deleted where nobody does.
        key: Option<KeyHandle>,
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
        /// The keys of which one will sign: each account's in their order, or the only one's where the
        /// credential names no account.
        keys: Vec<KeyHandle>,
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
    /// Become a key of a workspace: its rules hold for everything on this phone from then on, and
    /// everything is erased when it revokes the key.
    JoinWorkspace {
        /// Which workspace, as it names itself.
        workspace: WorkspaceName,
        /// Where it is: what tells it from one that only has the same name.
        origin: String,
        /// Whose key the phone would be.
        user: UserName,
        /// The rules.
        settings: Settings,
        /// How many discoverable credentials there are already, which come under the rules too.
        credentials: u64,
        /// The key of the credential for the workspace's own sign-in, as in `Register`.
        key: Option<KeyHandle>,
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
    /// What the platform needs in order to use the key now. It comes with every signature that this
    /// consent is for: several, where getNextAssertion goes on.
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

    /// Tells why the workspace's rules have stopped a request. Nothing is waited for: do not block.
    fn tell(&self, notice: &Notice) {
        let _ = notice;
    }
}
