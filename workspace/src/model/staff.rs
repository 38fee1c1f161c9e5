//! Those who run the workspace, and what runs for them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AdministratorId, MailId, PasskeyId, Timestamp, TokenId, UserId};

/// Somebody who may use the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Administrator {
    /// The identifier.
    pub id: AdministratorId,
    /// What is typed to sign in: unique whatever its case.
    pub user_name: String,
    /// The person's name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// When they were added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// What an administrator may do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// See everything, change nothing.
    Auditor,
    /// Also users, groups and keys.
    Administrator,
    /// Also administrators and tokens.
    Owner,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Auditor, Self::Administrator, Self::Owner];

    /// The name in the database and in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
            Self::Owner => "owner",
        }
    }

    /// The role with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A passkey of an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// The identifier.
    pub id: PasskeyId,
    /// Whose it is.
    pub administrator: AdministratorId,
    /// What the panel calls it.
    pub label: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it signed in last.
    pub used_at: Option<Timestamp>,
}

/// A token for the JSON API, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// The identifier.
    pub id: TokenId,
    /// What the panel calls it.
    pub label: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it ends.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub used_at: Option<Timestamp>,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// See users and groups.
    #[serde(rename = "users:read")]
    UsersRead,
    /// Add, change, block and remove users and groups.
    #[serde(rename = "users:write")]
    UsersWrite,
    /// See keys.
    #[serde(rename = "keys:read")]
    KeysRead,
    /// Assign, activate, change, suspend and revoke keys.
    #[serde(rename = "keys:write")]
    KeysWrite,
    /// See the event log and the outbox.
    #[serde(rename = "events:read")]
    EventsRead,
    /// Administrators and tokens.
    #[serde(rename = "staff:write")]
    StaffWrite,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 6] = [
        Self::UsersRead,
        Self::UsersWrite,
        Self::KeysRead,
        Self::KeysWrite,
        Self::EventsRead,
        Self::StaffWrite,
    ];

    /// The name in the database and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UsersRead => "users:read",
            Self::UsersWrite => "users:write",
            Self::KeysRead => "keys:read",
            Self::KeysWrite => "keys:write",
            Self::EventsRead => "events:read",
            Self::StaffWrite => "staff:write",
        }
    }

    /// The scope with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// A message in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mail {
    /// The identifier.
    pub id: MailId,
    /// For whom.
    pub user: UserId,
    /// To which address.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// What has become of it.
    pub state: MailState,
    /// How often sending was tried.
    pub attempts: u32,
    /// What the mail server said last.
    pub last_error: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it is tried again.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_attempt_at: Option<Timestamp>,
    /// When the mail server took it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
}

/// What has become of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MailState {
    /// It is tried, and tried again.
    Queued,
    /// The mail server took it, or the file is written.
    Sent,
    /// It was given up.
    Failed,
    /// Its ticket is no longer good, so that it was not sent.
    Dropped,
}

impl MailState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Sent, Self::Failed, Self::Dropped];

    /// The name in the database and in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}
