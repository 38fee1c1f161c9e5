//! PIN/UV auth protocols one (§6.5.6) and two (§6.5.7).

use aes::Aes256;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use p256::{PublicKey, SecretKey, elliptic_curve::sec1::ToSec1Point};
use ring::{digest, hmac};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    ctap::{cose::KeyAgreementKey, status::Status},
    platform::Rng,
};

const BLOCK: usize = 16;

/// The protocol in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinProtocol {
    /// Protocol one.
    One,
    /// Protocol two.
    Two,
}

impl PinProtocol {
    /// Every protocol, the preferred one first, as getInfo lists them.
    pub const ALL: &[Self] = &[Self::Two, Self::One];

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// The protocol that a request names.
    ///
    /// # Errors
    /// [`Status::MissingParameter`] where it names none, [`Status::InvalidParameter`] for one that
    /// is not offered.
    pub fn from_request(number: Option<u64>) -> Result<Self, Status> {
        let number = number.ok_or(Status::MissingParameter)?;
        Self::ALL
            .iter()
            .copied()
            .find(|protocol| protocol.number() == number)
            .ok_or(Status::InvalidParameter)
    }

    const fn mac_len(self) -> usize {
        match self {
            Self::One => 16,
            Self::Two => 32,
        }
    }

    /// `verify(key, message, signature)` of the standard, in constant time.
    #[must_use]
    pub fn verify(self, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
        let expected = tag.as_ref().get(..self.mac_len()).unwrap_or_default();
        expected.ct_eq(signature).into()
    }
}

/// The authenticator's key pair for key agreement.
pub struct KeyAgreement {
    secret: SecretKey,
}

impl std::fmt::Debug for KeyAgreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyAgreement")
    }
}

impl KeyAgreement {
    /// `regenerate()`: a new key pair.
    ///
    /// # Errors
    /// [`Status::Other`] without randomness.
    pub fn generate(rng: &dyn Rng) -> Result<Self, Status> {
        let mut scalar = Zeroizing::new([0; 32]);
        loop {
            rng.fill(scalar.as_mut()).map_err(|_| Status::Other)?;
            // Fails for zero and for what is not below the group's order: about once in 2³².
            if let Ok(secret) = SecretKey::from_slice(scalar.as_ref()) {
                return Ok(Self { secret });
            }
        }
    }

    /// `getPublicKey()`.
    #[must_use]
    pub fn public_key(&self) -> KeyAgreementKey {
        let point = self.secret.public_key().to_sec1_point(false);
        let coordinate =
            |bytes: Option<&p256::FieldBytes>| bytes.map_or([0; 32], |bytes| (*bytes).into());
        KeyAgreementKey { x: coordinate(point.x()), y: coordinate(point.y()) }
    }

    /// `decapsulate(peerCoseKey)`.
    ///
    /// # Errors
    /// [`Status::InvalidParameter`] for a point that is not on the curve.
    pub fn decapsulate(
        &self,
        protocol: PinProtocol,
        peer: &KeyAgreementKey,
    ) -> Result<SharedSecret, Status> {
        let mut point = [4; 65];
        point[1..33].copy_from_slice(&peer.x);
        point[33..].copy_from_slice(&peer.y);
        let peer = PublicKey::from_sec1_bytes(&point).map_err(|_| Status::InvalidParameter)?;
        let shared = p256::ecdh::diffie_hellman(self.secret.to_nonzero_scalar(), peer.as_affine());
        Ok(SharedSecret::derive(protocol, shared.raw_secret_bytes().as_ref()))
    }
}

/// The keys that the client and the authenticator share.
pub struct SharedSecret {
    protocol: PinProtocol,
    hmac_key: Zeroizing<[u8; 32]>,
    aes_key: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SharedSecret({:?})", self.protocol)
    }
}

impl SharedSecret {
    /// `kdf(Z)`.
    fn derive(protocol: PinProtocol, z: &[u8]) -> Self {
        match protocol {
            PinProtocol::One => {
                let mut key = Zeroizing::new([0; 32]);
                key.copy_from_slice(digest::digest(&digest::SHA256, z).as_ref());
                Self { protocol, hmac_key: key.clone(), aes_key: key }
            }
            PinProtocol::Two => Self {
                protocol,
                hmac_key: crate::crypto::hkdf_sha256(&[0; 32], z, b"CTAP2 HMAC key"),
                aes_key: crate::crypto::hkdf_sha256(&[0; 32], z, b"CTAP2 AES key"),
            },
        }
    }

    /// The protocol that the secret belongs to.
    #[must_use]
    pub const fn protocol(&self) -> PinProtocol {
        self.protocol
    }

    /// `encrypt(key, plaintext)`; the length must be a multiple of 16.
    ///
    /// # Errors
    /// [`Status::Other`] without randomness.
    pub fn encrypt(&self, plaintext: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, Status> {
        let mut iv = [0; BLOCK];
        let mut out = match self.protocol {
            PinProtocol::One => Vec::with_capacity(plaintext.len()),
            PinProtocol::Two => {
                rng.fill(&mut iv).map_err(|_| Status::Other)?;
                iv.to_vec()
            }
        };
        let body = out.len();
        out.extend_from_slice(plaintext);
        let cipher = cbc::Encryptor::<Aes256>::new((&*self.aes_key).into(), &iv.into());
        cipher
            .encrypt_padded::<NoPadding>(out.get_mut(body..).unwrap_or_default(), plaintext.len())
            .map_err(|_| Status::Other)?;
        Ok(out)
    }

    /// `decrypt(key, ciphertext)`.
    ///
    /// # Errors
    /// [`Status::InvalidParameter`] for a length that no plaintext has.
    pub fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Status> {
        let (iv, body) = match self.protocol {
            PinProtocol::One => ([0; BLOCK], ciphertext),
            PinProtocol::Two => {
                let (iv, body) = ciphertext.split_first_chunk().ok_or(Status::InvalidParameter)?;
                (*iv, body)
            }
        };
        let mut plaintext = Zeroizing::new(body.to_vec());
        let cipher = cbc::Decryptor::<Aes256>::new((&*self.aes_key).into(), &iv.into());
        cipher.decrypt_padded::<NoPadding>(&mut plaintext).map_err(|_| Status::InvalidParameter)?;
        Ok(plaintext)
    }

    /// `verify(key, message, signature)` with the shared secret's HMAC key.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.protocol.verify(self.hmac_key.as_ref(), message, signature)
    }
}
