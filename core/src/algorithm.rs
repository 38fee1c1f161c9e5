//! Signature algorithms: the one list, and what differs from one to the next in a file each.

#[cfg(test)]
mod tests;

use ring::rand::SystemRandom;
use zeroize::Zeroizing;

use crate::{
    ctap::cbor::{MapWriter, Writer},
    platform::{KeyStoreError, Rng},
};

macro_rules! algorithms {
    ($($(#[$doc:meta])* $name:ident = $file:ident;)*) => {
        $(mod $file;)*

        /// A signature algorithm for credentials.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Algorithm { $($(#[$doc])* $name,)* }

        impl Algorithm {
            /// Every algorithm, in the order in which getInfo offers them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub(crate) const fn definition(self) -> &'static Definition {
                match self { $(Self::$name => &$file::DEFINITION,)* }
            }
        }
    };
}

algorithms! {
    /// ECDSA with SHA-256 on P-256.
    Es256 = es256;
    /// Ed25519.
    EdDsa = eddsa;
}

/// Everything that an algorithm is here. Lengths are its own affair: keys and signatures are vectors
/// wherever they go.
pub(crate) struct Definition {
    /// Its identifier in the IANA COSE registry.
    pub cose_id: i64,
    /// Its name in the FIDO Registry §3.6.1.
    pub registry_name: &'static str,
    /// Its byte in the handles of the software key store: never changed, never used again.
    pub handle_tag: u8,
    /// The length of a private key of the software key store, in bytes.
    pub private_key_len: usize,
    /// COSE's key type, `kty`.
    pub key_type: i64,
    /// Writes the members of a COSE_Key after `alg` (RFC 9053 §7) for a raw public key.
    pub write_key: fn(&[u8], &mut MapWriter<'_>),
    /// Makes a private key and its raw public key.
    pub generate: fn(&Randomness<'_>) -> Option<NewKey>,
    /// Signs with a private key, its public key given along.
    pub sign: Sign,
}

/// Where new keys come from.
pub(crate) struct Randomness<'a> {
    /// What the key store was given.
    pub given: &'a dyn Rng,
    /// The system's, for what `ring` makes from nothing else.
    pub system: &'a SystemRandom,
}

/// Gives the signature in the form that WebAuthn §6.5.5 wants of the algorithm.
pub(crate) type Sign = fn(&KeyPair<'_>, &[u8], &SystemRandom) -> Result<Vec<u8>, KeyStoreError>;

/// A private key, and its raw public key.
pub(crate) type NewKey = (Zeroizing<Vec<u8>>, Vec<u8>);

/// A key pair of the software key store, for the length of a signature.
pub(crate) struct KeyPair<'a> {
    pub private: &'a [u8],
    pub public: &'a [u8],
}

impl Algorithm {
    /// The COSE identifier.
    #[must_use]
    pub const fn cose_id(self) -> i64 {
        self.definition().cose_id
    }

    /// The algorithm with this COSE identifier.
    #[must_use]
    pub fn from_cose_id(id: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.cose_id() == id)
    }

    /// The name that the FIDO Registry §3.6.1 uses in metadata statements.
    #[must_use]
    pub const fn registry_name(self) -> &'static str {
        self.definition().registry_name
    }

    /// Writes the COSE_Key (RFC 9053 §7) for a raw public key of this algorithm.
    pub(crate) fn write_cose_key(self, key: &[u8], out: &mut Writer) {
        let definition = self.definition();
        out.map(|map| {
            map.int(1, |value| value.int(definition.key_type));
            map.int(3, |value| value.int(definition.cose_id));
            (definition.write_key)(key, map);
        });
    }
}
