//! Opens the phone: its state directory, its secret, its store.

use std::error::Error;
use std::sync::Arc;

use pocketkey_core::network::HttpCourier;
use pocketkey_core::platform::{
    BoxFuture, Consent, Platform, Prompt, Refusal, UserVerifier, VerifierStatus,
};
use pocketkey_core::software::{MonotonicClock, SoftwareKeyStore, SystemRng};
use pocketkey_core::{Authenticator, Location, OpenError};

use crate::attestation::Attestation;
use crate::cli::StateArgs;
use crate::state::key::{self, Kind, StoreKey};
use crate::state::{self, StateDir};

/// A phone that this process has for itself.
#[derive(Debug)]
pub struct Phone {
    /// The authenticator on the phone's store; to be dropped before the directory is given back.
    pub authenticator: Authenticator,
    /// Where the phone keeps its state.
    pub directory: StateDir,
    /// What opens the store.
    pub key: Kind,
}

/// Opens the phone that `which` names, making a new one where there is none, with attestation keys
/// where `attestation` names the sites for enterprise attestation. The verifier is asked for last:
/// until then the terminal belongs to the passphrase.
///
/// # Errors
/// What the state directory, the secret or the store gives, each saying what to do.
pub fn open<V: UserVerifier + 'static>(
    which: &StateArgs,
    attestation: Option<Vec<String>>,
    verifier: impl FnOnce() -> V,
) -> Result<Phone, Box<dyn Error>> {
    let directory = StateDir::open(state::directory(which.state.clone())?)?;
    let (secret, kind) = key::load_or_create(directory.path(), which.passphrase)?;
    let mut keys = SoftwareKeyStore::new(&secret);
    if let Some(sites) = attestation {
        let attestation = Attestation::load_or_create(directory.path(), &keys, sites)?;
        keys = keys.with_attestation(Arc::new(attestation));
    }
    let location = Location::File(directory.database());
    let authenticator = Authenticator::open(&location, platform(keys, verifier()))?;
    Ok(Phone { authenticator, directory, key: kind })
}

/// Opens the phone that `which` names for its owner's commands, which make no directory: one that was
/// misspelt must not look like a phone without accounts.
///
/// # Errors
/// That there is none, and what [`open`] gives.
pub fn existing(which: &StateArgs) -> Result<Phone, Box<dyn Error>> {
    let directory = state::directory(which.state.clone())?;
    if !directory.try_exists()? {
        let place = directory.display();
        return Err(format!(
            "there is no {place}: name the phone's directory with --state, or make a phone with `pocketkey phone`"
        )
        .into());
    }
    open(which, None, || Nobody)
}

/// Opens a phone that is gone when it is dropped, for what needs any phone.
///
/// # Errors
/// What the store gives.
pub fn passing() -> Result<Authenticator, OpenError> {
    let keys = SoftwareKeyStore::new(&StoreKey::default());
    Authenticator::open(&Location::Memory, platform(keys, Nobody))
}

/// The desktop's stand-in for a phone's hardware.
fn platform<V: UserVerifier + 'static>(keys: SoftwareKeyStore, verifier: V) -> Platform {
    Platform {
        key_store: Arc::new(keys),
        user_verifier: Arc::new(verifier),
        clock: Arc::new(MonotonicClock::default()),
        rng: Arc::new(SystemRng::default()),
        courier: Arc::new(HttpCourier::default()),
    }
}

/// Nobody: for commands of the owner, which ask no authenticator to consent.
#[derive(Debug, Clone, Copy)]
pub struct Nobody;

impl UserVerifier for Nobody {
    fn status(&self) -> VerifierStatus {
        VerifierStatus { built_in_uv: None, uv_modality: 0, chooses_account: true }
    }

    fn ask<'a>(&'a self, _prompt: &'a Prompt) -> BoxFuture<'a, Result<Consent, Refusal>> {
        Box::pin(async { Err(Refusal::Declined) })
    }
}
