//! PIN/UV auth protocol two (CTAP 2.3 §6.5.7), the client's half.

use std::io;

use aes::Aes256;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use ciborium::Value;
use p256::{PublicKey, SecretKey, elliptic_curve::sec1::ToSec1Point};
use ring::{digest, hkdf, hmac};

use super::{Answer, Ctap, Wire, bytes, map, member};

const CLIENT_PIN: u8 = 0x06;
const PROTOCOL: u8 = 2;
/// A client may choose its initialization vectors as it likes.
const IV: [u8; 16] = [0x42; 16];

/// Bits of pinUvAuthToken permissions (§6.5.5.7).
pub struct Permissions;

impl Permissions {
    pub const MAKE_CREDENTIAL: u8 = 0x01;
    pub const GET_ASSERTION: u8 = 0x02;
    pub const MANAGE_CREDENTIALS: u8 = 0x04;
    pub const LARGE_BLOB_WRITE: u8 = 0x10;
    pub const CONFIGURE: u8 = 0x20;
}

/// A pinUvAuthToken.
#[derive(Clone)]
pub struct Token(pub Vec<u8>);

impl Token {
    /// pinUvAuthParam for a message, and the protocol's number.
    pub fn prove(&self, message: &[u8]) -> (Value, Value) {
        (bytes(&tag(&self.0, message)), Value::from(PROTOCOL))
    }
}

/// What a client and the authenticator agree on for one exchange.
struct Session {
    cose_key: Value,
    hmac_key: Vec<u8>,
    aes_key: Vec<u8>,
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Session {
    fn new(answer: &Value) -> Option<Self> {
        let peer = member(answer, 1)?;
        let x = member(peer, -2)?.as_bytes()?;
        let y = member(peer, -3)?.as_bytes()?;
        let peer = PublicKey::from_sec1_bytes(&[&[4], x.as_slice(), y.as_slice()].concat()).ok()?;
        // Whose key it is matters to nobody here.
        let secret = SecretKey::from_slice(&[0x11; 32]).ok()?;
        let shared = p256::ecdh::diffie_hellman(secret.to_nonzero_scalar(), peer.as_affine());
        let own = secret.public_key().to_sec1_point(false);
        let cose_key = map(vec![
            (1, Value::from(2)),
            (3, Value::from(-25)),
            (-1, Value::from(1)),
            (-2, bytes(own.x()?)),
            (-3, bytes(own.y()?)),
        ]);
        let derive = |info: &[u8]| {
            let mut key = vec![0; 32];
            hkdf::Salt::new(hkdf::HKDF_SHA256, &[0; 32])
                .extract(shared.raw_secret_bytes())
                .expand(&[info], Length(32))
                .and_then(|material| material.fill(&mut key))
                .expect("32 bytes are few enough");
            key
        };
        let (hmac_key, aes_key) = (derive(b"CTAP2 HMAC key"), derive(b"CTAP2 AES key"));
        Some(Self { cose_key, hmac_key, aes_key })
    }

    fn encrypt(&self, plaintext: &[u8]) -> Vec<u8> {
        let mut body = plaintext.to_vec();
        let length = body.len();
        cbc::Encryptor::<Aes256>::new_from_slices(&self.aes_key, &IV)
            .expect("the lengths are AES-256's")
            .encrypt_padded::<NoPadding>(&mut body, length)
            .expect("whole blocks");
        [IV.to_vec(), body].concat()
    }

    fn decrypt(&self, ciphertext: &[u8]) -> Option<Vec<u8>> {
        let (iv, body) = ciphertext.split_at_checked(16)?;
        let mut body = body.to_vec();
        cbc::Decryptor::<Aes256>::new_from_slices(&self.aes_key, iv)
            .ok()?
            .decrypt_padded::<NoPadding>(&mut body)
            .ok()?;
        Some(body)
    }
}

fn tag(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
}

/// LEFT(SHA-256(PIN), 16).
pub fn pin_hash(pin: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, pin.as_bytes()).as_ref()[..16].to_vec()
}

