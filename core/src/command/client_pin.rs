//! authenticatorClientPIN (§6.5.5).

mod new_pin;
#[cfg(test)]
mod tests;
mod token;

use zeroize::Zeroizing;

use super::{answer, done};
use crate::{
    authenticator::Context,
    crypto::sha256,
    ctap::{request::ClientPin, status::Status},
    pin::{PinProtocol, SharedSecret},
    settings::MAX_PIN_RETRIES,
};

/// Wrong PINs in a row, after which nothing more is tried before a power cycle (§6.5.5.7.1).
pub(crate) const MAX_MISSES: u8 = 3;

pub(super) async fn run(
    context: &mut Context<'_>,
    request: ClientPin<'_>,
) -> Result<Vec<u8>, Status> {
    if !context.binding().offers_pin() && matches!(request.subcommand, 0x01 | 0x03..=0x05 | 0x09) {
        return Err(Status::NotAllowed);
    }
    match request.subcommand {
        0x01 => get_pin_retries(context),
        0x02 => get_key_agreement(context, &request),
        0x03 => set_pin(context, &request),
        0x04 => change_pin(context, &request),
        0x05 => token::get_pin_token(context, &request),
        0x06 => token::using_uv(context, &request).await,
        0x07 => get_uv_retries(context),
        0x09 => token::using_pin(context, &request).await,
        _ => Err(Status::InvalidSubcommand),
    }
}

/// getPINRetries (§6.5.5.2).
fn get_pin_retries(context: &Context<'_>) -> Result<Vec<u8>, Status> {
    let settings = &context.state.settings;
    if settings.pin.is_none() {
        return Err(Status::PinNotSet);
    }
    let blocked = context.state.runtime.pin_misses >= MAX_MISSES;
    let mut out = answer();
    out.map(|map| {
        map.int(3, |value| value.unsigned(settings.pin_retries.into()));
        if blocked {
            map.int(4, |value| value.bool(true));
        }
    });
    Ok(out.finish())
}

/// getUVRetries (§6.5.5.3).
fn get_uv_retries(context: &Context<'_>) -> Result<Vec<u8>, Status> {
    if context.built_in_uv().is_none() {
        return Err(Status::InvalidSubcommand);
    }
    let mut out = answer();
    out.map(|map| map.int(5, |value| value.unsigned(context.state.settings.uv_retries.into())));
    Ok(out.finish())
}

/// getKeyAgreement (§6.5.5.4).
fn get_key_agreement(
    context: &mut Context<'_>,
    request: &ClientPin<'_>,
) -> Result<Vec<u8>, Status> {
    PinProtocol::from_request(request.protocol)?;
    let rng = context.platform.rng.as_ref();
    let key = context.state.runtime.key_agreement(rng)?.public_key();
    let mut out = answer();
    out.map(|map| map.int(1, |value| key.write(value)));
    Ok(out.finish())
}

/// setPIN (§6.5.5.5).
fn set_pin(context: &mut Context<'_>, request: &ClientPin<'_>) -> Result<Vec<u8>, Status> {
    let param = request.pin_uv_auth_param.ok_or(Status::MissingParameter)?;
    let new_pin_enc = request.new_pin_enc.ok_or(Status::MissingParameter)?;
    let shared = decapsulate(context, request)?;
    if context.state.settings.pin.is_some() {
        return Err(Status::PinAuthInvalid);
    }
    if !shared.verify(new_pin_enc, param) {
        return Err(Status::PinAuthInvalid);
    }
    let pin = new_pin::decrypt(&shared, new_pin_enc, &context.state.settings)?;
    context.state.update_settings(|settings| {
        settings.pin = Some(pin);
        settings.pin_retries = MAX_PIN_RETRIES;
        settings.force_pin_change = false;
    })?;
    context.state.runtime.pin_misses = 0;
    Ok(done())
}

/// changePIN (§6.5.5.6).
fn change_pin(context: &mut Context<'_>, request: &ClientPin<'_>) -> Result<Vec<u8>, Status> {
    let param = request.pin_uv_auth_param.ok_or(Status::MissingParameter)?;
    let new_pin_enc = request.new_pin_enc.ok_or(Status::MissingParameter)?;
    let pin_hash_enc = request.pin_hash_enc.ok_or(Status::MissingParameter)?;
    let shared = decapsulate(context, request)?;
    require_attempts(context)?;
    if !shared.verify(&[new_pin_enc, pin_hash_enc].concat(), param) {
        return Err(Status::PinAuthInvalid);
    }
    check_pin(context, &shared, pin_hash_enc)?;
    let pin = new_pin::decrypt(&shared, new_pin_enc, &context.state.settings)?;
    context.state.update_settings(|settings| {
        settings.pin = Some(pin);
        settings.force_pin_change = false;
        settings.persistent_token = None;
    })?;
    context.state.runtime.token = None;
    Ok(done())
}

fn decapsulate(context: &mut Context<'_>, request: &ClientPin<'_>) -> Result<SharedSecret, Status> {
    let protocol = PinProtocol::from_request(request.protocol)?;
    let peer = request.key_agreement.ok_or(Status::MissingParameter)?;
    let rng = context.platform.rng.as_ref();
    context.state.runtime.key_agreement(rng)?.decapsulate(protocol, &peer)
}

/// A PIN is set, and may be tried.
fn require_attempts(context: &Context<'_>) -> Result<(), Status> {
    let settings = &context.state.settings;
    if settings.pin.is_none() {
        Err(Status::PinNotSet)
    } else if settings.pin_retries == 0 {
        Err(Status::PinBlocked)
    } else if context.state.runtime.pin_misses >= MAX_MISSES {
        Err(Status::PinAuthBlocked)
    } else {
        Ok(())
    }
}

/// Compares the client's PIN. The attempt is counted, durably, before the comparison: cutting the
/// power at the right moment gives nobody another one.
fn check_pin(
    context: &mut Context<'_>,
    shared: &SharedSecret,
    pin_hash_enc: &[u8],
) -> Result<(), Status> {
    require_attempts(context)?;
    let expected = match &context.state.settings.pin {
        Some(pin) => pin.clone(),
        None => return Err(Status::PinNotSet),
    };
    context.state.update_settings(|settings| settings.pin_retries -= 1)?;
    let hash = shared.decrypt(pin_hash_enc).unwrap_or_default();
    if expected.is(&hash) {
        context.state.runtime.pin_misses = 0;
        context.state.update_settings(|settings| {
            settings.pin_retries = MAX_PIN_RETRIES;
            settings.uv_retries = crate::settings::MAX_UV_RETRIES;
        })?;
        return Ok(());
    }
    let runtime = &mut context.state.runtime;
    runtime.forget_key_agreement();
    runtime.pin_misses += 1;
    Err(if context.state.settings.pin_retries == 0 {
        Status::PinBlocked
    } else if runtime.pin_misses >= MAX_MISSES {
        Status::PinAuthBlocked
    } else {
        Status::PinInvalid
    })
}

/// LEFT(SHA-256(PIN), 16).
fn pin_hash(pin: &[u8]) -> Zeroizing<Vec<u8>> {
    let digest = Zeroizing::new(sha256(pin));
    Zeroizing::new(digest.get(..16).unwrap_or_default().to_vec())
}
