//! The P-256 key of a key agreement as a COSE_Key (CTAP 2.3 §6.5.6).

#[cfg(test)]
mod tests;

use super::{
    cbor::{Key, Reader, Writer},
    status::Status,
};

/// An uncompressed P-256 point as sent: not yet known to lie on the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyAgreementKey {
    /// The x coordinate, big-endian.
    pub x: [u8; 32],
    /// The y coordinate, big-endian.
    pub y: [u8; 32],
}

/// "ECDH-ES + HKDF-256", which CTAP uses as a label although the KDF is its own.
const ALGORITHM: i64 = -25;

impl KeyAgreementKey {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Status> {
        let (mut kty, mut alg, mut crv, mut x, mut y) = (None, None, None, None, None);
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Int(1) => kty = Some(reader.int()?),
                Key::Int(3) => alg = Some(reader.int()?),
                Key::Int(-1) => crv = Some(reader.int()?),
                Key::Int(-2) => x = Some(reader.bytes()?),
                Key::Int(-3) => y = Some(reader.bytes()?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        let (Some(kty), Some(alg), Some(crv), Some(x), Some(y)) = (kty, alg, crv, x, y) else {
            return Err(Status::MissingParameter);
        };
        if (kty, alg, crv) != (2, ALGORITHM, 1) {
            return Err(Status::InvalidParameter);
        }
        let coordinate = |bytes: &[u8]| bytes.try_into().map_err(|_| Status::InvalidParameter);
        Ok(Self { x: coordinate(x)?, y: coordinate(y)? })
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.map(|map| {
            map.int(1, |value| value.int(2));
            map.int(3, |value| value.int(ALGORITHM));
            map.int(-1, |value| value.int(1));
            map.int(-2, |value| value.bytes(&self.x));
            map.int(-3, |value| value.bytes(&self.y));
        });
    }
}
