//! The client's half of PIN/UV protocol two (CTAP 2.3 §6.5.7).

use aes::Aes256;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use ciborium::Value;
use p256::{PublicKey, SecretKey, elliptic_curve::sec1::ToSec1Point};
use ring::{digest, hkdf, hmac};

use crate::{
    client::{bytes, map, member, request, success, text},
    device::Device,
};

const PIN: &str = "1234";
const IV: [u8; 16] = [0x42; 16];

/// A shared secret with the authenticator.
pub struct Session {
    cose_key: Value,
    hmac_key: [u8; 32],
    aes_key: [u8; 32],
}

struct Len(usize);

impl hkdf::KeyType for Len {
    fn len(&self) -> usize {
        self.0
    }
}

impl Session {
    /// getKeyAgreement, with a key pair that a client may use as often as it likes.
    pub fn begin(device: &Device) -> Self {
        let parameters = map([(1, Value::from(2)), (2, Value::from(2))]);
        let answer = success(&device.call(&request(6, &parameters)));
        let peer = member(&answer, 1);
        let coordinate = |key| member(peer, key).as_bytes().unwrap().as_slice();
        let point = [&[4], coordinate(-2), coordinate(-3)].concat();
        let peer = PublicKey::from_sec1_bytes(&point).unwrap();
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
            let mut key = [0; 32];
            let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, &[0; 32]).extract(&z);
            prk.expand(&[info], Len(32)).unwrap().fill(&mut key).unwrap();
            key
        };
        Self { cose_key, hmac_key: derive(b"CTAP2 HMAC key"), aes_key: derive(b"CTAP2 AES key") }
    }

    fn encrypt(&self, plaintext: &[u8]) -> Vec<u8> {
        let mut body = plaintext.to_vec();
        let length = body.len();
        cbc::Encryptor::<Aes256>::new_from_slices(&self.aes_key, &IV)
            .unwrap()
            .encrypt_padded::<NoPadding>(&mut body, length)
            .unwrap();
        [IV.as_slice(), &body].concat()
    }

    fn decrypt(&self, ciphertext: &[u8]) -> Vec<u8> {
        let (iv, body) = ciphertext.split_at(16);
        let mut body = body.to_vec();
        cbc::Decryptor::<Aes256>::new_from_slices(&self.aes_key, iv)
            .unwrap()
            .decrypt_padded::<NoPadding>(&mut body)
            .unwrap();
        body
    }

    /// setPIN.
    pub fn set_pin(&self, device: &Device) {
        let mut padded = PIN.as_bytes().to_vec();
        padded.resize(64, 0);
        let new_pin = self.encrypt(&padded);
        let parameters = map([
            (1, Value::from(2)),
            (2, Value::from(3)),
            (3, self.cose_key.clone()),
            (4, bytes(&authenticate(&self.hmac_key, &new_pin))),
            (5, bytes(&new_pin)),
        ]);
        success(&device.call(&request(6, &parameters)));
    }

    /// getPinUvAuthTokenUsingPinWithPermissions, for getAssertion at one site.
    pub fn token(&self, device: &Device, rp_id: &str) -> Vec<u8> {
        let hash = digest::digest(&digest::SHA256, PIN.as_bytes());
        let parameters = map([
            (1, Value::from(2)),
            (2, Value::from(9)),
            (3, self.cose_key.clone()),
            (6, bytes(&self.encrypt(&hash.as_ref()[..16]))),
            (9, Value::from(2)),
            (10, text(rp_id)),
        ]);
        let answer = success(&device.call(&request(6, &parameters)));
        self.decrypt(member(&answer, 2).as_bytes().unwrap())
    }

    /// The input of hmac-secret, with one salt.
    pub fn hmac_secret(&self) -> Value {
        let salt = self.encrypt(&[0x5a; 32]);
        let input = map([
            (1, self.cose_key.clone()),
            (2, bytes(&salt)),
            (3, bytes(&authenticate(&self.hmac_key, &salt))),
            (4, Value::from(2)),
        ]);
        map([("hmac-secret", input)])
    }
}

/// `authenticate(key, message)` of the standard.
pub fn authenticate(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
}
