//! EdDSA: Ed25519 (RFC 9053 §2.2).

use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use zeroize::Zeroizing;

use super::{Definition, KeyPair, NewKey, Randomness};
use crate::{ctap::cbor::MapWriter, platform::KeyStoreError};

pub(super) const DEFINITION: Definition = Definition {
    cose_id: -8,
    registry_name: "ed25519_eddsa_sha512_raw",
    handle_tag: 2,
    private_key_len: SEED,
    key_type: 1,
    write_key,
    generate,
    sign,
};

const SEED: usize = 32;

/// The raw form is the 32 bytes of RFC 8032.
fn write_key(key: &[u8], map: &mut MapWriter<'_>) {
    map.int(-1, |value| value.int(6));
    map.int(-2, |value| value.bytes(key));
}

fn generate(random: &Randomness<'_>) -> Option<NewKey> {
    let mut seed = Zeroizing::new(vec![0; SEED]);
    random.given.fill(&mut seed).ok()?;
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
    Some((seed, pair.public_key().as_ref().to_vec()))
}

/// 64 raw bytes.
fn sign(pair: &KeyPair<'_>, message: &[u8], _: &SystemRandom) -> Result<Vec<u8>, KeyStoreError> {
    Ed25519KeyPair::from_seed_and_public_key(pair.private, pair.public)
        .map(|pair| pair.sign(message).as_ref().to_vec())
        .map_err(|_| KeyStoreError::UnknownKey)
}
