//! authenticatorConfig (§6.11).

#[cfg(test)]
mod tests;

use super::done;
use crate::{
    authenticator::Context,
    ctap::{
        request::{Config, SetMinPinLength},
        status::Status,
    },
    membership::Binding,
    model::MAX_MIN_PIN_LENGTH_RP_IDS,
    pin::Permissions,
    platform::AttestationKind,
    settings::MAX_PIN_LENGTH,
};

const ENABLE_ENTERPRISE_ATTESTATION: u64 = 0x01;
const TOGGLE_ALWAYS_UV: u64 = 0x02;
const SET_MIN_PIN_LENGTH: u64 = 0x03;

pub(super) fn run(context: &mut Context<'_>, request: &Config<'_>) -> Result<Vec<u8>, Status> {
    if !offers(context, request.subcommand) {
        return Err(Status::InvalidSubcommand);
    }
    // §6.11 steps 3 and 4: nothing to prove while nothing protects the authenticator. With alwaysUv
    // on there is, except for switching it off: otherwise nobody could, for want of a token.
    let locked = context.always_uv() && request.subcommand != TOGGLE_ALWAYS_UV;
    if context.is_protected() || locked {
        context.verify_management_token(
            request.pin_uv_auth,
            &request.authenticated,
            Permissions::ACFG,
        )?;
    }
    match request.subcommand {
        ENABLE_ENTERPRISE_ATTESTATION => {
            context.state.update_settings(|settings| settings.enterprise_attestation = true)?;
        }
        // §6.11.2: what cannot be switched off.
        TOGGLE_ALWAYS_UV if context.binding() != Binding::Free => {
            return Err(Status::OperationDenied);
        }
        TOGGLE_ALWAYS_UV => {
            context.state.update_settings(|settings| settings.always_uv = !settings.always_uv)?;
        }
        _ => set_min_pin_length(context, &request.parameters)?,
    }
    Ok(done())
}

/// §6.11 step 2: asked before anything else, so that a client need not prove anything to learn it.
fn offers(context: &Context<'_>, subcommand: u64) -> bool {
    match subcommand {
        ENABLE_ENTERPRISE_ATTESTATION => {
            let keys = context.platform.key_store.attestation();
            keys.is_some_and(|keys| keys.chain(AttestationKind::Enterprise).is_some())
        }
        TOGGLE_ALWAYS_UV => true,
        SET_MIN_PIN_LENGTH => context.binding().offers_pin(),
        _ => false,
    }
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
