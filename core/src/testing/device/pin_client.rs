//! The client's half of the PIN/UV protocols (CTAP 2.3 §6.5.6, §6.5.7), written from the standard
//! for the tests and sharing no code with the authenticator's.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]

mod commands;

use aes::Aes256;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use ciborium::Value;
use p256::{PublicKey, SecretKey, elliptic_curve::sec1::ToSec1Point};
use ring::{digest, hkdf, hmac};

use super::{Device, bytes, map, member, text};
use crate::ctap::status::Status;

pub(crate) struct PinClient<'a> {
    device: &'a Device,
    protocol: u8,
}

/// A shared secret and the COSE key that goes with it.
pub(crate) struct Session {
    pub cose_key: Value,
    hmac_key: Vec<u8>,
    aes_key: Vec<u8>,
    protocol: u8,
}

struct Len(usize);
impl hkdf::KeyType for Len {
    fn len(&self) -> usize {
        self.0
    }
}

impl Session {
    pub(crate) fn encrypt(&self, plaintext: &[u8]) -> Vec<u8> {
        let iv = if self.protocol == 1 { [0; 16] } else { [0x42; 16] };
        let mut body = plaintext.to_vec();
        let length = body.len();
        cbc::Encryptor::<Aes256>::new_from_slices(&self.aes_key, &iv)
            .unwrap()
            .encrypt_padded::<NoPadding>(&mut body, length)
            .unwrap();
        if self.protocol == 1 { body } else { [iv.to_vec(), body].concat() }
    }

    pub(crate) fn decrypt(&self, ciphertext: &[u8]) -> Vec<u8> {
        let (iv, body) = match self.protocol {
            1 => ([0; 16].to_vec(), ciphertext.to_vec()),
            _ => (ciphertext[..16].to_vec(), ciphertext[16..].to_vec()),
        };
        let mut body = body;
        cbc::Decryptor::<Aes256>::new_from_slices(&self.aes_key, &iv)
            .unwrap()
            .decrypt_padded::<NoPadding>(&mut body)
            .unwrap();
        body
    }

    pub(crate) fn authenticate(&self, message: &[u8]) -> Vec<u8> {
        authenticate(self.protocol, &self.hmac_key, message)
    }
}

/// `authenticate(key, message)` of the standard.
pub(crate) fn authenticate(protocol: u8, key: &[u8], message: &[u8]) -> Vec<u8> {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
    tag.as_ref()[..if protocol == 1 { 16 } else { 32 }].to_vec()
}

pub(crate) fn pin_hash(pin: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, pin.as_bytes()).as_ref()[..16].to_vec()
}

pub(crate) fn padded(pin: &str) -> Vec<u8> {
    let mut padded = pin.as_bytes().to_vec();
    padded.resize(padded.len().max(64), 0);
    padded
}

impl<'a> PinClient<'a> {
    pub(super) const fn new(device: &'a Device, protocol: u8) -> Self {
        Self { device, protocol }
    }

    pub(crate) fn number(&self) -> Value {
        Value::from(self.protocol)
    }

    /// getKeyAgreement, and the client's own key pair.
    pub(crate) fn session(&self) -> Session {
        let answer = self.device.send(6, map([(1, self.number()), (2, Value::from(2))])).unwrap();
        let peer = member(&answer, 1).unwrap();
        let x = member(peer, -2).unwrap().as_bytes().unwrap();
        let y = member(peer, -3).unwrap().as_bytes().unwrap();
        let peer =
            PublicKey::from_sec1_bytes(&[&[4], x.as_slice(), y.as_slice()].concat()).unwrap();
        let secret = SecretKey::from_slice(&[0x11; 32]).unwrap();
        let shared = p256::ecdh::diffie_hellman(secret.to_nonzero_scalar(), peer.as_affine());
        let z = shared.raw_secret_bytes().to_vec();
        let own = secret.public_key().to_sec1_point(false);
        let cose_key = map([
            (1, Value::from(2)),
            (3, Value::from(-25)),
            (-1, Value::from(1)),
            (-2, bytes(own.x().unwrap())),
            (-3, bytes(own.y().unwrap())),
        ]);
        let derive = |info: &[u8]| {
            let mut key = vec![0; 32];
            hkdf::Salt::new(hkdf::HKDF_SHA256, &[0; 32])
                .extract(&z)
                .expand(&[info], Len(32))
                .unwrap()
                .fill(&mut key)
                .unwrap();
            key
        };
        let (hmac_key, aes_key) = if self.protocol == 1 {
            let key = digest::digest(&digest::SHA256, &z).as_ref().to_vec();
            (key.clone(), key)
        } else {
            (derive(b"CTAP2 HMAC key"), derive(b"CTAP2 AES key"))
        };
        Session { cose_key, hmac_key, aes_key, protocol: self.protocol }
    }

