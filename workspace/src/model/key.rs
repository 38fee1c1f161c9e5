//! Security keys, and the tickets by which they are activated.

use pocketkey_core::{
    policy::Settings,
    protocol::{ActivationLink, GrantReport, KeyState},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{KeyId, TicketId, Timestamp, UserId};

/// A security key that is assigned to a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The identifier, which phones know too.
    pub id: KeyId,
    /// Whose it is.
    pub user: UserId,
    /// What it is.
    pub kind: KeyKind,
    /// What the panel calls it.
    pub label: String,
    /// `None`: pending, that is assigned and not yet activated.
    pub state: Option<KeyState>,
    /// The rules, of a smartphone.
    pub settings: Option<Settings>,
    /// The version of the rules; 0 for what is no smartphone.
    pub policy_version: u64,
    /// The version that the phone has fetched.
    pub policy_fetched: u64,
    /// What the phone calls itself.
    pub device_name: Option<String>,
    /// When it was assigned.
    pub created_at: Timestamp,
    /// When it was activated.
    pub activated_at: Option<Timestamp>,
    /// When the phone checked in last.
    pub checked_in_at: Option<Timestamp>,
    /// What the phone said it had left of its grant then.
    pub grant_left: Option<GrantReport>,
    /// The end of the newest grant, in seconds since 1970: how stale the phone can be.
    pub grant_until: Option<u64>,
    /// When it signed in at the workspace last.
    pub signed_in_at: Option<Timestamp>,
}

/// What a security key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// A phone that runs Pocketkey.
    Smartphone,
    /// A FIDO2 card.
    Card,
    /// A FIDO2 key or reader with a fingerprint sensor.
    Fingerprint,
    /// A FIDO2 key for a USB port.
    UsbKey,
}

impl KeyKind {
    /// Every kind, in the panel's order.
    pub const ALL: [Self; 4] = [Self::Smartphone, Self::Card, Self::Fingerprint, Self::UsbKey];

    /// The name in the database and in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smartphone => "smartphone",
            Self::Card => "card",
            Self::Fingerprint => "fingerprint",
            Self::UsbKey => "usb-key",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What is to be assigned.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What it is.
    pub kind: KeyKind,
    /// What the panel calls it, 1 to 64 characters.
    pub label: String,
    /// The rules, of a smartphone; `None`: the defaults.
    pub settings: Option<Settings>,
}

/// What a ticket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TicketPurpose {
    /// A phone activates itself by the QR on the panel.
    ActivateNow,
    /// A phone activates itself by a message's QR or link.
    ActivateByEmail,
    /// A FIDO2 key is registered in the browser, by a message's link.
    RegisterByEmail,
}

impl TicketPurpose {
    /// Every purpose.
    pub const ALL: [Self; 3] = [Self::ActivateNow, Self::ActivateByEmail, Self::RegisterByEmail];

    /// The name in the database and in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ActivateNow => "activate-now",
            Self::ActivateByEmail => "activate-by-email",
            Self::RegisterByEmail => "register-by-email",
        }
    }

    /// The purpose with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    /// Whether the ticket goes by e-mail.
    #[must_use]
    pub const fn by_email(self) -> bool {
        matches!(self, Self::ActivateByEmail | Self::RegisterByEmail)
    }
}

/// What has become of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TicketState {
    /// It can be used until it expires.
    Open,
    /// It was used.
    Used,
    /// It was taken back, or replaced by a newer one.
    Cancelled,
}

impl TicketState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Used, Self::Cancelled];

    /// The name in the database and in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Used => "used",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A ticket, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ticket {
    /// The identifier.
    pub id: TicketId,
    /// Which key it activates.
    pub key: KeyId,
    /// What it is for.
    pub purpose: TicketPurpose,
    /// What has become of it.
    pub state: TicketState,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// From when on it cannot be used.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

impl Ticket {
    /// Whether it can be used at this time.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.state == TicketState::Open && now < self.expires_at
    }
}

/// A ticket that was just made: the only moment at which the secret of a QR is known.
#[derive(Debug)]
pub struct IssuedTicket {
    /// The ticket.
    pub ticket: Ticket,
    /// What the QR says. `None` for tickets that go by e-mail: their secret is made when a message
    /// leaves, so that it is nowhere at rest.
    pub link: Option<ActivationLink>,
}
