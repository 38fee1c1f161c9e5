//! The state of a pinUvAuthToken (§6.5.2) and what it permits (§6.5.5.7).

use std::time::Duration;

use zeroize::Zeroizing;

use super::PinProtocol;
use crate::{
    ctap::status::Status,
    platform::{Clock, Rng},
    transport::Transport,
};

/// A set of permissions, as a byte of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permissions(u8);

impl Permissions {
    /// makeCredential.
    pub const MC: Self = Self(0x01);
    /// getAssertion.
    pub const GA: Self = Self(0x02);
    /// Credential management.
    pub const CM: Self = Self(0x04);
    /// Large-blob write.
    pub const LBW: Self = Self(0x10);
    /// Authenticator configuration.
    pub const ACFG: Self = Self(0x20);
    /// Persistent, read-only credential management.
    pub const PCMR: Self = Self(0x40);
    /// What getPinToken gives (§6.5.5.7.1).
    pub const DEFAULT: Self = Self(0x03);
    /// Every bit that has a meaning; 0x08 is bio enrollment, which is not offered.
    const DEFINED: u8 = 0x7f;

    /// The permissions that a request names.
    ///
    /// # Errors
    /// [`Status::InvalidParameter`] for none; [`Status::UnauthorizedPermission`] for one that is
    /// not offered here, and for pcmr together with others. Undefined ones are ignored (§6.5.5.7.2
    /// step 4).
    pub fn from_request(bits: Option<u64>) -> Result<Self, Status> {
        let bits = bits.ok_or(Status::MissingParameter)?;
        if bits == 0 {
            return Err(Status::InvalidParameter);
        }
        let [.., bits] = bits.to_be_bytes();
        let bits = bits & Self::DEFINED;
        let offered = Self::DEFAULT.0 | Self::CM.0 | Self::LBW.0 | Self::ACFG.0;
        if bits == Self::PCMR.0 || bits & !offered == 0 {
            Ok(Self(bits))
        } else {
            Err(Status::UnauthorizedPermission)
        }
    }

    /// Whether all of `other` is in here.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there is anything besides makeCredential and getAssertion.
    #[must_use]
    pub const fn manages(self) -> bool {
        self.0 & !Self::DEFAULT.0 != 0
    }

    /// The byte.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }
}

/// A token is never good for longer than this (§6.5.2.1, maxUsageTimePeriod).
const MAX_USAGE: Duration = Duration::from_secs(600);

/// A token must be used first within this time.
const fn initial_usage(transport: Transport) -> Duration {
    match transport {
        Transport::Nfc => Duration::from_millis(19_800),
        _ => Duration::from_secs(30),
    }
}

/// A pinUvAuthToken in use.
pub struct Token {
    secret: Zeroizing<[u8; 32]>,
    protocol: PinProtocol,
    transport: Transport,
    permissions: Permissions,
    rp_id: Option<String>,
    /// The user was present when the token was made, and that has not been used up.
    user_present: bool,
    user_verified: bool,
    started: Duration,
    initial_limit: Duration,
    used: bool,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token")
            .field("protocol", &self.protocol)
            .field("permissions", &self.permissions)
            .finish_non_exhaustive()
    }
}

impl Token {
    /// `beginUsingPinUvAuthToken(userIsPresent)` with a new random token.
    ///
    /// # Errors
    /// [`Status::Other`] without randomness.
    pub fn begin(
        protocol: PinProtocol,
        permissions: Permissions,
        rp_id: Option<String>,
        user_present: bool,
        transport: Transport,
        clock: &dyn Clock,
        rng: &dyn Rng,
    ) -> Result<Self, Status> {
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill(secret.as_mut()).map_err(|_| Status::Other)?;
        Ok(Self {
            secret,
            protocol,
            transport,
            permissions,
            rp_id,
            user_present,
            user_verified: true,
            started: clock.now(),
            initial_limit: initial_usage(transport),
            used: false,
        })
    }

    /// By which transport the token was given out.
    #[must_use]
    pub const fn transport(&self) -> Transport {
        self.transport
    }

    /// The token's bytes, to be sent encrypted.
    #[must_use]
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Lets time take effect: presence lasts no longer than the first use may wait (§6.5.2.1, user
    /// present time limit).
    pub fn expire_presence(&mut self, now: Duration) {
        if now.saturating_sub(self.started) >= self.initial_limit {
            self.user_present = false;
        }
    }

    /// Whether the token's time is over (pinUvAuthTokenUsageTimerObserver).
    #[must_use]
    pub fn expired(&self, now: Duration) -> bool {
        let age = now.saturating_sub(self.started);
        age >= MAX_USAGE || (!self.used && age >= self.initial_limit)
    }

    /// Checks a pinUvAuthParam and the permission that the command needs.
    ///
    /// # Errors
    /// [`Status::PinAuthInvalid`] for all that is wrong with it.
    pub fn verify(
        &mut self,
        protocol: PinProtocol,
        message: &[u8],
        param: &[u8],
        permission: Permissions,
    ) -> Result<(), Status> {
        let genuine =
            protocol == self.protocol && protocol.verify(self.secret.as_ref(), message, param);
        if !genuine || !self.permissions.contains(permission) {
            return Err(Status::PinAuthInvalid);
        }
        self.used = true;
        Ok(())
    }

    /// Requires that the token is for this site; one for no site yet becomes one for it.
    ///
    /// # Errors
    /// [`Status::PinAuthInvalid`].
    pub fn bind_rp_id(&mut self, rp_id: &str) -> Result<(), Status> {
        match &self.rp_id {
            Some(bound) if bound != rp_id => Err(Status::PinAuthInvalid),
            Some(_) => Ok(()),
            None => {
                self.rp_id = Some(rp_id.to_owned());
                Ok(())
            }
        }
    }

    /// The site that the token is limited to.
    #[must_use]
    pub fn rp_id(&self) -> Option<&str> {
        self.rp_id.as_deref()
    }

    /// `getUserPresentFlagValue()`.
    #[must_use]
    pub const fn user_present(&self) -> bool {
        self.user_present
    }

    /// `getUserVerifiedFlagValue()`.
    #[must_use]
    pub const fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// What happens once presence has been shown (§6.1.2 step 14, §6.2.2 step 9): the flags are
    /// used up, and so is every permission but large-blob write.
    pub const fn use_up(&mut self) {
        self.user_present = false;
        self.user_verified = false;
        self.permissions = Permissions(self.permissions.0 & Permissions::LBW.0);
    }
}