    /// setPIN.
    pub(crate) fn set_pin(&self, pin: &str) -> Result<Value, Status> {
        let session = self.session();
        let new_pin = session.encrypt(&padded(pin));
        self.device.send(
            6,
            map([
                (1, self.number()),
                (2, Value::from(3)),
                (3, session.cose_key.clone()),
                (4, bytes(&session.authenticate(&new_pin))),
                (5, bytes(&new_pin)),
            ]),
        )
    }

    /// changePIN.
    pub(crate) fn change_pin(&self, old: &str, new: &str) -> Result<Value, Status> {
        let session = self.session();
        let new_pin = session.encrypt(&padded(new));
        let old_hash = session.encrypt(&pin_hash(old));
        let both = [new_pin.as_slice(), &old_hash].concat();
        self.device.send(
            6,
            map([
                (1, self.number()),
                (2, Value::from(4)),
                (3, session.cose_key.clone()),
                (4, bytes(&session.authenticate(&both))),
                (5, bytes(&new_pin)),
                (6, bytes(&old_hash)),
            ]),
        )
    }

    /// getPinToken.
    pub(crate) fn get_pin_token(&self, pin: &str) -> Result<Vec<u8>, Status> {
        let session = self.session();
        self.token(&session, 5, Some(pin), None, None)
    }

    /// getPinUvAuthTokenUsingPinWithPermissions.
    pub(crate) fn token_using_pin(
        &self,
        pin: &str,
        permissions: u8,
        rp_id: Option<&str>,
    ) -> Result<Vec<u8>, Status> {
        self.token(&self.session(), 9, Some(pin), Some(permissions), rp_id)
    }

    /// getPinUvAuthTokenUsingUvWithPermissions.
    pub(crate) fn token_using_uv(
        &self,
        permissions: u8,
        rp_id: Option<&str>,
    ) -> Result<Vec<u8>, Status> {
        self.token(&self.session(), 6, None, Some(permissions), rp_id)
    }

    fn token(
        &self,
        session: &Session,
        subcommand: u8,
        pin: Option<&str>,
        permissions: Option<u8>,
        rp_id: Option<&str>,
    ) -> Result<Vec<u8>, Status> {
        let hash = pin.map(|pin| session.encrypt(&pin_hash(pin)));
        let answer = self.device.send(
            6,
            map([
                (1, self.number()),
                (2, Value::from(subcommand)),
                (3, session.cose_key.clone()),
                (6, hash.map_or(Value::Null, Value::Bytes)),
                (9, permissions.map_or(Value::Null, Value::from)),
                (10, rp_id.map_or(Value::Null, text)),
            ]),
        )?;
        Ok(session.decrypt(member(&answer, 2).unwrap().as_bytes().unwrap()))
    }

    /// getPINRetries.
    pub(crate) fn pin_retries(&self) -> Result<i128, Status> {
        let answer = self.device.send(6, map([(2, Value::from(1))]))?;
        Ok(i128::from(member(&answer, 3).unwrap().as_integer().unwrap()))
    }

    /// The pinUvAuthParam of this protocol for a message.
    pub(crate) fn param(&self, token: &[u8], message: &[u8]) -> Value {
        bytes(&authenticate(self.protocol, token, message))
    }
}
