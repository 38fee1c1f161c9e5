//! The authenticator, as the other side holds it.

mod abort;
mod calls;
mod open;
mod owner;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use pocketkey_core::{self as core, TransactionHandle};

pub(crate) use abort::Abort;
pub use calls::Client;
pub(crate) use calls::{Message, link_number};
pub use open::Place;

use crate::{
    CallError,
    events::{Event, Events, LogLevel},
    foreign::{Couriers, Questions, Told},
    types::{Membership, VerifierStatus},
};

/// An authenticator on a store.
///
/// It serves one request at a time, over whatever transports; others get *busy* at once. After
/// [`close`](Self::close), every method says that it is closed.
#[derive(uniffi::Object)]
pub struct Authenticator {
    /// The core, until this is closed. What runs then has a clone of its own.
    core: Mutex<Option<core::Authenticator>>,
    running: Mutex<Option<Running>>,
    /// The calls that run and are no requests of clients.
    abortable: Mutex<Vec<(u64, Arc<abort::Signal>)>>,
    questions: Arc<Questions>,
    letters: Arc<Couriers>,
    /// What the person was told last, and why.
    pub(crate) notices: Arc<Told>,
    verifier_status: Arc<Mutex<VerifierStatus>>,
    events: Arc<Events>,
    /// How it stood with its workspace when that was last looked at.
    membership: Mutex<Option<Membership>>,
}

/// The request that runs.
struct Running {
    call: u64,
    handle: TransactionHandle,
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator").finish_non_exhaustive()
    }
}

/// Each of these locks guards a value that is whole at every instant.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Authenticator {
    /// The core, where this is not closed.
    pub(crate) fn core(&self) -> Result<core::Authenticator, CallError> {
        lock(&self.core).clone().ok_or(CallError::Closed)
    }

    pub(crate) fn is_closed(&self) -> bool {
        lock(&self.core).is_none()
    }

    pub(crate) fn events(&self) -> &Arc<Events> {
        &self.events
    }

    /// Tells who listens how the phone stands with its workspace, where that is new. Looked at between
    /// requests: while one runs, its end will look.
    pub(crate) fn look_at_membership(&self, core: &core::Authenticator) {
        if !self.events.are_heard() {
            return;
        }
        let Ok(now) = core.membership() else { return };
        let now = now.map(Membership::from);
        let mut known = lock(&self.membership);
        if *known != now {
            known.clone_from(&now);
            drop(known);
            self.events.emit(|| Event::MembershipChanged { membership: now });
        }
    }
}

#[uniffi::export]
impl Authenticator {
    /// Ends whatever runs, and makes this unusable. It returns at once. The store's file is free when
    /// the calls that were running have returned; they say that the authenticator is closed.
    ///
    /// # Errors
    /// `Closed` where that had been done before.
    // Kotlin's objects have a `close` already.
    #[uniffi::method(name = "end")]
    pub fn close(&self) -> Result<(), CallError> {
        let core = lock(&self.core).take().ok_or(CallError::Closed)?;
        core.power_cycle();
        drop(core);
        self.abort_all();
        self.events.close();
        Ok(())
    }

    /// Sets how much is logged: by default, warnings and errors.
    ///
    /// # Errors
    /// `Closed`.
    pub fn set_log_level(&self, level: LogLevel) -> Result<(), CallError> {
        self.core()?;
        self.events.set_level(level);
        Ok(())
    }
}

impl Drop for Authenticator {
    fn drop(&mut self) {
        let _ = self.close();
    }
}

#[cfg(test)]
impl Authenticator {
    /// How many questions are open.
    pub(crate) fn open_questions(&self) -> usize {
        self.questions.count()
    }
}
