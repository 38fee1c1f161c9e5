//! `passkey-authenticator` 0.6: typed requests, keys in the clear in a hash map, no PIN, and
//! attestation "none": its makeCredential signs nothing.

use async_trait::async_trait;
use passkey_authenticator::{Authenticator, MemoryStore, UiHint, UserCheck, UserValidationMethod};
use passkey_crypto::{
    CryptoBackend, aws_lc_rs::AwsLcRsBackend, iana::Algorithm, rust_crypto::RustCryptoBackend,
};
use passkey_types::{
    Passkey,
    ctap2::{Aaguid, Ctap2Error, get_assertion, make_credential},
};

use crate::now;

/// Whoever is asked agrees.
pub struct Agreeable;

#[async_trait]
impl UserValidationMethod for Agreeable {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _hint: UiHint<'a, Passkey>,
        presence: bool,
        _verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence, verification: false })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        None
    }
}

/// The authenticator, with signature counters, as Pocketkey has them.
pub struct PasskeyRs<C>(Authenticator<MemoryStore, Agreeable, C>);

impl PasskeyRs<AwsLcRsBackend> {
    /// With its aws-lc-rs backend.
    pub fn aws_lc_rs() -> Self {
        Self::new(AwsLcRsBackend)
    }
}

impl PasskeyRs<RustCryptoBackend> {
    /// With its RustCrypto backend.
    pub fn rust_crypto() -> Self {
        Self::new(RustCryptoBackend)
    }
}

impl<C: CryptoBackend + Send + Sync> PasskeyRs<C> {
    fn new(backend: C) -> Self {
        let mut authenticator =
            Authenticator::new(Aaguid::new_empty(), MemoryStore::new(), Agreeable, backend);
        authenticator.set_algorithms(&[Algorithm::ES256]).unwrap();
        authenticator.set_make_credentials_with_signature_counter(true);
        Self(authenticator)
    }

    /// Request bytes in, answer bytes out, through the crate's own serde types and `ciborium`.
    pub fn call(&mut self, request: &[u8]) -> Vec<u8> {
        let (command, parameters) = request.split_first().unwrap();
        let mut answer = vec![0];
        match command {
            1 => {
                let request = ciborium::from_reader(parameters).unwrap();
                ciborium::into_writer(&self.make_credential(request), &mut answer).unwrap();
            }
            2 => {
                let request = ciborium::from_reader(parameters).unwrap();
                ciborium::into_writer(&self.get_assertion(request), &mut answer).unwrap();
            }
            _ => panic!("only these two commands"),
        }
        answer
    }

    /// Without any CBOR of the message's own.
    pub fn get_assertion(&mut self, request: get_assertion::Request) -> get_assertion::Response {
        now(self.0.get_assertion(request)).map_err(u8::from).unwrap()
    }

    /// The same for a new credential.
    pub fn make_credential(
        &mut self,
        request: make_credential::Request,
    ) -> make_credential::Response {
        now(self.0.make_credential(request)).map_err(u8::from).unwrap()
    }
}
