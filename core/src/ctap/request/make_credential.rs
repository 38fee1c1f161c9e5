//! The parameters of authenticatorMakeCredential (§6.1).

use super::{HmacSecretInput, Options, PinUvAuth, read_descriptors, read_hash};
use crate::ctap::{
    cbor::{Key, Reader},
    entity::{RpEntity, UserEntity},
    status::Status,
};

/// authenticatorMakeCredential.
#[derive(Debug)]
pub struct MakeCredential<'a> {
    /// SHA-256 of the client data.
    pub client_data_hash: &'a [u8; 32],
    /// Who asks.
    pub rp: RpEntity<'a>,
    /// For whom.
    pub user: UserEntity,
    /// COSE identifiers in the order of the relying party's preference.
    pub algorithms: Vec<i64>,
    /// Credentials that must not exist here already.
    pub exclude_list: Vec<&'a [u8]>,
    /// Extension inputs.
    pub extensions: MakeCredentialExtensions<'a>,
    /// Options.
    pub options: Options,
    /// Proof of an earlier verification.
    pub pin_uv_auth: PinUvAuth<'a>,
    /// 1 vendor-facilitated, 2 platform-managed.
    pub enterprise_attestation: Option<u64>,
    /// Attestation statement formats, the most wanted first.
    pub attestation_formats: Option<Vec<&'a str>>,
}

/// Extension inputs at registration; `None` or `false` where the client did not ask.
#[derive(Debug, Default)]
pub struct MakeCredentialExtensions<'a> {
    /// credProtect's policy as sent.
    pub cred_protect: Option<u64>,
    /// credBlob's bytes.
    pub cred_blob: Option<&'a [u8]>,
    /// largeBlobKey.
    pub large_blob_key: Option<bool>,
    /// minPinLength.
    pub min_pin_length: bool,
    /// hmac-secret.
    pub hmac_secret: bool,
    /// hmac-secret-mc.
    pub hmac_secret_mc: Option<HmacSecretInput<'a>>,
    /// thirdPartyPayment.
    pub third_party_payment: bool,
}

impl<'a> MakeCredential<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Status> {
        let (mut client_data_hash, mut rp, mut user, mut algorithms) = (None, None, None, None);
        let mut exclude_list = Vec::new();
        let mut extensions = MakeCredentialExtensions::default();
        let mut options = Options::default();
        let mut pin_uv_auth = PinUvAuth { param: None, protocol: None };
        let mut enterprise_attestation = None;
        let mut attestation_formats = None;
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Int(1) => client_data_hash = Some(read_hash(reader)?),
                Key::Int(2) => rp = Some(RpEntity::read(reader)?),
                Key::Int(3) => user = Some(UserEntity::read(reader)?),
                Key::Int(4) => algorithms = Some(read_algorithms(reader)?),
                Key::Int(5) => exclude_list = read_descriptors(reader)?,
                Key::Int(6) => extensions = MakeCredentialExtensions::read(reader)?,
                Key::Int(7) => options = Options::read(reader)?,
                Key::Int(8) => pin_uv_auth.param = Some(reader.bytes()?),
                Key::Int(9) => pin_uv_auth.protocol = Some(reader.unsigned()?),
                Key::Int(10) => enterprise_attestation = Some(reader.unsigned()?),
                Key::Int(11) => attestation_formats = Some(read_formats(reader)?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(Self {
            client_data_hash: client_data_hash.ok_or(Status::MissingParameter)?,
            rp: rp.ok_or(Status::MissingParameter)?,
            user: user.ok_or(Status::MissingParameter)?,
            algorithms: algorithms.ok_or(Status::MissingParameter)?,
            exclude_list,
            extensions,
            options,
            pin_uv_auth,
            enterprise_attestation,
            attestation_formats,
        })
    }
}

impl<'a> MakeCredentialExtensions<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Status> {
        let mut inputs = Self::default();
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Text("credProtect") => inputs.cred_protect = Some(reader.unsigned()?),
                Key::Text("credBlob") => inputs.cred_blob = Some(reader.bytes()?),
                Key::Text("largeBlobKey") => inputs.large_blob_key = Some(reader.bool()?),
                Key::Text("minPinLength") => inputs.min_pin_length = reader.bool()?,
                Key::Text("hmac-secret") => inputs.hmac_secret = reader.bool()?,
                Key::Text("hmac-secret-mc") => {
                    inputs.hmac_secret_mc = Some(HmacSecretInput::read(reader)?);
                }
                Key::Text("thirdPartyPayment") => inputs.third_party_payment = reader.bool()?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(inputs)
    }
}

fn read_algorithms(reader: &mut Reader<'_>) -> Result<Vec<i64>, Status> {
    let mut algorithms = Vec::new();
    reader.array(|reader| -> Result<(), Status> {
        let (mut algorithm, mut kind) = (None, None);
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Text("alg") => algorithm = Some(reader.int()?),
                Key::Text("type") => kind = Some(reader.text()?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        let algorithm = algorithm.ok_or(Status::MissingParameter)?;
        if kind.ok_or(Status::MissingParameter)? == "public-key" {
            algorithms.push(algorithm);
        }
        Ok(())
    })?;
    Ok(algorithms)
}

fn read_formats<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a str>, Status> {
    let mut formats = Vec::new();
    reader.array(|reader| -> Result<(), Status> {
        formats.push(reader.text()?);
        Ok(())
    })?;
    Ok(formats)
}
