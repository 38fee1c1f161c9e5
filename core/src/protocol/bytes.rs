//! Byte strings of the protocol: base64url without padding (RFC 7515 §2) in JSON and in links.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use zeroize::Zeroizing;

/// Bytes of any length.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Base64Url(pub Vec<u8>);

/// A SHA-256 hash, 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(pub [u8; 32]);

/// 32 random bytes that make a message unlike any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce(pub [u8; 32]);

/// The Ed25519 key with which a workspace signs, 32 bytes (RFC 8032).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkspaceKey(pub [u8; 32]);

/// 32 random bytes that allow one activation. Whoever has them can use them: no `Debug` shows them.
#[derive(Clone)]
pub struct Ticket(pub Zeroizing<[u8; 32]>);

/// The P-256 key of a device, uncompressed: 04 ‖ x ‖ y, 65 bytes. In JSON it is a JWK
/// (RFC 7518 §6.2.1).
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceKey(pub [u8; 65]);

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket(..)")
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({})", self.thumbprint().text())
    }
}

pub(super) fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

impl Base64Url {
    /// As base64url without padding.
    #[must_use]
    pub fn text(&self) -> String {
        encode(&self.0)
    }
}

impl Serialize for Base64Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        decode(&text).map(Self).ok_or_else(|| D::Error::custom("not base64url without padding"))
    }
}

macro_rules! thirty_two_bytes {
    ($($name:ident from $make:expr;)*) => {$(
        impl $name {
            /// As base64url without padding, 43 characters.
            #[must_use]
            pub fn text(&self) -> String {
                encode(&self.0[..])
            }

            /// Reads 43 characters of base64url without padding.
            #[must_use]
            pub fn from_text(text: &str) -> Option<Self> {
                let bytes = Zeroizing::new(decode(text)?);
                let bytes: [u8; 32] = bytes.as_slice().try_into().ok()?;
                Some(Self($make(bytes)))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.text())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Zeroizing::new(String::deserialize(deserializer)?);
                Self::from_text(&text)
                    .ok_or_else(|| D::Error::custom("not 32 bytes as base64url without padding"))
            }
        }
    )*};
}

thirty_two_bytes! {
    Digest from std::convert::identity;
    Nonce from std::convert::identity;
    WorkspaceKey from std::convert::identity;
    Ticket from Zeroizing::new;
}

impl Ticket {
    /// The hash under which the workspace keeps it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(crate::crypto::sha256(self.0.as_ref()))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Jwk {
    crv: String,
    kty: String,
    x: Base64Url,
    y: Base64Url,
}

impl DeviceKey {
    fn jwk(&self) -> Jwk {
        let (x, y) = self.0.get(1..).unwrap_or_default().split_at(32);
        Jwk {
            crv: "P-256".to_owned(),
            kty: "EC".to_owned(),
            x: Base64Url(x.to_vec()),
            y: Base64Url(y.to_vec()),
        }
    }

    /// The JWK thumbprint (RFC 7638): the key's name.
    #[must_use]
    pub fn thumbprint(&self) -> Digest {
        // The members of `Jwk` stand in the order that §3.3 wants, and need no escaping.
        let json = serde_json::to_vec(&self.jwk()).unwrap_or_default();
        Digest(crate::crypto::sha256(&json))
    }
}

impl Serialize for DeviceKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.jwk().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DeviceKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let jwk = Jwk::deserialize(deserializer)?;
        if jwk.kty != "EC" || jwk.crv != "P-256" {
            return Err(D::Error::custom("not a P-256 key"));
        }
        let bytes = [&[4], jwk.x.0.as_slice(), jwk.y.0.as_slice()].concat();
        let bytes: [u8; 65] = match bytes.try_into() {
            Ok(bytes) if jwk.x.0.len() == 32 => bytes,
            _ => return Err(D::Error::custom("a coordinate is not 32 bytes")),
        };
        // A point that is not on the curve is no key.
        p256::PublicKey::from_sec1_bytes(&bytes).map_err(D::Error::custom)?;
        Ok(Self(bytes))
    }
}
