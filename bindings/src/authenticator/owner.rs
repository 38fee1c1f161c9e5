//! The owner's own access, beside every client. The app has made sure that it is the owner.

use pocketkey_core::{self as core};

use super::Authenticator;
use crate::{
    CallError, OwnerError,
    events::Event,
    types::{Credential, Protection, Status, Transport},
};

impl Authenticator {
    fn owner<T>(
        &self,
        work: impl FnOnce(&core::Authenticator) -> Result<T, core::OwnerError>,
    ) -> Result<T, OwnerError> {
        let core = self.core().map_err(|_| OwnerError::Closed)?;
        Ok(work(&core)?)
    }
}

#[uniffi::export]
impl Authenticator {
    /// How the authenticator stands: PIN, verification, workspace.
    ///
    /// # Errors
    /// Any [`OwnerError`].
    pub fn status(&self) -> Result<Status, OwnerError> {
        self.owner(|core| {
            Ok(Status {
                protection: Protection::from(core.protection()?),
                membership: core.membership()?.map(Into::into),
                serves_u2f: core.serves_u2f(),
            })
        })
    }

    /// Every discoverable credential, by site and newest first. Its cost grows with their number.
    ///
    /// # Errors
    /// Any [`OwnerError`].
    pub fn credentials(&self) -> Result<Vec<Credential>, OwnerError> {
        self.owner(|core| Ok(core.credentials()?.into_iter().map(Into::into).collect()))
    }

    /// Gives a credential's account other names, or none; `false` where there is none with this ID.
    /// Names are cut to 64 bytes of UTF-8.
    ///
    /// # Errors
    /// Any [`OwnerError`]; then nothing has been changed.
    pub fn rename_credential(
        &self,
        id: Vec<u8>,
        name: Option<String>,
        display_name: Option<String>,
    ) -> Result<bool, OwnerError> {
        self.owner(|core| core.rename_credential(&id, name.as_deref(), display_name.as_deref()))
    }

    /// Deletes a credential; `false` where there is none with this ID.
    ///
    /// # Errors
    /// Any [`OwnerError`]; then nothing has been deleted.
    pub fn delete_credential(&self, id: Vec<u8>) -> Result<bool, OwnerError> {
        self.owner(|core| core.delete_credential(&id))
    }

    /// Erases every credential, the PIN, all settings and the membership.
    ///
    /// # Errors
    /// Any [`OwnerError`]; then nothing has been erased.
    pub fn reset(&self) -> Result<(), OwnerError> {
        self.owner(core::Authenticator::factory_reset)?;
        self.events.emit(|| Event::Erased);
        if let Ok(core) = self.core() {
            self.look_at_membership(&core);
        }
        Ok(())
    }

    /// Allows built-in verification again after too many failed attempts, because the owner has passed
    /// the platform's own screen lock.
    ///
    /// # Errors
    /// Any [`OwnerError`].
    pub fn unblock_user_verification(&self) -> Result<(), OwnerError> {
        self.owner(core::Authenticator::unblock_user_verification)
    }

    /// Housekeeping for idle moments: takes an abandoned U2F prompt off the screen, and tidies the
    /// database's log. Does nothing while a request runs.
    ///
    /// # Errors
    /// Any [`OwnerError`] but `Busy`; nothing is lost.
    pub fn idle(&self) -> Result<(), OwnerError> {
        self.owner(|core| Ok(core.idle()?))
    }

    /// What taking a key out of its port does: whatever runs is cancelled, and tokens, PIN misses in a
    /// row and everything begun are forgotten. With a transport: only what came by it.
    ///
    /// # Errors
    /// `Closed`.
    pub fn power_cycle(&self, transport: Option<Transport>) -> Result<(), CallError> {
        let core = self.core()?;
        match transport {
            Some(transport) => core.disconnect(transport.into()),
            None => {
                core.power_cycle();
                self.abort_all();
            }
        }
        Ok(())
    }

    /// The metadata statement (FIDO Metadata Statement 3.0) of this model on this platform, as JSON.
    ///
    /// # Errors
    /// `Closed`.
    pub fn metadata(&self) -> Result<String, CallError> {
        Ok(self.core()?.metadata_statement().to_string())
    }
}
