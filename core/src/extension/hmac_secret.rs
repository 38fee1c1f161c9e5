//! hmac-secret and hmac-secret-mc (§12.7, §12.8): secrets that a client derives from a credential.

use ring::hmac;
use zeroize::Zeroizing;

use crate::{
    authenticator::Context,
    credential::Credential,
    ctap::{request::HmacSecretInput, status::Status},
    pin::{PinProtocol, SharedSecret},
    platform::Rng,
};

/// The length of a salt and of a secret, in bytes.
const SALT: usize = 32;

/// One or two salts, and the keys to send the secrets back with.
#[derive(Debug, Clone)]
pub(crate) struct Salts {
    shared: std::sync::Arc<SharedSecret>,
    salts: Zeroizing<Vec<u8>>,
}

impl Salts {
    /// Decrypts the salts of a request.
    pub(crate) fn open(
        context: &mut Context<'_>,
        input: &HmacSecretInput<'_>,
    ) -> Result<Self, Status> {
        let protocol = PinProtocol::from_request(Some(input.protocol))?;
        let shared = context
            .state
            .runtime
            .key_agreement(context.platform.rng.as_ref())?
            .decapsulate(protocol, &input.key_agreement)?;
        if !shared.verify(input.salt_enc, input.salt_auth) {
            return Err(Status::PinAuthInvalid);
        }
        let salts = shared.decrypt(input.salt_enc)?;
        if salts.len() != SALT && salts.len() != 2 * SALT {
            return Err(Status::InvalidLength);
        }
        Ok(Self { shared: std::sync::Arc::new(shared), salts })
    }

    /// HMAC-SHA-256(CredRandom, salt) for each salt, encrypted.
    pub(crate) fn evaluate(
        &self,
        credential: &Credential,
        user_verified: bool,
        rng: &dyn Rng,
    ) -> Result<Vec<u8>, Status> {
        let cred_random = credential.cred_random(user_verified);
        let key = hmac::Key::new(hmac::HMAC_SHA256, cred_random.as_ref());
        let mut secrets = Zeroizing::new(Vec::with_capacity(2 * SALT));
        for salt in self.salts.chunks(SALT) {
            secrets.extend_from_slice(hmac::sign(&key, salt).as_ref());
        }
        self.shared.encrypt(&secrets, rng)
    }
}
