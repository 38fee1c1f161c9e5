//! The rules that a workspace sets for a phone that is one of its keys.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

/// The rules, as the workspace signs them. A phone that meets a rule which it does not know refuses
/// the whole policy, so that nothing is ever enforced by half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Rises by at least one with each change, and never goes back.
    pub version: u64,
    /// What the rules are.
    pub settings: Settings,
}

/// What an administrator chooses for a smartphone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whether a request that comes through a network needs proof that the phone is near.
    pub bluetooth_proximity: bool,
    /// What the phone may sign without asking the workspace; `None`: nothing.
    pub offline_login: Option<OfflineLogin>,
    /// How the person is verified.
    pub verification: Verification,
    /// Where credentials live.
    pub credential_storage: CredentialStorage,
}

/// How much a phone may sign before it has to check in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfflineLogin {
    /// Signatures, 1 to [`MAX_USES`](Self::MAX_USES).
    pub uses: u32,
    /// Days from the last check-in, 1 to [`MAX_DAYS`](Self::MAX_DAYS).
    pub days: u16,
}

impl OfflineLogin {
    /// The most uses that can be granted at once.
    pub const MAX_USES: u32 = 10_000;
    /// The longest time that can be granted at once, in days.
    pub const MAX_DAYS: u16 = 365;
}

/// How the person is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verification {
    /// On the phone, by biometrics or screen lock (CTAP's built-in `uv`), for every request.
    #[default]
    OnPhone,
    /// By a PIN typed on the computer (clientPIN); the tap on an NFC reader is the presence, and
    /// nothing but NFC is answered.
    ReaderTapAndPin,
}

/// Where credentials live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialStorage {
    /// On the phone alone: the backup-eligible flag is 0.
    #[default]
    Phone,
    /// On the phone, with a backup that only the phone can read. Not offered yet.
    EncryptedBackup,
    /// In the workspace. Not offered yet.
    Workspace,
}

/// Why settings cannot be what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A number of uses that cannot be granted.
    #[error("offline login needs between 1 and {} uses", OfflineLogin::MAX_USES)]
    Uses,
    /// A number of days that cannot be granted.
    #[error("offline login needs between 1 and {} days", OfflineLogin::MAX_DAYS)]
    Days,
    /// A reader's tap is near already, and is the only way in.
    #[error(
        "reader tap + PIN answers over NFC only, which is near by nature: Bluetooth proximity \
         would never be asked for; switch it off, or verify on the phone"
    )]
    ProximityWithReader,
    /// A value that no phone can do yet.
    #[error("credentials can be stored on the phone only: the other places are not there yet")]
    StorageNotOffered,
}

impl Settings {
    /// Whether these settings can be offered, and go together.
    ///
    /// # Errors
    /// The first [`SettingsError`] that applies.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.credential_storage != CredentialStorage::Phone {
            return Err(SettingsError::StorageNotOffered);
        }
        if let Some(offline) = self.offline_login {
            if !(1..=OfflineLogin::MAX_USES).contains(&offline.uses) {
                return Err(SettingsError::Uses);
            }
            if !(1..=OfflineLogin::MAX_DAYS).contains(&offline.days) {
                return Err(SettingsError::Days);
            }
        }
        if self.bluetooth_proximity && self.verification == Verification::ReaderTapAndPin {
            return Err(SettingsError::ProximityWithReader);
        }
        Ok(())
    }
}
