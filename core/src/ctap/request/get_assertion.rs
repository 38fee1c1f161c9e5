//! The parameters of authenticatorGetAssertion (§6.2).

use super::{HmacSecretInput, Options, PinUvAuth, read_descriptors, read_hash};
use crate::ctap::{
    cbor::{Key, Reader},
    status::Status,
};

/// authenticatorGetAssertion.
#[derive(Debug)]
pub struct GetAssertion<'a> {
    /// Who asks.
    pub rp_id: &'a str,
    /// SHA-256 of the client data.
    pub client_data_hash: &'a [u8; 32],
    /// The credentials that will do; an empty list is the same as none (§6.2.2).
    pub allow_list: Vec<&'a [u8]>,
    /// Extension inputs.
    pub extensions: GetAssertionExtensions<'a>,
    /// Options.
    pub options: Options,
    /// Proof of an earlier verification.
    pub pin_uv_auth: PinUvAuth<'a>,
}

/// Extension inputs at sign-in; `None` or `false` where the client did not ask.
#[derive(Debug, Default, Clone)]
pub struct GetAssertionExtensions<'a> {
    /// credBlob: give the blob.
    pub cred_blob: bool,
    /// largeBlobKey: give the key.
    pub large_blob_key: Option<bool>,
    /// hmac-secret.
    pub hmac_secret: Option<HmacSecretInput<'a>>,
    /// thirdPartyPayment: say whether the credential is meant for it.
    pub third_party_payment: bool,
}

impl<'a> GetAssertion<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Status> {
        let (mut rp_id, mut client_data_hash) = (None, None);
        let mut allow_list = Vec::new();
        let mut extensions = GetAssertionExtensions::default();
        let mut options = Options::default();
        let mut pin_uv_auth = PinUvAuth { param: None, protocol: None };
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Int(1) => rp_id = Some(reader.text()?),
                Key::Int(2) => client_data_hash = Some(read_hash(reader)?),
                Key::Int(3) => allow_list = read_descriptors(reader)?,
                Key::Int(4) => extensions = GetAssertionExtensions::read(reader)?,
                Key::Int(5) => options = Options::read(reader)?,
                Key::Int(6) => pin_uv_auth.param = Some(reader.bytes()?),
                Key::Int(7) => pin_uv_auth.protocol = Some(reader.unsigned()?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(Self {
            rp_id: rp_id.ok_or(Status::MissingParameter)?,
            client_data_hash: client_data_hash.ok_or(Status::MissingParameter)?,
            allow_list,
            extensions,
            options,
            pin_uv_auth,
        })
    }
}

impl<'a> GetAssertionExtensions<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Status> {
        let mut inputs = Self::default();
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Text("credBlob") => inputs.cred_blob = reader.bool()?,
                Key::Text("largeBlobKey") => inputs.large_blob_key = Some(reader.bool()?),
                Key::Text("hmac-secret") => {
                    inputs.hmac_secret = Some(HmacSecretInput::read(reader)?);
                }
                Key::Text("thirdPartyPayment") => inputs.third_party_payment = reader.bool()?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(inputs)
    }
}
