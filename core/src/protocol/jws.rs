//! JSON Web Signatures in their compact form (RFC 7515), with a header that the kind of message
//! fixes: the algorithm, and a `typ` by which no message passes for another.

use p256::ecdsa::Signature;
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    DeviceKey, Digest, MAX_MESSAGE_SIZE, WorkspaceKey,
    bytes::{decode, encode as base64url},
};
use crate::crypto::sha256;

/// How a kind of message is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// By the workspace: Ed25519 (RFC 8037).
    EdDsa,
    /// By the device key: ECDSA on P-256 with SHA-256 (RFC 7518 §3.4).
    Es256,
}

impl Algorithm {
    const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
        }
    }
}

/// A kind of message.
pub trait Message: Serialize + DeserializeOwned {
    /// The header's `typ`.
    const TYPE: &'static str;
    /// Who signs it.
    const ALGORITHM: Algorithm;
}

/// Why a message was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Too long, or not three parts of base64url.
    #[error("not a signed message")]
    NotAMessage,
    /// A message of another kind, or signed in another way.
    #[error("not the kind of message that was expected")]
    WrongKind,
    /// Not signed by the key that it should be signed by.
    #[error("the signature does not match")]
    BadSignature,
    /// Signed, but not what this version of the protocol understands.
    #[error("the message says something that is not understood")]
    NotUnderstood,
}

/// A public key that signs messages.
pub trait VerifyingKey {
    /// What the key signs with.
    const ALGORITHM: Algorithm;
    /// Whether `signature` is the key's signature of `message`.
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool;
}

impl VerifyingKey for WorkspaceKey {
    const ALGORITHM: Algorithm = Algorithm::EdDsa;

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, signature).is_ok()
    }
}

impl VerifyingKey for DeviceKey {
    const ALGORITHM: Algorithm = Algorithm::Es256;

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.0).verify(message, signature).is_ok()
    }
}

fn header<M: Message>() -> String {
    base64url(format!(r#"{{"alg":"{}","typ":"{}"}}"#, M::ALGORITHM.name(), M::TYPE).as_bytes())
}

/// What is signed of `message`: header and payload.
#[must_use]
pub fn signing_input<M: Message>(message: &M) -> String {
    // These types have string keys and no maps of their own, which is all that JSON asks.
    let payload = serde_json::to_vec(message).unwrap_or_default();
    format!("{}.{}", header::<M>(), base64url(&payload))
}

/// Puts a message together from its [`signing_input`] and the signature of that: 64 raw bytes, or
/// for [`Algorithm::Es256`] also the DER that a key store gives. `None` where the signature is
/// neither.
#[must_use]
pub fn encode(algorithm: Algorithm, signing_input: &str, signature: &[u8]) -> Option<String> {
    let raw: [u8; 64] = match algorithm {
        Algorithm::EdDsa => signature.try_into().ok()?,
        Algorithm::Es256 => Signature::from_der(signature)
            .or_else(|_| Signature::from_slice(signature))
            .ok()?
            .to_bytes()
            .into(),
    };
    Some(format!("{signing_input}.{}", base64url(&raw)))
}

/// Opens a message that `key` must have signed.
///
/// # Errors
/// Any [`JwsError`].
pub fn open<M: Message, K: VerifyingKey>(text: &str, key: &K) -> Result<M, JwsError> {
    if K::ALGORITHM != M::ALGORITHM {
        return Err(JwsError::WrongKind);
    }
    let (input, signature) = parts(text)?;
    let signature = decode(signature).ok_or(JwsError::NotAMessage)?;
    // The kind is told apart first, so that the error names what is wrong.
    let payload = payload::<M>(input)?;
    if !key.verifies(input.as_bytes(), &signature) {
        return Err(JwsError::BadSignature);
    }
    serde_json::from_slice(&payload).map_err(|_| JwsError::NotUnderstood)
}

/// Reads a message without looking at its signature, for those that name the key which signed them.
/// What it says counts for nothing before [`open`] has agreed.
///
/// # Errors
/// Any [`JwsError`] but [`JwsError::BadSignature`].
pub fn peek<M: Message>(text: &str) -> Result<M, JwsError> {
    let (input, _) = parts(text)?;
    serde_json::from_slice(&payload::<M>(input)?).map_err(|_| JwsError::NotUnderstood)
}

/// The hash by which another message refers to this one.
#[must_use]
pub fn digest(text: &str) -> Digest {
    Digest(sha256(text.as_bytes()))
}

fn parts(text: &str) -> Result<(&str, &str), JwsError> {
    if text.len() > MAX_MESSAGE_SIZE {
        return Err(JwsError::NotAMessage);
    }
    text.rsplit_once('.').ok_or(JwsError::NotAMessage)
}

fn payload<M: Message>(input: &str) -> Result<Vec<u8>, JwsError> {
    let (header, payload) = input.split_once('.').ok_or(JwsError::NotAMessage)?;
    if header != self::header::<M>() {
        return Err(JwsError::WrongKind);
    }
    decode(payload).ok_or(JwsError::NotAMessage)
}
