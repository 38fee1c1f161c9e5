//! authenticatorConfig (§6.11).

use super::done;
use crate::{
    authenticator::Context,
    ctap::{
        request::{Config, SetMinPinLength},
        status::Status,
    },
    model::MAX_MIN_PIN_LENGTH_RP_IDS,
    pin::Permissions,
    platform::AttestationKind,
    settings::MAX_PIN_LENGTH,
};

pub(super) fn run(context: &mut Context<'_>, request: &Config<'_>) -> Result<Vec<u8>, Status> {
    // §6.11 step 4: nothing to prove while nothing protects the authenticator, except that alwaysUv,
    // once on, cannot be switched off by just anybody.
    if context.is_protected() || context.state.settings.always_uv {
        context.verify_management_token(
            request.pin_uv_auth,
            &request.authenticated,
            Permissions::ACFG,
        )?;
    }
    match request.subcommand {
        0x01 => enable_enterprise_attestation(context)?,
        0x02 => {
            context.state.update_settings(|settings| settings.always_uv = !settings.always_uv)?;
        }
        0x03 => set_min_pin_length(context, &request.parameters)?,
        _ => return Err(Status::InvalidSubcommand),
    }
    Ok(done())
}

/// §6.11.1
fn enable_enterprise_attestation(context: &mut Context<'_>) -> Result<(), Status> {
    let keys = context.platform.key_store.attestation();
    if keys.is_none_or(|keys| keys.chain(AttestationKind::Enterprise).is_none()) {
        return Err(Status::InvalidSubcommand);
    }
    context.state.update_settings(|settings| settings.enterprise_attestation = true)?;
    Ok(())
}

/// §6.11.4
fn set_min_pin_length(
    context: &mut Context<'_>,
    parameters: &SetMinPinLength<'_>,
) -> Result<(), Status> {
    let settings = &context.state.settings;
    let length = match parameters.new_min_pin_length {
        None => settings.min_pin_length,
        Some(length) => match u8::try_from(length) {
            Ok(length) if (settings.min_pin_length..=MAX_PIN_LENGTH).contains(&length) => length,
            _ => return Err(Status::PinPolicyViolation),
        },
    };
    if parameters.force_change_pin && settings.pin.is_none() {
        return Err(Status::PinNotSet);
    }
    // No complexity policy is offered, so that none can be promised.
    if parameters.pin_complexity_policy {
        return Err(Status::InvalidParameter);
    }
    let rp_ids = match &parameters.rp_ids {
        None => None,
        Some(rp_ids) if size(rp_ids.len()) > MAX_MIN_PIN_LENGTH_RP_IDS => {
            return Err(Status::KeyStoreFull);
        }
        Some(rp_ids) => Some(rp_ids.iter().map(|id| (*id).to_owned()).collect()),
    };
    context.state.update_settings(|settings| {
        settings.min_pin_length = length;
        let too_short = settings.pin.as_ref().is_some_and(|pin| pin.length < length);
        settings.force_pin_change |= parameters.force_change_pin || too_short;
        if let Some(rp_ids) = rp_ids {
            settings.min_pin_length_rp_ids = rp_ids;
        }
    })?;
    if context.state.settings.force_pin_change {
        context.state.runtime.token = None;
    }
    Ok(())
}

fn size(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
