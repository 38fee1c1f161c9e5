//! The settings of a smartphone, as they were chosen.

use pocketkey_core::policy::{CredentialStorage, OfflineLogin, Settings, Verification};

use crate::{
    http::{CsrfFields, form::FormErrors},
    service::ServiceError,
};

/// What a phone is granted where offline login is switched on and nothing else is typed.
const USUAL_USES: &str = "20";
const USUAL_DAYS: &str = "7";

/// What was chosen, so that a form that is shown again loses nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SettingsForm {
    /// The *default settings* switch: nothing else counts while it is on.
    pub(super) defaults: bool,
    pub(super) bluetooth_proximity: bool,
    pub(super) offline_login: bool,
    pub(super) offline_uses: String,
    pub(super) offline_days: String,
    pub(super) verification: String,
    pub(super) credential_storage: String,
}

impl Default for SettingsForm {
    fn default() -> Self {
        Self::of_settings(&Settings::default())
    }
}

impl SettingsForm {
    pub(super) fn of_settings(settings: &Settings) -> Self {
        let offline = settings.offline_login;
        Self {
            defaults: *settings == Settings::default(),
            bluetooth_proximity: settings.bluetooth_proximity,
            offline_login: offline.is_some(),
            offline_uses: offline.map_or(USUAL_USES.to_owned(), |it| it.uses.to_string()),
            offline_days: offline.map_or(USUAL_DAYS.to_owned(), |it| it.days.to_string()),
            verification: verification_name(settings.verification).to_owned(),
            credential_storage: storage_name(settings.credential_storage).to_owned(),
        }
    }

    pub(super) fn of_fields(fields: &CsrfFields) -> Self {
        Self {
            defaults: fields.has("defaults"),
            bluetooth_proximity: fields.has("bluetooth_proximity"),
            offline_login: fields.has("offline_login"),
            offline_uses: fields.text("offline_uses").to_owned(),
            offline_days: fields.text("offline_days").to_owned(),
            verification: fields.text("verification").to_owned(),
            credential_storage: fields.text("credential_storage").to_owned(),
        }
    }

    /// The settings that were chosen, with the reason where they cannot be.
    pub(super) fn settings(&self) -> Result<Settings, FormErrors> {
        if self.defaults {
            return Ok(Settings::default());
        }
        let mut errors = FormErrors::none();
        let offline_login = self.offline_login.then(|| {
            let uses = self.offline_uses.parse::<u32>().unwrap_or_else(|_| {
                let most = OfflineLogin::MAX_USES;
                errors.push("offline_uses", format!("Type a number of uses from 1 to {most}."));
                0
            });
            let days = self.offline_days.parse::<u16>().unwrap_or_else(|_| {
                let most = OfflineLogin::MAX_DAYS;
                errors.push("offline_days", format!("Type a number of days from 1 to {most}."));
                0
            });
            OfflineLogin { uses, days }
        });
        let verification = [Verification::OnPhone, Verification::ReaderTapAndPin]
            .into_iter()
            .find(|it| verification_name(*it) == self.verification);
        if verification.is_none() {
            errors.push("verification", "Choose how the person is verified.");
        }
        let storages = [
            CredentialStorage::Phone,
            CredentialStorage::EncryptedBackup,
            CredentialStorage::Workspace,
        ];
        // Advanced options that were never opened in a browser without them are the default.
        let storage = storages
            .into_iter()
            .find(|it| storage_name(*it) == self.credential_storage)
            .or(self.credential_storage.is_empty().then_some(CredentialStorage::Phone));
        if storage.is_none() {
            errors.push("credential_storage", "Choose where credentials are stored.");
        }
        let (Some(verification), Some(credential_storage)) = (verification, storage) else {
            return Err(errors);
        };
        if errors.any() {
            return Err(errors);
        }
        let settings = Settings {
            bluetooth_proximity: self.bluetooth_proximity,
            offline_login,
            verification,
            credential_storage,
        };
        match settings.check() {
            Ok(()) => Ok(settings),
            Err(error) => {
                Err(FormErrors::from_service(ServiceError::from(error)).unwrap_or_default())
            }
        }
    }
}

const fn verification_name(verification: Verification) -> &'static str {
    match verification {
        Verification::OnPhone => "on-phone",
        Verification::ReaderTapAndPin => "reader-tap-and-pin",
    }
}

const fn storage_name(storage: CredentialStorage) -> &'static str {
    match storage {
        CredentialStorage::Phone => "phone",
        CredentialStorage::EncryptedBackup => "encrypted-backup",
        CredentialStorage::Workspace => "workspace",
    }
}
