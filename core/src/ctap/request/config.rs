//! The parameters of authenticatorConfig (§6.11).

use super::PinUvAuth;
use crate::ctap::{
    cbor::{Key, Reader},
    status::Status,
};

/// authenticatorConfig.
#[derive(Debug)]
pub struct Config<'a> {
    /// Which subcommand.
    pub subcommand: u64,
    /// The parameters of setMinPINLength; the other subcommands have none.
    pub parameters: SetMinPinLength<'a>,
    /// Proof of an earlier verification.
    pub pin_uv_auth: PinUvAuth<'a>,
    /// What the proof speaks about: 32 × FF ‖ 0D ‖ subCommand ‖ parameters as sent.
    pub authenticated: Vec<u8>,
}

/// The parameters of setMinPINLength (§6.11.4).
#[derive(Debug, Default)]
pub struct SetMinPinLength<'a> {
    /// In Unicode code points.
    pub new_min_pin_length: Option<u64>,
    /// The sites that may learn the length by the minPinLength extension.
    pub rp_ids: Option<Vec<&'a str>>,
    /// Require a new PIN before the next token.
    pub force_change_pin: bool,
    /// Enforce a complexity policy, which is not offered.
    pub pin_complexity_policy: bool,
}

impl<'a> SetMinPinLength<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Status> {
        let mut parameters = Self::default();
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Int(1) => parameters.new_min_pin_length = Some(reader.unsigned()?),
                Key::Int(2) => {
                    let mut rp_ids = Vec::new();
                    reader.array(|reader| -> Result<(), Status> {
                        rp_ids.push(reader.text()?);
                        Ok(())
                    })?;
                    parameters.rp_ids = Some(rp_ids);
                }
                Key::Int(3) => parameters.force_change_pin = reader.bool()?,
                Key::Int(4) => parameters.pin_complexity_policy = reader.bool()?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(parameters)
    }
}

impl<'a> Config<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Status> {
        let mut subcommand = None;
        // Parsed only once the subcommand is known: a vendor's would have other members.
        let mut raw: &[u8] = &[];
        let mut pin_uv_auth = PinUvAuth { param: None, protocol: None };
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Int(1) => subcommand = Some(reader.unsigned()?),
                Key::Int(2) => ((), raw) = reader.with_raw(Reader::skip)?,
                Key::Int(3) => pin_uv_auth.protocol = Some(reader.unsigned()?),
                Key::Int(4) => pin_uv_auth.param = Some(reader.bytes()?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        let subcommand = subcommand.ok_or(Status::MissingParameter)?;
        let byte = u8::try_from(subcommand).map_err(|_| Status::InvalidSubcommand)?;
        let mut authenticated = vec![0xff; 32];
        authenticated.extend_from_slice(&[0x0d, byte]);
        authenticated.extend_from_slice(raw);
        let parameters = if byte == 3 && !raw.is_empty() {
            SetMinPinLength::read(&mut Reader::new(raw))?
        } else {
            SetMinPinLength::default()
        };
        Ok(Self { subcommand, parameters, pin_uv_auth, authenticated })
    }
}
