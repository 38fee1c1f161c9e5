//! What the owner does on the phone itself, without a client: looking at credentials, renaming and
//! deleting them. The shell has verified that it is the owner.

#[cfg(test)]
mod tests;

use crate::{
    algorithm::Algorithm,
    authenticator::{Authenticator, OwnerError},
    command::client_pin::MAX_MISSES,
    credential::CredProtect,
    platform::Account,
    store::Newest,
};

/// A discoverable credential, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialSummary {
    /// The credential ID.
    pub id: Vec<u8>,
    /// The RP ID of the site.
    pub rp_id: String,
    /// The name that the site gave itself.
    pub rp_name: Option<String>,
    /// Whose it is.
    pub account: Account,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// When it shows itself.
    pub protect: CredProtect,
}

/// What stands between a thief and the credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protection {
    /// Whether a client PIN is set.
    pub pin_is_set: bool,
    /// Wrong PINs that are left before only a reset helps.
    pub pin_retries: u8,
    /// Whether three wrong PINs in a row have blocked it until the next power cycle.
    pub pin_is_blocked: bool,
    /// The shortest PIN that may be set, in Unicode code points.
    pub min_pin_length: u8,
    /// Whether the PIN has to be changed before it counts again.
    pub pin_must_change: bool,
    /// Failed attempts at built-in verification that are left.
    pub uv_retries: u8,
    /// Whether every use needs verification.
    pub always_uv: bool,
}

impl Authenticator {
    /// How PIN and built-in verification stand.
    ///
    /// # Errors
    /// Any [`OwnerError`].
    pub fn protection(&self) -> Result<Protection, OwnerError> {
        self.with_state(|state| {
            let settings = &state.settings;
            Ok(Protection {
                pin_is_set: settings.pin.is_some(),
                pin_retries: settings.pin_retries,
                pin_is_blocked: state.runtime.pin_misses >= MAX_MISSES,
                min_pin_length: settings.min_pin_length,
                pin_must_change: settings.force_pin_change,
                uv_retries: settings.uv_retries,
                always_uv: state.binding().always_uv(settings),
            })
        })
    }

    /// Every discoverable credential, by site and newest first. Its cost grows with their number.
    ///
    /// # Errors
    /// Any [`OwnerError`].
    pub fn credentials(&self) -> Result<Vec<CredentialSummary>, OwnerError> {
        self.with_state(|state| {
            let mut all = Vec::new();
            let mut after = None;
            while let Some((key, site)) = state.store.next_site(after)? {
                after = Some(key);
                let mut place = Newest::FIRST;
                while let Some((next, credential)) =
                    state.store.newest(key, place, CredProtect::UvRequired)?
                {
                    place = next;
                    all.extend(credential.discoverable.map(|stored| CredentialSummary {
                        id: credential.id,
                        rp_id: site.rp_id.clone(),
                        rp_name: site.name.clone(),
                        account: Account::from(&stored.user),
                        algorithm: credential.algorithm,
                        protect: credential.protect,
                    }));
                }
            }
            all.sort_by(|left, right| left.rp_id.cmp(&right.rp_id));
            Ok(all)
        })
    }

    /// Deletes a credential; `false` where there is none with this ID.
    ///
    /// # Errors
    /// Any [`OwnerError`]; then nothing has been deleted.
    pub fn delete_credential(&self, id: &[u8]) -> Result<bool, OwnerError> {
        self.with_state(|state| state.store.delete(id))
    }

    /// Gives a credential's account other names; `false` where there is none with this ID.
    ///
    /// # Errors
    /// Any [`OwnerError`]; then nothing has been changed.
    pub fn rename_credential(
        &self,
        id: &[u8],
        name: Option<&str>,
        display_name: Option<&str>,
    ) -> Result<bool, OwnerError> {
        self.with_state(|state| {
            let Some((_, mut credential)) = state.store.credential_anywhere(id)? else {
                return Ok(false);
            };
            let Some(stored) = &mut credential.discoverable else { return Ok(false) };
            stored.user.rename(name, display_name);
            state.store.update(&credential)?;
            Ok(true)
        })
    }

    /// Allows built-in verification again after too many failed attempts, because the owner has
    /// passed the platform's own screen lock in the shell.
    ///
    /// # Errors
    /// Any [`OwnerError`].
    pub fn unblock_user_verification(&self) -> Result<(), OwnerError> {
        self.with_state(|state| {
            state.update_settings(|settings| {
                settings.uv_retries = crate::settings::MAX_UV_RETRIES;
            })
        })
    }
}
