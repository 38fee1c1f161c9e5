//! The certificate that a U2F registration has a place for, where the platform has none to give: the
//! new key's own, signed by itself.

use crate::{crypto::sha256, platform::KeyStoreError};

/// `AlgorithmIdentifier` of ecdsa-with-SHA256 (RFC 5758 §3.2).
const ECDSA_WITH_SHA256: &[u8] =
    &[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
/// `SubjectPublicKeyInfo` of a P-256 key (RFC 5480 §2), up to its 65 bytes.
const P256_KEY: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// The attribute type commonName.
const COMMON_NAME: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x03];
/// `[0] Version v3`.
const VERSION_3: &[u8] = &[0xa0, 0x03, 0x02, 0x01, 0x02];

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const UTF8_STRING: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// An X.509 certificate (RFC 5280 §4.1) as DER, for an uncompressed P-256 key of 65 bytes.
pub(super) fn self_signed(
    public_key: &[u8],
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, KeyStoreError>,
) -> Result<Vec<u8>, KeyStoreError> {
    let name = der(
        SEQUENCE,
        &[&der(SET, &[&der(SEQUENCE, &[COMMON_NAME, &der(UTF8_STRING, &[b"Pocketkey U2F"])])])],
    );
    // Never a date that a client could find expired: RFC 5280 §4.1.2.5 for "no well-defined end".
    let validity = der(
        SEQUENCE,
        &[&der(UTC_TIME, &[b"200101000000Z"]), &der(GENERALIZED_TIME, &[b"99991231235959Z"])],
    );
    let [first, serial @ ..] = sha256(public_key);
    // Positive, and in its shortest form.
    let first = first & 0x7f | 0x40;
    let serial = der(INTEGER, &[&[first], serial.get(..15).unwrap_or_default()]);
    let tbs = der(
        SEQUENCE,
        &[
            VERSION_3,
            &serial,
            ECDSA_WITH_SHA256,
            &name,
            &validity,
            &name,
            &[P256_KEY, public_key].concat(),
        ],
    );
    let signature = sign(&tbs)?;
    Ok(der(SEQUENCE, &[&tbs, ECDSA_WITH_SHA256, &der(BIT_STRING, &[&[0], &signature])]))
}

/// Tag, length, and the parts one after the other.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let [.., high, low] = length.to_be_bytes();
    let mut out = vec![tag];
    match length {
        0..=0x7f => out.push(low),
        0x80..=0xff => out.extend([0x81, low]),
        _ => out.extend([0x82, high, low]),
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}
