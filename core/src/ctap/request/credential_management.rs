//! The parameters of authenticatorCredentialManagement (§6.8).

use super::PinUvAuth;
use crate::ctap::{
    cbor::{Key, Reader},
    entity::{UserEntity, read_descriptor},
    status::Status,
};

/// authenticatorCredentialManagement.
#[derive(Debug)]
pub struct CredentialManagement<'a> {
    /// What to do.
    pub command: ManagementCommand<'a>,
    /// Proof of an earlier verification.
    pub pin_uv_auth: PinUvAuth<'a>,
    /// What the proof speaks about: the subcommand byte and its parameters as sent.
    pub authenticated: Vec<u8>,
}

/// The subcommands.
#[derive(Debug, PartialEq, Eq)]
pub enum ManagementCommand<'a> {
    /// 0x01
    GetCredsMetadata,
    /// 0x02
    EnumerateRpsBegin,
    /// 0x03
    EnumerateRpsGetNextRp,
    /// 0x04
    EnumerateCredentialsBegin {
        /// SHA-256 of the RP ID.
        rp_id_hash: &'a [u8; 32],
    },
    /// 0x05
    EnumerateCredentialsGetNextCredential,
    /// 0x06
    DeleteCredential {
        /// The credential's ID.
        id: &'a [u8],
    },
    /// 0x07
    UpdateUserInformation {
        /// The credential's ID.
        id: &'a [u8],
        /// The names to store from now on.
        user: UserEntity,
    },
}

#[derive(Default)]
struct Parameters<'a> {
    rp_id_hash: Option<&'a [u8]>,
    credential: Option<&'a [u8]>,
    user: Option<UserEntity>,
}

impl<'a> Parameters<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Status> {
        let mut parameters = Self::default();
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Int(1) => parameters.rp_id_hash = Some(reader.bytes()?),
                Key::Int(2) => parameters.credential = read_descriptor(reader)?,
                Key::Int(3) => parameters.user = Some(UserEntity::read(reader)?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(parameters)
    }

    fn credential(&self) -> Result<&'a [u8], Status> {
        self.credential.ok_or(Status::MissingParameter)
    }
}

impl<'a> CredentialManagement<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Status> {
        let mut subcommand = None;
        let mut parameters = Parameters::default();
        let mut raw: &[u8] = &[];
        let mut pin_uv_auth = PinUvAuth { param: None, protocol: None };
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Int(1) => subcommand = Some(reader.unsigned()?),
                Key::Int(2) => (parameters, raw) = reader.with_raw(Parameters::read)?,
                Key::Int(3) => pin_uv_auth.protocol = Some(reader.unsigned()?),
                Key::Int(4) => pin_uv_auth.param = Some(reader.bytes()?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        let subcommand = subcommand.ok_or(Status::MissingParameter)?;
        let byte = u8::try_from(subcommand).map_err(|_| Status::InvalidSubcommand)?;
        let mut authenticated = vec![byte];
        let command = match byte {
            1 => ManagementCommand::GetCredsMetadata,
            2 => ManagementCommand::EnumerateRpsBegin,
            3 => ManagementCommand::EnumerateRpsGetNextRp,
            4 => {
                let hash = parameters.rp_id_hash.ok_or(Status::MissingParameter)?;
                let rp_id_hash = hash.try_into().map_err(|_| Status::InvalidLength)?;
                ManagementCommand::EnumerateCredentialsBegin { rp_id_hash }
            }
            5 => ManagementCommand::EnumerateCredentialsGetNextCredential,
            6 => ManagementCommand::DeleteCredential { id: parameters.credential()? },
            7 => ManagementCommand::UpdateUserInformation {
                id: parameters.credential()?,
                user: parameters.user.ok_or(Status::MissingParameter)?,
            },
            _ => return Err(Status::InvalidSubcommand),
        };
        if matches!(byte, 4 | 6 | 7) {
            authenticated.extend_from_slice(raw);
        }
        Ok(Self { command, pin_uv_auth, authenticated })
    }
}
