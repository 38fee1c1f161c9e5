//! The rules that a new PIN must keep (§6.5.1).

use super::pin_hash;
use crate::{
    ctap::status::Status,
    pin::SharedSecret,
    settings::{MAX_PIN_LENGTH, Pin, Settings},
};

/// A PIN is sent padded with zeros to this length.
const PADDED: usize = 64;

/// Decrypts a new PIN and checks its length, its encoding, and that a change that was required is
/// one.
pub(super) fn decrypt(
    shared: &SharedSecret,
    new_pin_enc: &[u8],
    settings: &Settings,
) -> Result<Pin, Status> {
    let padded = shared.decrypt(new_pin_enc)?;
    if padded.len() != PADDED {
        return Err(Status::InvalidParameter);
    }
    // Trailing zeros only (§6.5.5.5 step 8): cutting at the first would shorten a PIN unseen.
    let length = padded.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let pin = padded.get(..length).unwrap_or_default();
    let text = std::str::from_utf8(pin).map_err(|_| Status::PinPolicyViolation)?;
    let code_points = u8::try_from(text.chars().count()).unwrap_or(u8::MAX);
    if pin.len() > MAX_PIN_LENGTH.into() || code_points < settings.min_pin_length {
        return Err(Status::PinPolicyViolation);
    }
    let hash = pin_hash(pin);
    let unchanged = settings.pin.as_ref().is_some_and(|old| old.is(&hash));
    if settings.force_pin_change && unchanged {
        return Err(Status::PinPolicyViolation);
    }
    Ok(Pin { hash, length: code_points })
}
