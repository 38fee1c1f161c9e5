//! `opensk` 0.1: Google's firmware as a library, with its own software cryptography.
//!
//! Its own test environment simulates flash and would be measured more than the authenticator, so
//! its key-value store is a hash map here, unsealed, and its clock and buttons cost nothing.

use std::collections::HashMap;

use opensk::{
    api::{
        clock::Clock,
        connection::{HidConnection, RecvStatus, UsbEndpoint},
        crypto::software_crypto::SoftwareCrypto,
        customization::{CustomizationImpl, DEFAULT_CUSTOMIZATION},
        key_store,
        persist::{Persist, PersistIter},
        rng::{
            Rng,
            rand_core::{CryptoRng, Error, RngCore},
        },
        user_presence::{UserPresence, UserPresenceWaitResult},
    },
    ctap::{Channel, CtapState, status_code::CtapResult},
    env::Env,
};
use ring::rand::{SecureRandom, SystemRandom};

/// The authenticator.
pub struct OpenSk {
    env: Surroundings,
    state: CtapState<Surroundings>,
}

impl OpenSk {
    /// In factory state.
    pub fn new() -> Self {
        let mut env = Surroundings { rng: Random(SystemRandom::new()), stored: HashMap::new() };
        let state = CtapState::new(&mut env);
        Self { env, state }
    }

    /// Request bytes in, answer bytes out.
    pub fn call(&mut self, request: &[u8]) -> Vec<u8> {
        self.state.process_command(&mut self.env, request, Channel::MainHid([0, 0, 0, 1]))
    }
}

impl Default for OpenSk {
    fn default() -> Self {
        Self::new()
    }
}

struct Surroundings {
    rng: Random,
    stored: HashMap<usize, Vec<u8>>,
}

/// The source of randomness that Pocketkey has too.
struct Random(SystemRandom);

impl RngCore for Random {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_ne_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_ne_bytes(bytes)
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        self.0.fill(buffer).unwrap();
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(buffer);
        Ok(())
    }
}

impl CryptoRng for Random {}
impl Rng for Random {}

impl Clock for Surroundings {
    type Timer = ();

    fn make_timer(&mut self, _milliseconds: usize) -> Self::Timer {}

    fn is_elapsed(&mut self, _timer: &Self::Timer) -> bool {
        false
    }
}

impl UserPresence for Surroundings {
    fn check_init(&mut self) {}

    fn wait_with_timeout(&mut self, _: &mut [u8; 64], _: usize) -> UserPresenceWaitResult {
        Ok((Ok(()), RecvStatus::Timeout))
    }

    fn check_complete(&mut self) {}
}

impl Persist for Surroundings {
    fn find(&self, key: usize) -> CtapResult<Option<Vec<u8>>> {
        Ok(self.stored.get(&key).cloned())
    }

    fn insert(&mut self, key: usize, value: &[u8]) -> CtapResult<()> {
        self.stored.insert(key, value.to_vec());
        Ok(())
    }

    fn remove(&mut self, key: usize) -> CtapResult<()> {
        self.stored.remove(&key);
        Ok(())
    }

    fn iter(&self) -> CtapResult<PersistIter<'_>> {
        Ok(Box::new(self.stored.keys().map(|key| Ok(*key))))
    }
}

impl HidConnection for Surroundings {
    fn send(&mut self, _: &[u8; 64], _: UsbEndpoint) -> CtapResult<()> {
        Ok(())
    }

    fn recv(&mut self, _: &mut [u8; 64], _: usize) -> CtapResult<RecvStatus> {
        Ok(RecvStatus::Timeout)
    }
}

/// Where its debugging output would go.
pub struct Nowhere;

impl std::fmt::Write for Nowhere {
    fn write_str(&mut self, _: &str) -> std::fmt::Result {
        Ok(())
    }
}

impl key_store::Helper for Surroundings {}

impl Env for Surroundings {
    type Rng = Random;
    type UserPresence = Self;
    type Persist = Self;
    type KeyStore = Self;
    type Clock = Self;
    type Write = Nowhere;
    type Customization = CustomizationImpl;
    type HidConnection = Self;
    type Crypto = SoftwareCrypto;

    fn rng(&mut self) -> &mut Random {
        &mut self.rng
    }

    fn user_presence(&mut self) -> &mut Self {
        self
    }

    fn persist(&mut self) -> &mut Self {
        self
    }

    fn key_store(&mut self) -> &mut Self {
        self
    }

    fn clock(&mut self) -> &mut Self {
        self
    }

    fn write(&mut self) -> Nowhere {
        Nowhere
    }

    fn customization(&self) -> &CustomizationImpl {
        &DEFAULT_CUSTOMIZATION
    }

    fn hid_connection(&mut self) -> &mut Self {
        self
    }

    fn boots_after_soft_reset(&self) -> bool {
        false
    }
}
