//! The parameters of authenticatorClientPIN (§6.5.5).

use crate::ctap::{
    cbor::{Key, Reader},
    cose::KeyAgreementKey,
    status::Status,
};

/// authenticatorClientPIN: one map serves every subcommand, so what is missing is found where it
/// is needed.
#[derive(Debug)]
pub struct ClientPin<'a> {
    /// The PIN/UV protocol's number.
    pub protocol: Option<u64>,
    /// Which subcommand.
    pub subcommand: u64,
    /// The client's key agreement key.
    pub key_agreement: Option<KeyAgreementKey>,
    /// A MAC over the encrypted PINs.
    pub pin_uv_auth_param: Option<&'a [u8]>,
    /// The new PIN, padded to 64 bytes and encrypted.
    pub new_pin_enc: Option<&'a [u8]>,
    /// LEFT(SHA-256(PIN), 16), encrypted.
    pub pin_hash_enc: Option<&'a [u8]>,
    /// What the token shall be good for.
    pub permissions: Option<u64>,
    /// The site that the token shall be good for.
    pub rp_id: Option<&'a str>,
}

impl<'a> ClientPin<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Status> {
        let mut subcommand = None;
        let mut request = Self {
            protocol: None,
            subcommand: 0,
            key_agreement: None,
            pin_uv_auth_param: None,
            new_pin_enc: None,
            pin_hash_enc: None,
            permissions: None,
            rp_id: None,
        };
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Int(1) => request.protocol = Some(reader.unsigned()?),
                Key::Int(2) => subcommand = Some(reader.unsigned()?),
                Key::Int(3) => request.key_agreement = Some(KeyAgreementKey::read(reader)?),
                Key::Int(4) => request.pin_uv_auth_param = Some(reader.bytes()?),
                Key::Int(5) => request.new_pin_enc = Some(reader.bytes()?),
                Key::Int(6) => request.pin_hash_enc = Some(reader.bytes()?),
                Key::Int(9) => request.permissions = Some(reader.unsigned()?),
                Key::Int(10) => request.rp_id = Some(reader.text()?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        request.subcommand = subcommand.ok_or(Status::MissingParameter)?;
        Ok(request)
    }
}
