//! Requests: bytes in, one typed enum out (CTAP 2.3 §6). What cannot be a request never gets
//! further than here.

mod client_pin;
mod config;
mod credential_management;
mod get_assertion;
mod large_blobs;
mod make_credential;
#[cfg(test)]
mod tests;

pub use client_pin::ClientPin;
pub use config::{Config, SetMinPinLength};
pub use credential_management::{CredentialManagement, ManagementCommand};
pub use get_assertion::{GetAssertion, GetAssertionExtensions};
pub use large_blobs::LargeBlobs;
pub use make_credential::{MakeCredential, MakeCredentialExtensions};

use super::{
    cbor::{Key, Reader},
    status::Status,
};

/// The longest request, command byte included: getInfo's maxMsgSize, and what CTAPHID can carry.
pub const MAX_MSG_SIZE: usize = 7609;

/// A request of the CTAP2 protocol.
#[derive(Debug)]
pub enum Request<'a> {
    /// 0x01
    MakeCredential(MakeCredential<'a>),
    /// 0x02
    GetAssertion(GetAssertion<'a>),
    /// 0x04
    GetInfo,
    /// 0x06
    ClientPin(ClientPin<'a>),
    /// 0x07
    Reset,
    /// 0x08
    GetNextAssertion,
    /// 0x0A, and 0x41 as the preview called it
    CredentialManagement(CredentialManagement<'a>),
    /// 0x0B
    Selection,
    /// 0x0C
    LargeBlobs(LargeBlobs<'a>),
    /// 0x0D
    Config(Config<'a>),
}

impl<'a> Request<'a> {
    /// Parses a command byte and its parameters.
    ///
    /// # Errors
    /// The status to answer with.
    pub fn parse(message: &'a [u8]) -> Result<Self, Status> {
        if message.len() > MAX_MSG_SIZE {
            return Err(Status::RequestTooLarge);
        }
        let (&command, parameters) = message.split_first().ok_or(Status::InvalidLength)?;
        let reader = &mut Reader::new(parameters);
        let request = match command {
            0x01 => Self::MakeCredential(MakeCredential::read(reader)?),
            0x02 => Self::GetAssertion(GetAssertion::read(reader)?),
            0x04 => Self::GetInfo,
            0x06 => Self::ClientPin(ClientPin::read(reader)?),
            0x07 => Self::Reset,
            0x08 => Self::GetNextAssertion,
            0x0a | 0x41 => Self::CredentialManagement(CredentialManagement::read(reader)?),
            0x0b => Self::Selection,
            0x0c => Self::LargeBlobs(LargeBlobs::read(reader)?),
            0x0d => Self::Config(Config::read(reader)?),
            _ => return Err(Status::InvalidCommand),
        };
        reader.end()?;
        Ok(request)
    }
}

/// A pinUvAuthParam with the number of the protocol that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinUvAuth<'a> {
    /// The MAC, or nothing: the signal by which clients ask which key is meant (§6.1.2 step 1).
    pub param: Option<&'a [u8]>,
    /// The protocol's number as sent; whether it is offered is checked where it is used.
    pub protocol: Option<u64>,
}

/// The `options` of makeCredential and getAssertion; `None` where the client said nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Make the credential discoverable.
    pub rk: Option<bool>,
    /// Ask for presence.
    pub up: Option<bool>,
    /// Verify the user on the phone.
    pub uv: Option<bool>,
}

impl Options {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Status> {
        let mut options = Self::default();
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Text("rk") => options.rk = Some(reader.bool()?),
                Key::Text("up") => options.up = Some(reader.bool()?),
                Key::Text("uv") => options.uv = Some(reader.bool()?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(options)
    }
}

/// The inputs of hmac-secret at getAssertion and of hmac-secret-mc (§12.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HmacSecretInput<'a> {
    /// The client's key agreement key.
    pub key_agreement: super::cose::KeyAgreementKey,
    /// One or two encrypted salts.
    pub salt_enc: &'a [u8],
    /// Their MAC.
    pub salt_auth: &'a [u8],
    /// The PIN/UV protocol; one where the client said nothing.
    pub protocol: u64,
}

impl<'a> HmacSecretInput<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Status> {
        let (mut key_agreement, mut salt_enc, mut salt_auth, mut protocol) = (None, None, None, 1);
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Int(1) => {
                    key_agreement = Some(super::cose::KeyAgreementKey::read(reader)?);
                }
                Key::Int(2) => salt_enc = Some(reader.bytes()?),
                Key::Int(3) => salt_auth = Some(reader.bytes()?),
                Key::Int(4) => protocol = reader.unsigned()?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(Self {
            key_agreement: key_agreement.ok_or(Status::MissingParameter)?,
            salt_enc: salt_enc.ok_or(Status::MissingParameter)?,
            salt_auth: salt_auth.ok_or(Status::MissingParameter)?,
            protocol,
        })
    }
}

fn read_hash<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8; 32], Status> {
    reader.bytes()?.try_into().map_err(|_| Status::InvalidLength)
}

fn read_descriptors<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, Status> {
    let mut ids = Vec::new();
    reader.array(|reader| -> Result<(), Status> {
        // One of a type that does not exist here matches nothing, and is there all the same.
        ids.push(super::entity::read_descriptor(reader)?.unwrap_or_default());
        Ok(())
    })?;
    Ok(ids)
}
