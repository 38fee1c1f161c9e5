//! The one list of signature algorithms (IANA COSE registry). Adding one touches this file.

#[cfg(test)]
mod tests;

use crate::ctap::cbor::Writer;

/// A signature algorithm for credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA with SHA-256 on P-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Every algorithm, in the order in which getInfo offers them.
    pub const ALL: &[Self] = &[Self::Es256, Self::EdDsa];

    /// The COSE identifier.
    #[must_use]
    pub const fn cose_id(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
        }
    }

    /// The algorithm with this COSE identifier.
    #[must_use]
    pub fn from_cose_id(id: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.cose_id() == id)
    }

    /// The name that the FIDO Registry §3.6.1 uses in metadata statements.
    #[must_use]
    pub const fn registry_name(self) -> &'static str {
        match self {
            Self::Es256 => "secp256r1_ecdsa_sha256_raw",
            Self::EdDsa => "ed25519_eddsa_sha512_raw",
        }
    }

    /// Writes the COSE_Key (RFC 9053 §7) for a raw public key of this algorithm.
    pub(crate) fn write_cose_key(self, key: &[u8], out: &mut Writer) {
        out.map(|map| match self {
            Self::Es256 => {
                let (x, y) = key.get(1..).unwrap_or_default().split_at(key.len() / 2);
                map.int(1, |value| value.int(2));
                map.int(3, |value| value.int(self.cose_id()));
                map.int(-1, |value| value.int(1));
                map.int(-2, |value| value.bytes(x));
                map.int(-3, |value| value.bytes(y));
            }
            Self::EdDsa => {
                map.int(1, |value| value.int(1));
                map.int(3, |value| value.int(self.cose_id()));
                map.int(-1, |value| value.int(6));
                map.int(-2, |value| value.bytes(key));
            }
        });
    }
}
