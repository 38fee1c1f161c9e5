//! Users and groups.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{GroupId, Timestamp, UserId};

/// A person who is handed keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// The workspace's own identifier.
    pub id: UserId,
    /// The *user ID* of the organisation, such as a staff number: unique.
    pub user_id: String,
    /// The person's name.
    pub name: String,
    /// The e-mail address, for activation by e-mail.
    pub email: Option<String>,
    /// The *user name*: unique whatever its case; typed at the sign-in page.
    pub user_name: String,
    /// What the panel shows.
    pub state: UserState,
    /// The groups, by name.
    pub groups: Vec<Group>,
    /// When the user was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A set of users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// The identifier.
    pub id: GroupId,
    /// The name: unique whatever its case.
    pub name: String,
}

/// What is typed into the wizard.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// The *user ID* of the organisation, 1 to 64 characters.
    #[schema(min_length = 1, max_length = 64)]
    pub user_id: String,
    /// The person's name, 1 to 128 characters.
    #[schema(min_length = 1, max_length = 128)]
    pub name: String,
    /// The e-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// The *user name*, 1 to 64 characters without blanks.
    #[schema(min_length = 1, max_length = 64)]
    pub user_name: String,
    /// Names of groups; those that do not exist are made.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// What the panel says of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UserState {
    /// No key waits for them, and none is active.
    NotInvited,
    /// A key waits to be activated, and none is active.
    Invited,
    /// At least one key is active.
    Active,
    /// No key of theirs signs in until the user is unblocked.
    Blocked,
}

impl UserState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::NotInvited, Self::Invited, Self::Active, Self::Blocked];

    /// The name in the database and in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotInvited => "not-invited",
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Blocked => "blocked",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What came of inviting users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct InvitationReport {
    /// How many were assigned a smartphone, and are sent a message.
    pub invited: u64,
    /// How many were left out because they have no e-mail address.
    pub without_address: u64,
    /// Whether there are others still: not all are invited at once.
    pub more: bool,
}

/// Which users are wanted.
#[derive(Debug, Clone, Default)]
pub struct UserQuery {
    /// Part of the user ID, name, e-mail or user name, whatever its case.
    pub search: Option<String>,
    /// In this state only.
    pub state: Option<UserState>,
    /// In this group only.
    pub group: Option<GroupId>,
    /// By what.
    pub sort: UserSort,
    /// From the end.
    pub descending: bool,
}

/// What lists of users are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UserSort {
    /// The person's name.
    #[default]
    Name,
    /// The user name.
    UserName,
    /// The user ID.
    UserId,
    /// When they were added.
    Created,
}

impl UserSort {
    /// Every order.
    pub const ALL: [Self; 4] = [Self::Name, Self::UserName, Self::UserId, Self::Created];

    /// The name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::UserName => "user-name",
            Self::UserId => "user-id",
            Self::Created => "created",
        }
    }

    /// The order with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.name() == name)
    }
}
