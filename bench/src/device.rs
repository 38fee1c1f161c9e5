//! Pocketkey with a person who agrees at once.

use std::{path::Path, sync::Arc};

use pocketkey_core::{
    Authenticator, Location, Source,
    platform::{
        BoxFuture, Choice, Consent, NoNetwork, Platform, Prompt, Refusal, UserVerifier,
        VerifierStatus,
    },
    software::{MonotonicClock, SoftwareKeyStore, SystemRng},
    transport::Transport,
};

use crate::{client, now};

/// Whoever is asked agrees, with the newest account.
#[derive(Debug)]
struct Agreeable;

impl UserVerifier for Agreeable {
    fn status(&self) -> VerifierStatus {
        VerifierStatus { built_in_uv: None, uv_modality: 0, chooses_account: true }
    }

    fn ask<'a>(&'a self, _prompt: &'a Prompt) -> BoxFuture<'a, Result<Consent, Refusal>> {
        let consent = Consent { verified: false, choice: Choice::default(), authorization: None };
        Box::pin(std::future::ready(Ok(consent)))
    }
}

/// An authenticator and its only client.
pub struct Device {
    authenticator: Authenticator,
}

impl Device {
    /// On a store in memory.
    pub fn in_memory() -> Self {
        Self::open(&Location::Memory, &[7; 32])
    }

    /// On a file.
    pub fn on_file(path: &Path, key: &[u8; 32]) -> Self {
        Self::open(&Location::File(path.to_owned()), key)
    }

    fn open(location: &Location, key: &[u8; 32]) -> Self {
        let platform = Platform {
            key_store: Arc::new(SoftwareKeyStore::new(key)),
            user_verifier: Arc::new(Agreeable),
            clock: Arc::new(MonotonicClock::default()),
            rng: Arc::new(SystemRng::default()),
            courier: Arc::new(NoNetwork),
        };
        Self { authenticator: Authenticator::open(location, platform).unwrap() }
    }

    /// Request bytes in, answer bytes out.
    pub fn call(&self, request: &[u8]) -> Vec<u8> {
        let source = Source::new(Transport::Usb, 1);
        now(self.authenticator.begin(source).unwrap().ctap2(request))
    }

    /// Registers and gives the credential ID.
    pub fn register(&self, rp_id: &str, user_id: &[u8], discoverable: bool) -> Vec<u8> {
        client::credential_id(&self.call(&client::make_credential(rp_id, user_id, discoverable)))
    }

    /// As many accounts at one site; gives the first one's ID.
    pub fn with_accounts(rp_id: &str, accounts: u32) -> (Self, Vec<u8>) {
        let device = Self::in_memory();
        let id = device.register(rp_id, &0_u32.to_be_bytes(), true);
        for account in 1..accounts {
            device.register(rp_id, &account.to_be_bytes(), true);
        }
        (device, id)
    }

    /// One account at `rp_id` and at as many other sites as it takes; gives its ID.
    pub fn with_sites(rp_id: &str, sites: u32) -> (Self, Vec<u8>) {
        let device = Self::in_memory();
        let id = device.register(rp_id, b"user", true);
        for site in 1..sites {
            device.register(&format!("site-{site}.example"), b"user", true);
        }
        (device, id)
    }

    /// Moves the log into the file.
    pub fn checkpoint(&self) {
        self.authenticator.idle().unwrap();
    }
}
