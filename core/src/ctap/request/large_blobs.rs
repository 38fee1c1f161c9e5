//! The parameters of authenticatorLargeBlobs (§6.10).

use super::PinUvAuth;
use crate::ctap::{
    cbor::{Key, Reader},
    status::Status,
};

/// authenticatorLargeBlobs.
#[derive(Debug)]
pub struct LargeBlobs<'a> {
    /// Read this many bytes.
    pub get: Option<u64>,
    /// Write this fragment.
    pub set: Option<&'a [u8]>,
    /// Where to read or write.
    pub offset: u64,
    /// The whole array's length; with the first fragment only.
    pub length: Option<u64>,
    /// Proof of an earlier verification.
    pub pin_uv_auth: PinUvAuth<'a>,
}

impl<'a> LargeBlobs<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Status> {
        let mut offset = None;
        let (mut get, mut set, mut length) = (None, None, None);
        let mut pin_uv_auth = PinUvAuth { param: None, protocol: None };
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Int(1) => get = Some(reader.unsigned()?),
                Key::Int(2) => set = Some(reader.bytes()?),
                Key::Int(3) => offset = Some(reader.unsigned()?),
                Key::Int(4) => length = Some(reader.unsigned()?),
                Key::Int(5) => pin_uv_auth.param = Some(reader.bytes()?),
                Key::Int(6) => pin_uv_auth.protocol = Some(reader.unsigned()?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        // §6.10.2 step 1: an absent offset is an invalid parameter, not a missing one.
        let offset = offset.ok_or(Status::InvalidParameter)?;
        Ok(Self { get, set, offset, length, pin_uv_auth })
    }
}
