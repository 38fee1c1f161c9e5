//! Extensions (CTAP 2.3 §12): what each adds to registration, to sign-in, and to getInfo.

pub(crate) mod assertion;
mod hmac_secret;
pub(crate) mod registration;

/// The one that goes with a PIN.
pub(crate) const MIN_PIN_LENGTH: &str = "minPinLength";

/// The extensions that are served, as getInfo lists them.
pub(crate) const NAMES: &[&str] = &[
    "credBlob",
    "credProtect",
    "hmac-secret",
    "hmac-secret-mc",
    "largeBlobKey",
    MIN_PIN_LENGTH,
    "thirdPartyPayment",
];

/// The longest credBlob, in bytes (§12.2: at least 32).
pub(crate) const MAX_CRED_BLOB: usize = 128;