fn padded(pin: &str) -> Vec<u8> {
    let mut padded = pin.as_bytes().to_vec();
    padded.resize(64, 0);
    padded
}

impl<W: Wire> Ctap<W> {
    fn client_pin(&mut self, subcommand: u8, more: Vec<(i64, Value)>) -> io::Result<Answer> {
        let head = vec![(1, Value::from(PROTOCOL)), (2, Value::from(subcommand))];
        self.send(CLIENT_PIN, [head, more].concat())
    }

    fn session(&mut self) -> io::Result<Result<Session, u8>> {
        let answer = match self.client_pin(2, Vec::new())? {
            Ok(answer) => answer,
            Err(status) => return Ok(Err(status)),
        };
        Session::new(&answer).map(Ok).ok_or_else(|| io::Error::other("a strange key agreement"))
    }

    /// getPINRetries.
    pub fn pin_retries(&mut self) -> io::Result<Result<u8, u8>> {
        let answer = self.client_pin(1, Vec::new())?;
        Ok(answer.map(|answer| {
            let retries = member(&answer, 3).and_then(Value::as_integer);
            retries.and_then(|retries| u8::try_from(retries).ok()).expect("a number of retries")
        }))
    }

    /// setPIN.
    pub fn set_pin(&mut self, pin: &str) -> io::Result<Answer> {
        let session = match self.session()? {
            Ok(session) => session,
            Err(status) => return Ok(Err(status)),
        };
        let new_pin = session.encrypt(&padded(pin));
        let proof = tag(&session.hmac_key, &new_pin);
        let more = vec![(3, session.cose_key), (4, bytes(&proof)), (5, bytes(&new_pin))];
        self.client_pin(3, more)
    }

    /// changePIN.
    pub fn change_pin(&mut self, old: &str, new: &str) -> io::Result<Answer> {
        let session = match self.session()? {
            Ok(session) => session,
            Err(status) => return Ok(Err(status)),
        };
        let new_pin = session.encrypt(&padded(new));
        let old_hash = session.encrypt(&pin_hash(old));
        let proof = tag(&session.hmac_key, &[new_pin.as_slice(), &old_hash].concat());
        let more = vec![
            (3, session.cose_key),
            (4, bytes(&proof)),
            (5, bytes(&new_pin)),
            (6, bytes(&old_hash)),
        ];
        self.client_pin(4, more)
    }

    /// getPinUvAuthTokenUsingPinWithPermissions, for any site that permits it.
    pub fn token(
        &mut self,
        pin: &str,
        permissions: u8,
        rp_id: Option<&str>,
    ) -> io::Result<Result<Token, u8>> {
        self.token_by(9, Some(pin), permissions, rp_id)
    }

    /// getPinUvAuthTokenUsingUvWithPermissions.
    pub fn token_by_uv(
        &mut self,
        permissions: u8,
        rp_id: Option<&str>,
    ) -> io::Result<Result<Token, u8>> {
        self.token_by(6, None, permissions, rp_id)
    }

    fn token_by(
        &mut self,
        subcommand: u8,
        pin: Option<&str>,
        permissions: u8,
        rp_id: Option<&str>,
    ) -> io::Result<Result<Token, u8>> {
        let session = match self.session()? {
            Ok(session) => session,
            Err(status) => return Ok(Err(status)),
        };
        let hash = pin.map_or(Value::Null, |pin| bytes(&session.encrypt(&pin_hash(pin))));
        let more = vec![
            (3, session.cose_key.clone()),
            (6, hash),
            (9, Value::from(permissions)),
            (10, rp_id.map_or(Value::Null, Value::from)),
        ];
        Ok(self.client_pin(subcommand, more)?.map(|answer| {
            let sealed = member(&answer, 2).and_then(Value::as_bytes).expect("a token");
            Token(session.decrypt(sealed).expect("whole blocks"))
        }))
    }
}
