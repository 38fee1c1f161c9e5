//! The authenticator's state: what the store keeps, and what a power cycle forgets.

use std::{ops::Range, sync::Arc, time::Duration};

use zeroize::Zeroizing;

use crate::{
    authenticator::Source,
    command::{
        credential_management::Enumeration, get_assertion::PendingAssertions,
        large_blobs::PendingWrite, u2f::PendingPresence,
    },
    counter::Counter,
    ctap::status::Status,
    membership::{self, Membership},
    pin::{KeyAgreement, Token},
    platform::{Platform, Rng},
    settings::Settings,
    store::{Change, Location, OpenError, Record, Store, StoreError},
    transport::Transport,
};

/// Everything that a transaction owns while it runs.
#[derive(Debug)]
pub(crate) struct State {
    pub store: Store,
    pub settings: Arc<Settings>,
    pub counter: Counter,
    pub membership: Option<Membership>,
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
    /// When the phone was put on the reader, until a signature has taken that as presence.
    pub tap: Option<Duration>,
    /// Sequences of check-ins that are reserved and have not been used.
    pub sequences: Range<u64>,
}

/// What the next command may continue. Any other command forgets it (§6.3, §6.8.2).
#[derive(Debug, Default)]
pub(crate) enum Pending {
    #[default]
    Nothing,
    Assertions(PendingAssertions),
    Enumeration(Enumeration),
}

impl Pending {
    fn expires(&self) -> Option<Duration> {
        match self {
            Self::Nothing => None,
            Self::Assertions(assertions) => Some(assertions.expires()),
            Self::Enumeration(enumeration) => Some(enumeration.expires()),
        }
    }

    fn source(&self) -> Option<Source> {
        match self {
            Self::Nothing => None,
            Self::Assertions(assertions) => Some(assertions.source()),
            Self::Enumeration(enumeration) => Some(enumeration.source()),
        }
    }
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

    /// Forgets what was allowed and begun by rules that no longer hold.
    pub(crate) fn rules_changed(&mut self) {
        self.token = None;
        self.pending = Pending::Nothing;
        self.blob_write = None;
        self.u2f = None;
    }

    /// Lets time take effect on tokens, on what was begun, and on a U2F prompt that nobody polls.
    pub(crate) fn expire(&mut self, now: Duration) {
        if let Some(token) = &mut self.token {
            token.expire_presence(now);
            if token.expired(now) {
                self.token = None;
                // §6: what a token allowed to begin ends with it.
                if matches!(self.pending, Pending::Enumeration(_)) {
                    self.pending = Pending::Nothing;
                }
            }
        }
        if self.pending.expires().is_some_and(|expires| now >= expires) {
            self.pending = Pending::Nothing;
        }
        if self.u2f.as_ref().is_some_and(|presence| presence.abandoned(now)) {
            self.u2f = None;
        }
    }

    /// Forgets what came by one transport: its field is gone, its cable was pulled. Wrong PINs in a
    /// row are forgotten too, because only a person can take a phone off a reader.
    pub(crate) fn disconnect(&mut self, transport: Transport) {
        self.pin_misses = 0;
        if transport == Transport::Nfc {
            self.tap = None;
        }
        if self.token.as_ref().is_some_and(|token| token.transport() == transport) {
            self.token = None;
        }
        if self.pending.source().is_some_and(|source| source.transport == transport) {
            self.pending = Pending::Nothing;
        }
        if self.blob_write.as_ref().is_some_and(|write| write.source().transport == transport) {
            self.blob_write = None;
        }
        if self.u2f.as_ref().is_some_and(|presence| presence.source().transport == transport) {
            self.u2f = None;
        }
    }
}

impl State {
    pub(crate) fn open(location: &Location, platform: &Platform) -> Result<Self, OpenError> {
        let store = Store::open(location, platform)?;
        let settings = Arc::new(load_settings(&store)?);
        let counter = Counter::load(&store)?;
        let membership = membership::load(&store, settings.membership)?;
        if matches!(membership, Some(Membership::Revoked(_))) {
            // A kill right after the erasure has left the log: what is in it is noise, but goes too.
            let _ = store.checkpoint();
        }
        Ok(Self { store, settings, counter, membership, runtime: Runtime::default() })
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

    /// Factory state: everything stored is erased, everything remembered forgotten. Nothing can fail
    /// between the two.
    pub(crate) fn erase(&mut self) -> Result<(), StoreError> {
        self.erase_to(Settings::default(), None)
    }

    /// Erases everything but what a revocation leaves behind, all in one transaction.
    pub(crate) fn erase_to(
        &mut self,
        settings: Settings,
        membership: Option<Membership>,
    ) -> Result<(), StoreError> {
        let keys = self.membership_keys();
        match &membership {
            None => self.store.erase(keys, &[])?,
            Some(left) => self.store.erase(
                keys,
                &[
                    Change::Write(Record::Settings, &settings.encode()),
                    Change::Write(Record::Membership, &left.encode()),
                ],
            )?,
        }
        self.settings = Arc::new(settings);
        self.counter = Counter::new();
        self.membership = membership;
        self.runtime = Runtime::default();
        Ok(())
    }
}

fn load_settings(store: &Store) -> Result<Settings, StoreError> {
    store
        .record(Record::Settings)?
        .and_then(|bytes| Settings::decode(&bytes).ok())
        .ok_or(StoreError::Damaged { table: "record" })
}
