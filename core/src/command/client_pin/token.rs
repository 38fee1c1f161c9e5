//! The operations that obtain a pinUvAuthToken (§6.5.5.7).

use zeroize::Zeroizing;

use super::{answer, check_pin, decapsulate, require_attempts};
use crate::{
    authenticator::Context,
    ctap::{request::ClientPin, status::Status},
    pin::{Permissions, SharedSecret, Token},
    platform::{Operation, Site},
};

/// getPinToken, which newer clients no longer use: makeCredential and getAssertion, for any site.
pub(super) fn get_pin_token(
    context: &mut Context<'_>,
    request: &ClientPin<'_>,
) -> Result<Vec<u8>, Status> {
    let pin_hash_enc = request.pin_hash_enc.ok_or(Status::MissingParameter)?;
    if request.permissions.is_some() || request.rp_id.is_some() {
        return Err(Status::InvalidParameter);
    }
    let shared = decapsulate(context, request)?;
    check_pin(context, &shared, pin_hash_enc)?;
    // The one place where a forced change is a wrong PIN: what clients of that age understand.
    if context.state.settings.force_pin_change {
        return Err(Status::PinInvalid);
    }
    issue(context, &shared, Permissions::DEFAULT, None, false)
}

/// getPinUvAuthTokenUsingPinWithPermissions.
pub(super) async fn using_pin(
    context: &mut Context<'_>,
    request: &ClientPin<'_>,
) -> Result<Vec<u8>, Status> {
    let pin_hash_enc = request.pin_hash_enc.ok_or(Status::MissingParameter)?;
    let shared = decapsulate(context, request)?;
    let permissions = Permissions::from_request(request.permissions)?;
    require_attempts(context)?;
    // A sign-in shows its own prompt in a moment; all else would happen unseen.
    if permissions.manages() {
        let operation = operation(permissions, request.rp_id);
        let asked = context.ask_presence(operation, false).await;
        asked.map_err(|reason| context.no_consent(reason))?;
    }
    check_pin(context, &shared, pin_hash_enc)?;
    if context.state.settings.force_pin_change {
        return Err(Status::PinPolicyViolation);
    }
    issue(context, &shared, permissions, request.rp_id, false)
}

/// getPinUvAuthTokenUsingUvWithPermissions.
pub(super) async fn using_uv(
    context: &mut Context<'_>,
    request: &ClientPin<'_>,
) -> Result<Vec<u8>, Status> {
    let shared = decapsulate(context, request)?;
    let permissions = Permissions::from_request(request.permissions)?;
    match context.built_in_uv() {
        None => return Err(Status::InvalidSubcommand),
        Some(false) => return Err(Status::NotAllowed),
        Some(true) => {}
    }
    // The client counts the attempts of a token itself (§6.5.5.7.3: internalRetry is false).
    context.perform_built_in_uv(&operation(permissions, request.rp_id), 1, false).await?;
    // Whoever was shown no site has not been present for one.
    issue(context, &shared, permissions, request.rp_id, request.rp_id.is_some())
}

fn operation(permissions: Permissions, rp_id: Option<&str>) -> Operation {
    Operation::AllowToken {
        permissions: permissions.bits(),
        site: rp_id.map(|id| Site { id: id.to_owned(), name: None }),
    }
}

/// Makes the token, which ends every other, and sends it encrypted. The persistent one is only
/// handed out: that ends nothing (§6.5.5.7.2 step 12).
fn issue(
    context: &mut Context<'_>,
    shared: &SharedSecret,
    permissions: Permissions,
    rp_id: Option<&str>,
    user_present: bool,
) -> Result<Vec<u8>, Status> {
    let rng = context.platform.rng.as_ref();
    let secret = if permissions.contains(Permissions::PCMR) {
        context.state.persistent_token(rng)?
    } else {
        let token = Token::begin(
            shared.protocol(),
            permissions,
            rp_id.map(ToOwned::to_owned),
            user_present,
            context.source.transport,
            context.platform.clock.as_ref(),
            rng,
        )?;
        let secret = Zeroizing::new(*token.secret());
        context.state.runtime.token = Some(token);
        secret
    };
    let encrypted = shared.encrypt(secret.as_ref(), rng)?;
    let mut out = answer();
    out.map(|map| map.int(2, |value| value.bytes(&encrypted)));
    Ok(out.finish())
}
