//! The authenticator's state: what the store keeps, and what a power cycle forgets.

use std::{sync::Arc, time::Duration};

use zeroize::Zeroizing;

use crate::{
    command::{
        credential_management::Enumeration, get_assertion::PendingAssertions,
        large_blobs::PendingWrite, u2f::PendingPresence,
    },
    counter::Counter,
    ctap::status::Status,
    pin::{KeyAgreement, Token},
    platform::{Platform, Rng},
    settings::Settings,
    store::{Location, OpenError, Record, Store, StoreError},
};

/// Everything that a transaction owns while it runs.
#[derive(Debug)]
pub(crate) struct State {
    pub store: Store,
    pub settings: Arc<Settings>,
    pub counter: Counter,
    pub runtime: Runtime,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Settings")
    }
}

/// What a power cycle forgets.
#[derive(Debug, Default)]
pub(crate) struct Runtime {
    key_agreement: Option<KeyAgreement>,
    pub token: Option<Token>,
    /// Wrong PINs in a row (§6.5.5.7: three, then nothing until a power cycle).
    pub pin_misses: u8,
    pub pending: Pending,
    pub blob_write: Option<PendingWrite>,
    pub u2f: Option<PendingPresence>,
}

/// What the next command may continue. Any other command forgets it (§6.3, §6.8.2).
#[derive(Debug, Default)]
pub(crate) enum Pending {
    #[default]
    Nothing,
    Assertions(PendingAssertions),
    Enumeration(Enumeration),
}

impl Runtime {
    /// The key pair for key agreement, made when it is first needed.
    pub(crate) fn key_agreement(&mut self, rng: &dyn Rng) -> Result<&KeyAgreement, Status> {
        match &mut self.key_agreement {
            Some(key) => Ok(key),
            empty => Ok(empty.insert(KeyAgreement::generate(rng)?)),
        }
    }

    /// `regenerate()`: the next key agreement uses a new key pair.
    pub(crate) fn forget_key_agreement(&mut self) {
        self.key_agreement = None;
    }

    /// Drops a token whose time is over.
    pub(crate) fn expire(&mut self, now: Duration) {
        if self.token.as_ref().is_some_and(|token| token.expired(now)) {
            self.token = None;
        }
    }
}

impl State {
    pub(crate) fn open(location: &Location, platform: &Platform) -> Result<Self, OpenError> {
        let store = Store::open(location, platform)?;
        let settings = Arc::new(load_settings(&store)?);
        let counter = Counter::load(&store)?;
        Ok(Self { store, settings, counter, runtime: Runtime::default() })
    }

    /// Changes settings: durable first, then in force.
    pub(crate) fn update_settings(
        &mut self,
        change: impl FnOnce(&mut Settings),
    ) -> Result<(), StoreError> {
        let mut changed = Settings::clone(&self.settings);
        change(&mut changed);
        self.store.set_record(Record::Settings, &changed.encode())?;
        self.settings = Arc::new(changed);
        Ok(())
    }

    /// The persistent token (§6.5.2.1). Made when it is first needed, it lasts until changePIN or a
    /// reset.
    pub(crate) fn persistent_token(
        &mut self,
        rng: &dyn Rng,
    ) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        if let Some(token) = &self.settings.persistent_token {
            return Ok(token.clone());
        }
        let mut token = Zeroizing::new([0; 32]);
        rng.fill(token.as_mut())?;
        self.update_settings(|settings| settings.persistent_token = Some(token.clone()))?;
        Ok(token)
    }

    /// Factory state: everything stored is erased, everything remembered forgotten.
    pub(crate) fn erase(&mut self) -> Result<(), StoreError> {
        self.store.erase()?;
        self.settings = Arc::default();
        self.counter = Counter::load(&self.store)?;
        self.runtime = Runtime::default();
        Ok(())
    }
}

fn load_settings(store: &Store) -> Result<Settings, StoreError> {
    match store.record(Record::Settings)? {
        None => Ok(Settings::default()),
        Some(bytes) => {
            Settings::decode(&bytes).map_err(|_| StoreError::Damaged { table: "record" })
        }
    }
}
