//! What the authenticator remembers besides credentials: PIN, retries, configuration.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::ctap::cbor::{CborError, Key, Reader, Writer};

/// PIN attempts before the authenticator is blocked (CTAP 2.3 §6.5.2.1: at most 8).
pub(crate) const MAX_PIN_RETRIES: u8 = 8;
/// Attempts at built-in verification before it is blocked (§6.5.3: at most 25).
pub(crate) const MAX_UV_RETRIES: u8 = 5;
/// The shortest PIN before configuration asks for more, in Unicode code points.
pub(crate) const DEFAULT_MIN_PIN_LENGTH: u8 = 4;
/// The longest PIN, in bytes of UTF-8 and so also in code points.
pub(crate) const MAX_PIN_LENGTH: u8 = 63;

/// The length of a PIN's hash, in bytes.
const PIN_HASH_LENGTH: usize = 16;

/// The record.
#[derive(Clone)]
pub(crate) struct Settings {
    pub pin: Option<Pin>,
    pub pin_retries: u8,
    pub uv_retries: u8,
    pub min_pin_length: u8,
    pub force_pin_change: bool,
    pub min_pin_length_rp_ids: Vec<String>,
    pub always_uv: bool,
    pub enterprise_attestation: bool,
    pub persistent_token: Option<Zeroizing<[u8; 32]>>,
    /// Whether the store holds a membership, or what a revocation leaves of one.
    pub membership: bool,
}

/// The client PIN.
#[derive(Clone)]
pub(crate) struct Pin {
    /// LEFT(SHA-256(PIN), 16). On the heap: settings are moved about, and what a move leaves behind is
    /// not wiped.
    pub hash: Zeroizing<Vec<u8>>,
    /// In Unicode code points.
    pub length: u8,
}

impl Pin {
    /// Whether it is the PIN with this hash, in constant time.
    pub(crate) fn is(&self, hash: &[u8]) -> bool {
        self.hash.as_slice().ct_eq(hash).into()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pin: None,
            pin_retries: MAX_PIN_RETRIES,
            uv_retries: MAX_UV_RETRIES,
            min_pin_length: DEFAULT_MIN_PIN_LENGTH,
            force_pin_change: false,
            min_pin_length_rp_ids: Vec::new(),
            always_uv: false,
            enterprise_attestation: false,
            persistent_token: None,
            membership: false,
        }
    }
}

const PIN_HASH: i64 = 1;
const PIN_LENGTH: i64 = 2;
const PIN_RETRIES: i64 = 3;
const UV_RETRIES: i64 = 4;
const MIN_PIN_LENGTH: i64 = 5;
const FORCE_PIN_CHANGE: i64 = 6;
const MIN_PIN_LENGTH_RP_IDS: i64 = 7;
const ALWAYS_UV: i64 = 8;
const ENTERPRISE_ATTESTATION: i64 = 9;
const PERSISTENT_TOKEN: i64 = 10;
const MEMBERSHIP: i64 = 11;

impl Settings {
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Writer::new();
        out.map(|map| {
            if let Some(pin) = &self.pin {
                map.int(PIN_HASH, |value| value.bytes(&pin.hash));
                map.int(PIN_LENGTH, |value| value.unsigned(pin.length.into()));
            }
            map.int(PIN_RETRIES, |value| value.unsigned(self.pin_retries.into()));
            map.int(UV_RETRIES, |value| value.unsigned(self.uv_retries.into()));
            map.int(MIN_PIN_LENGTH, |value| value.unsigned(self.min_pin_length.into()));
            map.int(FORCE_PIN_CHANGE, |value| value.bool(self.force_pin_change));
            map.int(MIN_PIN_LENGTH_RP_IDS, |value| {
                value.array(self.min_pin_length_rp_ids.iter(), |out, rp_id| out.text(rp_id));
            });
            map.int(ALWAYS_UV, |value| value.bool(self.always_uv));
            map.int(ENTERPRISE_ATTESTATION, |value| value.bool(self.enterprise_attestation));
            if let Some(token) = &self.persistent_token {
                map.int(PERSISTENT_TOKEN, |value| value.bytes(token.as_ref()));
            }
            if self.membership {
                map.int(MEMBERSHIP, |value| value.bool(true));
            }
        });
        Zeroizing::new(out.finish())
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, CborError> {
        let mut settings = Self::default();
        let (mut hash, mut length) = (None, None);
        Reader::whole(bytes, |reader| {
            reader.map(|key, reader| -> Result<(), CborError> {
                match key {
                    Key::Int(PIN_HASH) => hash = Some(pin_hash(reader)?),
                    Key::Int(PIN_LENGTH) => length = Some(byte(reader)?),
                    Key::Int(PIN_RETRIES) => settings.pin_retries = byte(reader)?,
                    Key::Int(UV_RETRIES) => settings.uv_retries = byte(reader)?,
                    Key::Int(MIN_PIN_LENGTH) => settings.min_pin_length = byte(reader)?,
                    Key::Int(FORCE_PIN_CHANGE) => settings.force_pin_change = reader.bool()?,
                    Key::Int(MIN_PIN_LENGTH_RP_IDS) => reader.array(|reader| {
                        settings.min_pin_length_rp_ids.push(reader.text()?.to_owned());
                        Ok::<_, CborError>(())
                    })?,
                    Key::Int(ALWAYS_UV) => settings.always_uv = reader.bool()?,
                    Key::Int(ENTERPRISE_ATTESTATION) => {
                        settings.enterprise_attestation = reader.bool()?;
                    }
                    Key::Int(PERSISTENT_TOKEN) => settings.persistent_token = Some(array(reader)?),
                    Key::Int(MEMBERSHIP) => settings.membership = reader.bool()?,
                    _ => reader.skip()?,
                }
                Ok(())
            })
        })?;
        settings.pin = hash.zip(length).map(|(hash, length)| Pin { hash, length });
        Ok(settings)
    }
}

fn byte(reader: &mut Reader<'_>) -> Result<u8, CborError> {
    u8::try_from(reader.unsigned()?).map_err(|_| CborError::UnexpectedType)
}

fn pin_hash(reader: &mut Reader<'_>) -> Result<Zeroizing<Vec<u8>>, CborError> {
    let bytes = reader.bytes()?;
    if bytes.len() == PIN_HASH_LENGTH {
        Ok(Zeroizing::new(bytes.to_vec()))
    } else {
        Err(CborError::UnexpectedType)
    }
}

fn array<const N: usize>(reader: &mut Reader<'_>) -> Result<Zeroizing<[u8; N]>, CborError> {
    let bytes = reader.bytes()?.try_into().map_err(|_| CborError::UnexpectedType)?;
    Ok(Zeroizing::new(bytes))
}
