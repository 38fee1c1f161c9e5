//! Extensions at registration: inputs are checked before anybody is asked, outputs made after.

use super::{MAX_CRED_BLOB, hmac_secret};
use crate::{
    authenticator::Context,
    credential::{CredProtect, Credential},
    ctap::{
        cbor::Writer,
        request::{MakeCredential, MakeCredentialExtensions},
        status::Status,
    },
};

/// What a request's extensions ask of the new credential.
#[derive(Debug)]
pub(crate) struct Accepted<'a> {
    pub protect: CredProtect,
    pub cred_blob: Option<&'a [u8]>,
    pub large_blob_key: bool,
    pub third_party_payment: bool,
    min_pin_length: Option<u8>,
    salts: Option<hmac_secret::Salts>,
}

impl<'a> Accepted<'a> {
    pub(crate) fn check(
        request: &MakeCredential<'a>,
        context: &mut Context<'_>,
    ) -> Result<Self, Status> {
        let discoverable = request.options.rk == Some(true);
        let inputs = &request.extensions;
        // §12.1: an unknown policy is refused rather than weakened.
        let protect = match inputs.cred_protect {
            None => CredProtect::default(),
            Some(level) => CredProtect::from_level(level).ok_or(Status::InvalidOption)?,
        };
        // §12.3: only `true`, and only for discoverable credentials.
        let large_blob_key = match inputs.large_blob_key {
            None => false,
            Some(true) if discoverable => true,
            Some(_) => return Err(Status::InvalidOption),
        };
        let salts = match &inputs.hmac_secret_mc {
            None => None,
            // §12.8: the salts speak of a secret that only hmac-secret makes.
            Some(_) if !inputs.hmac_secret => return Err(Status::MissingParameter),
            Some(input) => Some(hmac_secret::Salts::open(context, input)?),
        };
        let settings = &context.state.settings;
        // Where no PIN is offered there is no length to know.
        let pins = context.binding().offers_pin();
        let may_know_length =
            || pins && settings.min_pin_length_rp_ids.iter().any(|id| id == request.rp.id);
        Ok(Self {
            protect,
            // §12.2: what is too long, or has no place, is not stored; the output says so.
            cred_blob: inputs.cred_blob.filter(|blob| discoverable && blob.len() <= MAX_CRED_BLOB),
            large_blob_key,
            third_party_payment: inputs.third_party_payment,
            // §12.4: others than the listed relying parties hear nothing.
            min_pin_length: (inputs.min_pin_length && may_know_length())
                .then_some(settings.min_pin_length),
            salts,
        })
    }
}

/// The extension outputs, an encoded map; `None` where there are none.
pub(crate) fn outputs(
    context: &Context<'_>,
    inputs: &MakeCredentialExtensions<'_>,
    accepted: &Accepted<'_>,
    credential: &Credential,
    user_verified: bool,
) -> Result<Option<Vec<u8>>, Status> {
    let rng = context.platform.rng.as_ref();
    let secrets = accepted
        .salts
        .as_ref()
        .map(|salts| salts.evaluate(credential, user_verified, rng))
        .transpose()?;
    let mut out = Writer::new();
    out.map(|map| {
        if inputs.cred_blob.is_some() {
            map.text("credBlob", |value| value.bool(accepted.cred_blob.is_some()));
        }
        if inputs.cred_protect.is_some() {
            map.text("credProtect", |value| value.unsigned(accepted.protect.level().into()));
        }
        if inputs.hmac_secret {
            map.text("hmac-secret", |value| value.bool(true));
        }
        if let Some(length) = accepted.min_pin_length {
            map.text("minPinLength", |value| value.unsigned(length.into()));
        }
        if let Some(secrets) = &secrets {
            map.text("hmac-secret-mc", |value| value.bytes(secrets));
        }
        if accepted.third_party_payment {
            map.text("thirdPartyPayment", |value| value.bool(true));
        }
    });
    Ok(not_empty(out))
}

/// An empty map is no extension output at all (WebAuthn §6.1).
pub(super) fn not_empty(out: Writer) -> Option<Vec<u8>> {
    let bytes = out.finish();
    (bytes != [0xa0]).then_some(bytes)
}
