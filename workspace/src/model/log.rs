//! The event log: who did what, to whom, when; each entry chained to the one before.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Timestamp;

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Actor {
    /// What they are.
    pub kind: ActorKind,
    /// Their identifier; empty for the workspace itself.
    pub id: String,
    /// What people call them.
    pub name: String,
}

impl Actor {
    /// The workspace itself.
    #[must_use]
    pub fn workspace() -> Self {
        Self { kind: ActorKind::Workspace, id: String::new(), name: "workspace".to_owned() }
    }
}

/// What an actor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActorKind {
    /// Somebody in the panel.
    Administrator,
    /// A program, through the JSON API.
    Token,
    /// A user at the sign-in page or with an e-mailed link.
    User,
    /// A phone.
    Phone,
    /// The workspace itself: time passed.
    Workspace,
    /// Nobody who could be recognised.
    Stranger,
}

impl ActorKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Administrator,
        Self::Token,
        Self::User,
        Self::Phone,
        Self::Workspace,
        Self::Stranger,
    ];

    /// The name in the database, in addresses and exports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Token => "token",
            Self::User => "user",
            Self::Phone => "phone",
            Self::Workspace => "workspace",
            Self::Stranger => "stranger",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Action {$(
            $(#[$doc])*
            #[serde(rename = $text)]
            $name,
        )*}

        impl Action {
            /// Every action.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name in the database, in addresses and exports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The action with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|action| action.name() == name)
            }
        }
    };
}

actions! {
    /// The workspace began.
    WorkspaceCreated = "workspace.created";
    /// An administrator was added.
    AdministratorAdded = "administrator.added";
    /// An administrator was changed (role, password).
    AdministratorChanged = "administrator.changed";
    /// An administrator was removed.
    AdministratorRemoved = "administrator.removed";
    /// An administrator signed in.
    AdministratorSignedIn = "administrator.signed-in";
    /// Somebody failed to sign in as an administrator.
    AdministratorSignInFailed = "administrator.sign-in-failed";
    /// An administrator signed out.
    AdministratorSignedOut = "administrator.signed-out";
    /// An administrator added a passkey.
    PasskeyAdded = "passkey.added";
    /// An administrator removed a passkey.
    PasskeyRemoved = "passkey.removed";
    /// A token for the JSON API was made.
    TokenCreated = "token.created";
    /// A token was taken back.
    TokenRevoked = "token.revoked";
    /// A user was added.
    UserAdded = "user.added";
    /// A user's information or groups were changed.
    UserChanged = "user.changed";
    /// A user was blocked.
    UserBlocked = "user.blocked";
    /// A user was unblocked.
    UserUnblocked = "user.unblocked";
    /// A user was removed, and every key of theirs revoked.
    UserRemoved = "user.removed";
    /// A user signed in with a key.
    UserSignedIn = "user.signed-in";
    /// A sign-in with a key was refused.
    UserSignInRefused = "user.sign-in-refused";
    /// A group was made.
    GroupAdded = "group.added";
    /// A group was renamed or removed.
    GroupChanged = "group.changed";
    /// A key was assigned.
    KeyAssigned = "key.assigned";
    /// A key's settings were changed.
    KeySettingsChanged = "key.settings-changed";
    /// A ticket was made.
    TicketIssued = "ticket.issued";
    /// A ticket was taken back.
    TicketCancelled = "ticket.cancelled";
    /// A key became active.
    KeyActivated = "key.activated";
    /// An activation was refused.
    KeyActivationRefused = "key.activation-refused";
    /// A key was suspended.
    KeySuspended = "key.suspended";
    /// A key was resumed.
    KeyResumed = "key.resumed";
    /// A key was revoked.
    KeyRevoked = "key.revoked";
    /// A phone fetched another version of its policy.
    KeyPolicyFetched = "key.policy-fetched";
    /// A phone learnt that it is suspended or revoked.
    KeyStandingLearnt = "key.standing-learnt";
    /// A message was put into the outbox.
    MailQueued = "mail.queued";
    /// A message was handed to the mail server.
    MailSent = "mail.sent";
    /// A message could not be sent, for good.
    MailFailed = "mail.failed";
    /// Users were imported.
    UsersImported = "users.imported";
    /// Users were exported.
    UsersExported = "users.exported";
    /// The log was exported.
    EventsExported = "events.exported";
}

// By hand, because the derived one does not see the names that the macro was given.
impl utoipa::PartialSchema for Action {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("What happened."))
            .enum_values(Some(Self::ALL.iter().map(|action| action.name())))
            .into()
    }
}

impl ToSchema for Action {}

/// What something was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Subject {
    /// What it is: `user`, `key`, `group`, `administrator`, `token`, `mail` or `workspace`.
    pub kind: String,
    /// Its identifier.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Counts from 1 without a gap.
    pub sequence: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// To whom or what.
    pub subject: Subject,
    /// The user that it concerns, where it concerns one.
    pub user: Option<super::UserId>,
    /// The key that it concerns, where it concerns one.
    pub key: Option<super::KeyId>,
    /// What else is worth knowing, as names and values; never a secret.
    pub details: serde_json::Value,
    /// SHA-256 over the entry and the hash of the one before, in hexadecimal.
    pub hash: String,
    /// The workspace's Ed25519 signature of `"pocketkey event signature"`, a zero byte and the hash,
    /// in hexadecimal.
    pub signature: String,
}

/// Which events are wanted; newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventQuery {
    /// Of this kind only.
    pub action: Option<Action>,
    /// By actors of this kind only.
    pub actor: Option<ActorKind>,
    /// Of this user only.
    pub user: Option<super::UserId>,
    /// Of this key only.
    pub key: Option<super::KeyId>,
    /// Part of the names of actor or subject, whatever its case.
    pub search: Option<String>,
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

/// Where the log is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogDamage {
    /// An entry is missing.
    #[error("entry {0} is missing")]
    Missing(u64),
    /// An entry was changed, or put in another's place.
    #[error("entry {0} is not what was written")]
    Changed(u64),
    /// An entry is not signed by this workspace.
    #[error("entry {0} is not signed by this workspace")]
    NotSigned(u64),
    /// The end is missing.
    #[error("the log ends at entry {found}, and {expected} were written")]
    CutOff {
        /// The last entry that is there.
        found: u64,
        /// The last entry that was written.
        expected: u64,
    },
}
