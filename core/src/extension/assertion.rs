//! Extensions at sign-in.

use super::{hmac_secret, registration::not_empty};
use crate::{
    authenticator::Context,
    credential::Credential,
    ctap::{cbor::Writer, request::GetAssertionExtensions, status::Status},
};

/// What getAssertion and each getNextAssertion after it need of the inputs, owned.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inputs {
    cred_blob: bool,
    pub large_blob_key: bool,
    hmac_secret: Option<hmac_secret::Salts>,
    third_party_payment: bool,
}

impl Inputs {
    /// Checks the inputs; `user_present` is the `up` option.
    pub(crate) fn check(
        inputs: &GetAssertionExtensions<'_>,
        user_present: bool,
        context: &mut Context<'_>,
    ) -> Result<Self, Status> {
        let large_blob_key = match inputs.large_blob_key {
            None => false,
            Some(true) => true,
            Some(false) => return Err(Status::InvalidOption),
        };
        let hmac_secret = match &inputs.hmac_secret {
            None => None,
            // §12.7: no secret without somebody there.
            Some(_) if !user_present => return Err(Status::UnsupportedOption),
            Some(input) => Some(hmac_secret::Salts::open(context, input)?),
        };
        Ok(Self {
            cred_blob: inputs.cred_blob,
            large_blob_key,
            hmac_secret,
            third_party_payment: inputs.third_party_payment,
        })
    }

    /// The extension outputs for a credential, an encoded map; `None` where there are none.
    pub(crate) fn outputs(
        &self,
        context: &Context<'_>,
        credential: &Credential,
        user_verified: bool,
    ) -> Result<Option<Vec<u8>>, Status> {
        let secrets = self
            .hmac_secret
            .as_ref()
            .map(|salts| salts.evaluate(credential, user_verified, context.platform.rng.as_ref()))
            .transpose()?;
        let mut out = Writer::new();
        out.map(|map| {
            if self.cred_blob {
                let blob = credential.discoverable.as_ref().map(|stored| &stored.cred_blob);
                map.text("credBlob", |value| value.bytes(blob.map_or(&[], Vec::as_slice)));
            }
            if let Some(secrets) = &secrets {
                map.text("hmac-secret", |value| value.bytes(secrets));
            }
            if self.third_party_payment {
                map.text("thirdPartyPayment", |value| value.bool(credential.third_party_payment));
            }
        });
        Ok(not_empty(out))
    }
}
