//! ES256: ECDSA with SHA-256 on P-256 (RFC 9053 §2.1).

use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use zeroize::Zeroizing;

use super::{Definition, KeyPair, NewKey, Randomness};
use crate::{ctap::cbor::MapWriter, platform::KeyStoreError};

pub(super) const DEFINITION: Definition = Definition {
    cose_id: -7,
    registry_name: "secp256r1_ecdsa_sha256_raw",
    handle_tag: 1,
    private_key_len: 32,
    key_type: 2,
    write_key,
    generate,
    sign,
};

/// The raw form is 04 ‖ x ‖ y, 65 bytes.
fn write_key(key: &[u8], map: &mut MapWriter<'_>) {
    let (x, y) = key.get(1..).unwrap_or_default().split_at(key.len() / 2);
    map.int(-1, |value| value.int(1));
    map.int(-2, |value| value.bytes(x));
    map.int(-3, |value| value.bytes(y));
}

/// What precedes the private key and the public key in a PKCS#8 document for P-256 (RFC 5208,
/// RFC 5915, RFC 5480): `ring` gives new keys in no other form.
const HEAD: [u8; 36] = *b"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x04\x6d\x30\x6b\x02\x01\x01\x04\x20";
const MIDDLE: [u8; 5] = *b"\xa1\x44\x03\x42\x00";

/// `ring` multiplies by the base point four times as fast as `p256` does.
pub(super) fn generate(random: &Randomness<'_>) -> Option<NewKey> {
    let random = random.system;
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, random).ok()?;
    let keys = document.as_ref().strip_prefix(&HEAD)?;
    let (private, rest) = keys.split_first_chunk::<32>()?;
    Some((Zeroizing::new(private.to_vec()), rest.strip_prefix(&MIDDLE)?.to_vec()))
}

/// As DER, which is what WebAuthn §6.5.5 wants of ES256.
fn sign(
    pair: &KeyPair<'_>,
    message: &[u8],
    random: &SystemRandom,
) -> Result<Vec<u8>, KeyStoreError> {
    EcdsaKeyPair::from_private_key_and_public_key(
        &ECDSA_P256_SHA256_ASN1_SIGNING,
        pair.private,
        pair.public,
        random,
    )
    .map_err(|_| KeyStoreError::UnknownKey)?
    .sign(random, message)
    .map(|signature| signature.as_ref().to_vec())
    .map_err(|_| KeyStoreError::Failed)
}
