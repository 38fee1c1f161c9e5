//! What a person is asked and told, and what is answered.

use std::time::Duration;

use pocketkey_core::platform::{self, Denial, KeyHandle};

use super::{Rules, Transport, WorkspaceInvitation};

/// What a person is asked to agree to. Everything here but key handles may be shown.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Prompt {
    /// What will happen.
    pub operation: Operation,
    /// Over which transport the request came.
    pub transport: Transport,
    /// Whether presence is enough or the person must be verified.
    pub needs: Needs,
    /// How long the question is open, in milliseconds. After that it is withdrawn.
    pub timeout_ms: u64,
}

/// The strength of consent that a prompt needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Needs {
    /// A tap: somebody is there and agrees.
    Presence,
    /// Biometrics or screen lock: the owner is there and agrees.
    Verification,
}

/// A relying party, as the request names it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Site {
    /// The RP ID: a domain, or for U2F the hash of an AppID in hexadecimal.
    pub id: String,
    /// The name that the relying party gives itself. Anybody can call himself anything.
    pub name: Option<String>,
}

/// One account, as a person recognises it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Account {
    /// `user.name`, such as an e-mail address.
    pub name: Option<String>,
    /// `user.displayName`.
    pub display_name: Option<String>,
    /// `user.id`, the relying party's own handle: at most 64 bytes.
    pub id: Vec<u8>,
}

/// What the request would do.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Operation {
    /// Make a credential for an account at a site.
    Register {
        /// Who asks.
        site: Site,
        /// For whom; none in U2F, which names no account.
        account: Option<Account>,
        /// The handle of the key that will sign, where the key store binds authorizations.
        key: Option<Vec<u8>>,
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
        /// The accounts to choose from, newest first, at most 8; empty where the credential names none.
        accounts: Vec<Account>,
        /// How many accounts there are besides: `Choice::Older` asks for the next of them.
        not_listed: u64,
        /// The handles of the keys of which one will sign: each account's in their order, or the only
        /// one's where the credential names no account.
        keys: Vec<Vec<u8>>,
    },
    /// Verify the user although there is no credential, so that a site does not learn it earlier.
    NoCredential {
        /// Who asks.
        site: Site,
    },
    /// Choose this authenticator among several.
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
        /// Who invites whom. The origin tells the workspace from one that only has the same name.
        invitation: WorkspaceInvitation,
        /// The rules.
        rules: Rules,
        /// How many discoverable credentials there are already, which come under the rules too.
        credentials: u64,
        /// The handle of the key that will sign, as in `Register`.
        key: Option<Vec<u8>>,
    },
    /// Erase every credential, the PIN and all settings.
    Reset,
}

/// What a person chose from a list of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The account with this index.
    Account {
        /// Counted from 0. One that was not listed denies the request.
        index: u32,
    },
    /// None of these: list the next ones. It agrees to nothing yet.
    Older,
}

/// Why there is no agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Refusal {
    /// The person said no.
    Declined,
    /// Nobody answered in time.
    TimedOut,
    /// Somebody answered who is not the owner: one failed attempt at verification, which is counted.
    NotVerified,
    /// The platform has locked its own verification (too many attempts, or it was switched off).
    Locked,
}

/// That the workspace's rules have stopped a request: told, not asked.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Notice {
    /// The workspace's name.
    pub workspace: String,
    /// What stopped the request.
    pub reason: NoticeReason,
    /// A whole English sentence for those who have none of their own: what happened, and what to do.
    pub text: String,
}

/// Which rule of a workspace stops a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum NoticeReason {
    /// The key, or its user, is suspended.
    Suspended,
    /// The key was revoked, and the phone erased.
    Revoked,
    /// The workspace has to be asked before each use, and did not answer.
    Unreachable,
    /// The workspace did not answer, and every use that it had granted is used up.
    GrantUsedUp,
    /// The workspace did not answer, and the time that it had granted is over.
    GrantExpired,
    /// The request came through a network, without proof that the phone is near.
    NotNear,
    /// The workspace wants the phone on an NFC reader.
    ReaderOnly,
    /// The phone has not been put on the reader for this request, or too long ago.
    NoTap,
    /// The workspace wants verification on the phone, where none is set up.
    VerificationNotSetUp,
    /// The workspace has changed its rules while the request was running.
    RulesChanged,
}

