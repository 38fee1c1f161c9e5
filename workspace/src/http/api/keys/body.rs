//! Keys and their rules, as the API says them.

use pocketkey_core::{
    policy::{self, OfflineLogin},
    protocol,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::{self, KeyId, KeyKind, Timestamp, UserId};

/// A security key that is assigned to a user.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Key {
    /// The identifier.
    id: KeyId,
    /// Whose it is.
    user: UserId,
    /// What it is.
    kind: KeyKind,
    /// What the panel calls it.
    label: String,
    /// What it may do.
    state: KeyState,
    /// The rules, of a smartphone.
    settings: Option<Settings>,
    /// The version of the rules; 0 for what is no smartphone.
    policy_version: u64,
    /// The version that the phone has fetched.
    policy_fetched: u64,
    /// What the phone calls itself.
    device_name: Option<String>,
    /// When it was assigned.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was activated or registered.
    #[schema(value_type = Option<String>, format = DateTime)]
    activated_at: Option<Timestamp>,
    /// When the phone checked in last.
    #[schema(value_type = Option<String>, format = DateTime)]
    checked_in_at: Option<Timestamp>,
    /// How many uses of its grant the phone said it had left then.
    uses_left: Option<u32>,
    /// Until when the phone may sign without checking in.
    #[schema(value_type = Option<String>, format = DateTime)]
    grant_until: Option<Timestamp>,
    /// When it signed in at the workspace last.
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_in_at: Option<Timestamp>,
}

/// What a key may do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum KeyState {
    /// Nothing yet: it is assigned, and waits to be activated.
    Pending,
    /// Sign.
    Active,
    /// Nothing until it is resumed.
    Suspended,
    /// Nothing ever again.
    Revoked,
}

/// A key that is to be assigned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    /// What it is.
    kind: KeyKind,
    /// What the panel calls it, 1 to 64 characters.
    #[schema(min_length = 1, max_length = 64, example = "Smartphone")]
    label: String,
    /// The rules, of a smartphone. Without: the defaults.
    settings: Option<Settings>,
}

/// A smartphone's rules.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Settings, example = json!({
    "bluetooth_proximity": false,
    "offline_login": { "uses": 20, "days": 7 },
    "verification": "on-phone",
    "credential_storage": "phone",
}))]
pub(super) struct Settings {
    /// Whether a request that comes through a network needs proof that the phone is near. Not
    /// together with `reader-tap-and-pin`, which is near by nature.
    bluetooth_proximity: bool,
    /// What the phone may sign without asking the workspace; null: nothing.
    offline_login: Option<Offline>,
    /// How the person is verified.
    verification: Verification,
    /// Where credentials live. Only `phone` is offered yet.
    credential_storage: CredentialStorage,
}

/// How much a phone may sign before it has to check in again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Offline {
    /// Signatures.
    #[schema(minimum = 1, maximum = 10_000)]
    uses: u32,
    /// Days from the last check-in.
    #[schema(minimum = 1, maximum = 365)]
    days: u16,
}

/// How the person is verified.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Verification {
    /// On the phone, by biometrics or screen lock.
    OnPhone,
    /// By a PIN typed on the computer, with the phone on an NFC reader.
    ReaderTapAndPin,
}

/// Where credentials live.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum CredentialStorage {
    /// On the phone alone.
    Phone,
}

impl From<model::Key> for Key {
    fn from(key: model::Key) -> Self {
        Self {
            id: key.id,
            user: key.user,
            kind: key.kind,
            label: key.label,
            state: match key.state {
                None => KeyState::Pending,
                Some(protocol::KeyState::Active) => KeyState::Active,
                Some(protocol::KeyState::Suspended) => KeyState::Suspended,
                Some(protocol::KeyState::Revoked) => KeyState::Revoked,
            },
            settings: key.settings.map(Settings::from),
            policy_version: key.policy_version,
            policy_fetched: key.policy_fetched,
            device_name: key.device_name,
            created_at: key.created_at,
            activated_at: key.activated_at,
            checked_in_at: key.checked_in_at,
            uses_left: key.grant_left.map(|grant| grant.left),
            grant_until: key.grant_until.map(from_seconds),
            signed_in_at: key.signed_in_at,
        }
    }
}

fn from_seconds(seconds: u64) -> Timestamp {
    Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000))
}

impl From<NewKey> for model::NewKey {
    fn from(new: NewKey) -> Self {
        Self { kind: new.kind, label: new.label, settings: new.settings.map(Into::into) }
    }
}

impl From<policy::Settings> for Settings {
    fn from(settings: policy::Settings) -> Self {
        Self {
            bluetooth_proximity: settings.bluetooth_proximity,
            offline_login: settings
                .offline_login
                .map(|offline| Offline { uses: offline.uses, days: offline.days }),
            verification: match settings.verification {
                policy::Verification::OnPhone => Verification::OnPhone,
                policy::Verification::ReaderTapAndPin => Verification::ReaderTapAndPin,
            },
            // The others cannot be set.
            credential_storage: CredentialStorage::Phone,
        }
    }
}

impl From<Settings> for policy::Settings {
    fn from(settings: Settings) -> Self {
        let CredentialStorage::Phone = settings.credential_storage;
        Self {
            bluetooth_proximity: settings.bluetooth_proximity,
            offline_login: settings
                .offline_login
                .map(|offline| OfflineLogin { uses: offline.uses, days: offline.days }),
            verification: match settings.verification {
                Verification::OnPhone => policy::Verification::OnPhone,
                Verification::ReaderTapAndPin => policy::Verification::ReaderTapAndPin,
            },
            credential_storage: policy::CredentialStorage::Phone,
        }
    }
}
