//! Opening.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use pocketkey_core::{
    self as core, Location,
    platform::{self, Platform},
    software::SystemRng,
};

use super::{Authenticator, lock};
use crate::{
    OpenError,
    events::{EventListener, Events},
    foreign::{
        ForeignClock, ForeignCourier, ForeignKeyStore, ForeignRandom, ForeignVerifier, KeyStore,
        Seams, SystemClock, Told, UserVerifier,
    },
    types::VerifierStatus,
};

/// Where a store lives.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Place {
    /// Nowhere: it is gone when the authenticator is closed.
    Memory,
    /// In this file, beside which SQLite keeps its write-ahead log. It is made where there is none; its
    /// folder must exist.
    File {
        /// The file.
        path: String,
    },
}

#[cfg(feature = "network")]
fn no_courier() -> Arc<dyn platform::Courier> {
    Arc::new(crate::foreign::OwnCourier::default())
}

#[cfg(not(feature = "network"))]
fn no_courier() -> Arc<dyn platform::Courier> {
    Arc::new(platform::NoNetwork)
}

#[uniffi::export]
impl Authenticator {
    /// Opens the store at `place`, or makes one. This reads and writes the disk, and asks the key store.
    ///
    /// # Errors
    /// Any [`OpenError`]; then nothing has been changed.
    #[uniffi::constructor]
    pub fn open(
        place: Place,
        key_store: Arc<dyn KeyStore>,
        verifier: Arc<dyn UserVerifier>,
        verifier_status: VerifierStatus,
        listener: Option<Arc<dyn EventListener>>,
        seams: Seams,
    ) -> Result<Arc<Self>, OpenError> {
        let events = Arc::new(Events::new(listener));
        let key_store = ForeignKeyStore::new(key_store, Arc::clone(&events))?;
        let verifier_status = Arc::new(Mutex::new(verifier_status));
        let questions = Arc::default();
        let letters = Arc::default();
        let notices = Arc::<Told>::default();
        let user_verifier = ForeignVerifier {
            foreign: verifier,
            questions: Arc::clone(&questions),
            status: Arc::clone(&verifier_status),
            notices: Arc::clone(&notices),
            events: Arc::clone(&events),
        };
        let clock: Arc<dyn platform::Clock> = match seams.clock {
            Some(foreign) => Arc::new(ForeignClock::new(foreign, Arc::clone(&events))),
            None => Arc::new(SystemClock),
        };
        let rng: Arc<dyn platform::Rng> = match seams.random {
            Some(foreign) => Arc::new(ForeignRandom { foreign, events: Arc::clone(&events) }),
            None => Arc::new(SystemRng::default()),
        };
        let courier: Arc<dyn platform::Courier> = match seams.courier {
            Some(foreign) => Arc::new(ForeignCourier {
                foreign,
                letters: Arc::clone(&letters),
                events: Arc::clone(&events),
            }),
            None => no_courier(),
        };
        let platform = Platform {
            key_store: Arc::new(key_store),
            user_verifier: Arc::new(user_verifier),
            clock,
            rng,
            courier,
        };
        let location = match place {
            Place::Memory => Location::Memory,
            Place::File { path } => Location::File(PathBuf::from(path)),
        };
        let core = core::Authenticator::open(&location, platform)?;
        let membership = core.membership().ok().flatten().map(Into::into);
        Ok(Arc::new(Self {
            core: Mutex::new(Some(core)),
            running: Mutex::new(None),
            abortable: Mutex::default(),
            questions,
            letters,
            notices,
            verifier_status,
            events,
            membership: Mutex::new(membership),
        }))
    }

    /// Says what the platform's verification can do from now on. It is kept, so that no request has to
    /// ask.
    ///
    /// # Errors
    /// `Closed`.
    pub fn set_verifier_status(&self, status: VerifierStatus) -> Result<(), crate::CallError> {
        self.core()?;
        *lock(&self.verifier_status) = status;
        Ok(())
    }
}