impl From<&platform::Prompt> for Prompt {
    fn from(prompt: &platform::Prompt) -> Self {
        Self {
            operation: (&prompt.operation).into(),
            transport: prompt.transport.into(),
            needs: match prompt.needs {
                platform::Needs::Presence => Needs::Presence,
                platform::Needs::Verification => Needs::Verification,
            },
            timeout_ms: milliseconds(prompt.timeout),
        }
    }
}

pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl From<&platform::Site> for Site {
    fn from(site: &platform::Site) -> Self {
        Self { id: site.id.clone(), name: site.name.clone() }
    }
}

impl From<&platform::Account> for Account {
    fn from(account: &platform::Account) -> Self {
        account.clone().into()
    }
}

impl From<platform::Account> for Account {
    fn from(account: platform::Account) -> Self {
        Self { name: account.name, display_name: account.display_name, id: account.id }
    }
}

impl From<&platform::Operation> for Operation {
    fn from(operation: &platform::Operation) -> Self {
        use platform::Operation as Core;
        let bytes = |key: &KeyHandle| key.0.clone();
        match operation {
            Core::Register { site, account, key } => Self::Register {
                site: site.into(),
                account: account.as_ref().map(Into::into),
                key: key.as_ref().map(bytes),
            },
            Core::AlreadyRegistered { site } => Self::AlreadyRegistered { site: site.into() },
            Core::SignIn { site, accounts, not_listed, keys } => Self::SignIn {
                site: site.into(),
                accounts: accounts.iter().map(Into::into).collect(),
                not_listed: *not_listed,
                keys: keys.iter().map(bytes).collect(),
            },
            Core::NoCredential { site } => Self::NoCredential { site: site.into() },
            Core::Select => Self::Select,
            Core::AllowToken { permissions, site } => {
                Self::AllowToken { permissions: *permissions, site: site.as_ref().map(Into::into) }
            }
            Core::JoinWorkspace { workspace, origin, user, settings, credentials, key } => {
                Self::JoinWorkspace {
                    invitation: WorkspaceInvitation {
                        workspace: workspace.name.clone(),
                        origin: origin.clone(),
                        user: user.name.clone(),
                    },
                    rules: settings.into(),
                    credentials: *credentials,
                    key: key.as_ref().map(bytes),
                }
            }
            Core::Reset => Self::Reset,
        }
    }
}

impl From<Choice> for platform::Choice {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Account { index } => {
                Self::Account(usize::try_from(index).unwrap_or(usize::MAX))
            }
            Choice::Older => Self::Older,
        }
    }
}

impl From<Refusal> for platform::Refusal {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Declined => Self::Declined,
            Refusal::TimedOut => Self::TimedOut,
            Refusal::NotVerified => Self::NotVerified,
            Refusal::Locked => Self::Locked,
        }
    }
}

impl From<&platform::Notice> for Notice {
    fn from(notice: &platform::Notice) -> Self {
        let reason = match notice.denial {
            Denial::Suspended => NoticeReason::Suspended,
            Denial::Revoked => NoticeReason::Revoked,
            Denial::Unreachable => NoticeReason::Unreachable,
            Denial::GrantUsedUp => NoticeReason::GrantUsedUp,
            Denial::GrantExpired => NoticeReason::GrantExpired,
            Denial::NotNear => NoticeReason::NotNear,
            Denial::ReaderOnly => NoticeReason::ReaderOnly,
            Denial::NoTap => NoticeReason::NoTap,
            Denial::VerificationNotSetUp => NoticeReason::VerificationNotSetUp,
            Denial::RulesChanged => NoticeReason::RulesChanged,
        };
        Self { workspace: notice.workspace.clone(), reason, text: notice.to_string() }
    }
}
