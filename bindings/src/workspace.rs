//! The phone and its workspace: reading an activation code, joining, checking in.

mod error;

use std::{future::Future, sync::Arc};

use pocketkey_core::{
    activation::{self, Luminance},
    protocol::ActivationLink,
};

pub use error::{ActivationError, CheckInError, ScanError};

use crate::{
    Authenticator, OwnerError,
    authenticator::Abort,
    types::{Membership, WorkspaceInvitation},
};

/// A picture's brightness, as a camera's Y plane gives it: rows from the top, a byte for each pixel, 0 is
/// black.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct LuminancePlane {
    /// Pixels in a row, 1 to 16384.
    pub width: u32,
    /// Rows, 1 to 16384.
    pub height: u32,
    /// Bytes from the beginning of one row to that of the next, at least `width`.
    pub stride: u32,
    /// The rows. The last may end with its last pixel.
    pub pixels: Vec<u8>,
    /// By how many degrees the picture has to be turned clockwise to be upright, as a camera says it: 0,
    /// 90, 180 or 270. A code is found whichever way up it is, so that this changes no answer.
    #[uniffi(default = 0)]
    pub rotation: u32,
}

/// Finds the activation link in a picture, whichever way up it is. A picture of 1280 × 720 takes some tens of
/// milliseconds, one without a code up to some hundreds.
///
/// The link is a secret until it is used: it is to be shown to nobody and logged nowhere.
///
/// # Errors
/// Any [`ScanError`].
#[uniffi::export]
pub fn read_activation_code(picture: LuminancePlane) -> Result<String, ScanError> {
    if !matches!(picture.rotation, 0 | 90 | 180 | 270) {
        return Err(ScanError::NotAPicture);
    }
    let size = |pixels: u32| usize::try_from(pixels).map_err(|_| ScanError::NotAPicture);
    let link = activation::scan(&Luminance {
        width: size(picture.width)?,
        height: size(picture.height)?,
        stride: size(picture.stride)?,
        pixels: &picture.pixels,
    })?;
    Ok(link.text().to_string())
}

#[uniffi::export]
impl Authenticator {
    /// Becomes a key of a workspace by an activation link: fetches its invitation, asks the person by a
    /// prompt, enrols. The same link goes on where an answer was lost.
    ///
    /// `device_name` is what the workspace's panel will call the phone, cut to 64 characters. `call` is a
    /// number as for [`ctap2`](Self::ctap2).
    ///
    /// # Errors
    /// Any [`ActivationError`].
    pub async fn activate(
        self: Arc<Self>,
        call: u64,
        link: String,
        device_name: String,
    ) -> Result<Membership, ActivationError> {
        let link = ActivationLink::parse(&link).map_err(|error| ActivationError::from(&error))?;
        self.joining(call, |core| async move { core.activate(&link, &device_name).await }).await
    }

    /// Sends an enrolment once more whose answer was lost.
    ///
    /// # Errors
    /// Any [`ActivationError`].
    pub async fn resume_activation(
        self: Arc<Self>,
        call: u64,
    ) -> Result<Membership, ActivationError> {
        self.joining(call, |core| async move { core.resume_activation().await }).await
    }

    /// The enrolment that was sent and has not been answered; none where there is none.
    ///
    /// # Errors
    /// Any [`OwnerError`].
    pub fn pending_activation(&self) -> Result<Option<WorkspaceInvitation>, OwnerError> {
        let core = self.core().map_err(|_| OwnerError::Closed)?;
        Ok(core.pending_activation()?.map(|pending| WorkspaceInvitation {
            workspace: pending.workspace.name,
            origin: pending.origin,
            user: pending.user.name,
        }))
    }

    /// Asks the workspace how the phone stands, and puts the answer in force: for the app's start, and
    /// from time to time. Clients are served meanwhile. Where the answer is that the phone is revoked,
    /// everything is erased when this returns.
    ///
    /// # Errors
    /// Any [`CheckInError`].
    pub async fn check_in(self: Arc<Self>, call: u64) -> Result<Membership, CheckInError> {
        let core = self.core().map_err(|_| CheckInError::Closed)?;
        let abort = Abort::of(&self, call);
        let standing = abort.run(core.check_in()).await.ok_or(CheckInError::Cancelled);
        let closed = self.is_closed();
        self.look_at_membership(&core);
        match standing {
            _ if closed => Err(CheckInError::Closed),
            Ok(standing) => Ok(standing?.into()),
            Err(cancelled) => Err(cancelled),
        }
    }
}

impl Authenticator {
    async fn joining<F>(
        self: Arc<Self>,
        call: u64,
        join: impl FnOnce(pocketkey_core::Authenticator) -> F,
    ) -> Result<Membership, ActivationError>
    where
        F: Future<
            Output = Result<pocketkey_core::membership::MemberStatus, activation::ActivationError>,
        >,
    {
        let core = self.core().map_err(|_| ActivationError::Closed)?;
        let abort = Abort::of(&self, call);
        let joined = abort.run(join(core.clone())).await;
        let closed = self.is_closed();
        self.look_at_membership(&core);
        match joined {
            _ if closed => Err(ActivationError::Closed),
            Some(member) => Ok(member?.into()),
            None => Err(ActivationError::Cancelled),
        }
    }
}
