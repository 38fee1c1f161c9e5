//! Small compositions of `ring`'s primitives that more than one module needs.

use ring::{digest, hkdf};
use zeroize::Zeroizing;

/// SHA-256 of `message`.
pub(crate) fn sha256(message: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, message).as_ref());
    hash
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-SHA-256 (RFC 5869) with an output of at most 255 × 32 bytes.
pub(crate) fn hkdf_sha256<const N: usize>(
    salt: &[u8],
    ikm: &[u8],
    info: &[u8],
) -> Zeroizing<[u8; N]> {
    let mut key = Zeroizing::new([0; N]);
    let filled = hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(ikm)
        .expand(&[info], Length(N))
        .and_then(|okm| okm.fill(key.as_mut()));
    debug_assert!(filled.is_ok(), "the output is longer than HKDF gives");
    key
}
