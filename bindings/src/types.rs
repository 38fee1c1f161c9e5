//! What crosses the boundary: plain values, each converted from the core's or into it.

mod membership;
mod prompt;

use pocketkey_core::{CredProtect, CredentialSummary, algorithm, platform, transport};

pub use membership::{
    GrantStatus, KeyState, Membership, OfflineLogin, Policy, Rules, Verification,
    WorkspaceInvitation,
};
pub(crate) use prompt::Choice;
pub(crate) use prompt::milliseconds;
pub use prompt::{Account, Needs, Notice, NoticeReason, Operation, Prompt, Refusal, Site};

/// The way by which a request reached the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Transport {
    /// CTAPHID: USB, or a Bluetooth HID profile.
    Usb,
    /// ISO 7816 over NFC.
    Nfc,
    /// Bluetooth Low Energy GATT.
    Ble,
    /// Hybrid: a tunnel through the network. Nothing is known of the client's distance.
    Hybrid,
    /// The phone's own platform, as a passkey provider.
    Internal,
}

impl From<Transport> for transport::Transport {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::Usb => Self::Usb,
            Transport::Nfc => Self::Nfc,
            Transport::Ble => Self::Ble,
            Transport::Hybrid => Self::Hybrid,
            Transport::Internal => Self::Internal,
        }
    }
}

impl From<transport::Transport> for Transport {
    fn from(transport: transport::Transport) -> Self {
        match transport {
            transport::Transport::Usb => Self::Usb,
            transport::Transport::Nfc => Self::Nfc,
            transport::Transport::Ble => Self::Ble,
            transport::Transport::Hybrid => Self::Hybrid,
            transport::Transport::Internal => Self::Internal,
        }
    }
}

/// A signature algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Algorithm {
    /// ECDSA with SHA-256 on P-256; COSE −7. Public keys are 65 bytes (04 ‖ x ‖ y), signatures DER of at
    /// most 72 bytes.
    Es256,
    /// Ed25519; COSE −8. Public keys are 32 bytes, signatures 64.
    EdDsa,
}

impl From<Algorithm> for algorithm::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Es256 => Self::Es256,
            Algorithm::EdDsa => Self::EdDsa,
        }
    }
}

impl From<algorithm::Algorithm> for Algorithm {
    fn from(algorithm: algorithm::Algorithm) -> Self {
        match algorithm {
            algorithm::Algorithm::Es256 => Self::Es256,
            algorithm::Algorithm::EdDsa => Self::EdDsa,
        }
    }
}

/// What the platform's user verification can do at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct VerifierStatus {
    /// None: no built-in verification. False: there is one, but nothing is enrolled. True: ready.
    pub built_in_uv: Option<bool>,
    /// How it verifies: the `USER_VERIFY_*` bits of the FIDO Registry §3.1; 0 where it does not.
    pub uv_modality: u32,
    /// Whether the person can choose among accounts on the phone's own display.
    pub chooses_account: bool,
}

impl From<VerifierStatus> for platform::VerifierStatus {
    fn from(status: VerifierStatus) -> Self {
        Self {
            built_in_uv: status.built_in_uv,
            uv_modality: status.uv_modality,
            chooses_account: status.chooses_account,
        }
    }
}

/// When a credential shows itself (CTAP's credProtect).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Protect {
    /// Always.
    UvOptional,
    /// With verification, or where the client knows its ID.
    UvOptionalWithCredentialIdList,
    /// With verification only.
    UvRequired,
}

/// A discoverable credential, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Credential {
    /// The credential ID, 32 to 255 bytes.
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
    pub protect: Protect,
}

impl From<CredentialSummary> for Credential {
    fn from(summary: CredentialSummary) -> Self {
        Self {
            id: summary.id,
            rp_id: summary.rp_id,
            rp_name: summary.rp_name,
            account: summary.account.into(),
            algorithm: summary.algorithm.into(),
            protect: match summary.protect {
                CredProtect::UvOptional => Protect::UvOptional,
                CredProtect::UvOptionalWithCredentialIdList => {
                    Protect::UvOptionalWithCredentialIdList
                }
                CredProtect::UvRequired => Protect::UvRequired,
            },
        }
    }
}

/// How PIN and built-in verification stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Protection {
    /// Whether a client PIN is set.
    pub pin_is_set: bool,
    /// Wrong PINs that are left before only a reset helps: 8 at first.
    pub pin_retries: u8,
    /// Whether three wrong PINs in a row have blocked it until the next power cycle.
    pub pin_is_blocked: bool,
    /// The shortest PIN that may be set, in Unicode code points.
    pub min_pin_length: u8,
    /// Whether the PIN has to be changed before it counts again.
    pub pin_must_change: bool,
    /// Failed attempts at built-in verification that are left: 5 at first.
    pub uv_retries: u8,
    /// Whether every use needs verification.
    pub always_uv: bool,
}

impl From<pocketkey_core::Protection> for Protection {
    fn from(protection: pocketkey_core::Protection) -> Self {
        Self {
            pin_is_set: protection.pin_is_set,
            pin_retries: protection.pin_retries,
            pin_is_blocked: protection.pin_is_blocked,
            min_pin_length: protection.min_pin_length,
            pin_must_change: protection.pin_must_change,
            uv_retries: protection.uv_retries,
            always_uv: protection.always_uv,
        }
    }
}

/// How the authenticator stands.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Status {
    /// How PIN and built-in verification stand.
    pub protection: Protection,
    /// How the phone stands with its workspace; none where it belongs to none.
    pub membership: Option<Membership>,
    /// Whether CTAP1/U2F is served now.
    pub serves_u2f: bool,
}
