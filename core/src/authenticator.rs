//! The authenticator: opened on a store, serving one transaction at a time.

mod context;
mod lease;
mod source;

use std::{fmt, sync::Arc};

use context::Signal;
pub use context::TransactionHandle;
pub(crate) use context::{Context, NoConsent};
use lease::{Field, Lease, Running, Shared};
pub use source::{Nearness, ProximityProof, Source};

use crate::{
    command,
    ctap::status::Status,
    platform::Platform,
    state::State,
    store::{Location, OpenError, StoreError},
    transport::Transport,
};

/// A CTAP2 authenticator. Clones are the same authenticator.
#[derive(Clone)]
pub struct Authenticator {
    shared: Arc<Shared>,
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator").finish_non_exhaustive()
    }
}

/// Another transaction is running: answer with the transport's own *busy*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the authenticator is serving another client")]
pub struct Busy;

/// Why the owner's own access failed.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// A client is being served; try again when it is done, or cancel it.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Authenticator {
    /// Opens the store at `location`, or makes one.
    ///
    /// # Errors
    /// Any [`OpenError`]; then nothing has been changed.
    pub fn open(location: &Location, platform: Platform) -> Result<Self, OpenError> {
        let state = State::open(location, &platform)?;
        Ok(Self { shared: Arc::new(Shared::new(platform, state)) })
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// [`Busy`] while another runs.
    pub fn begin(&self, source: Source) -> Result<Transaction, Busy> {
        let signal = Arc::new(Signal::default());
        let mut lease = self.lease(Some(Running { signal: Arc::clone(&signal), source }))?;
        if let Some(state) = &mut lease.state {
            state.runtime.expire(self.shared.platform.clock.now());
        }
        Ok(Transaction { lease, signal, source })
    }

    /// Cancels whatever runs: it answers KEEPALIVE_CANCEL, unless it is about to answer already. A
    /// prompt that a U2F client is polling for counts as declined.
    pub fn cancel(&self) {
        if let Some(signal) = self.running(|_| true) {
            signal.cancel();
        } else if let Ok(mut lease) = self.lease(None)
            && let Some(state) = &mut lease.state
        {
            let now = self.shared.platform.clock.now();
            state.runtime.u2f = state.runtime.u2f.take().map(|presence| presence.declined(now));
        }
    }

    /// What taking the key out of its port does: whatever runs is cancelled, and tokens, PIN misses
    /// in a row and everything begun are forgotten.
    pub fn power_cycle(&self) {
        if let Some(signal) = self.running(|_| true) {
            signal.cancel();
        }
        // The phone may still lie on a reader: what its tap was good for is forgotten all the same.
        self.shared.slot().power_cycle = true;
        // Takes effect now, or when whoever has the state is done.
        let _ = self.lease(None);
    }

    /// The same for one transport only: its field is gone, or its cable was pulled. What came by
    /// others goes on.
    pub fn disconnect(&self, transport: Transport) {
        if let Some(signal) = self.running(|source| source.transport == transport) {
            signal.cancel();
        }
        let mut slot = self.shared.slot();
        if !slot.disconnected.contains(&transport) {
            slot.disconnected.push(transport);
        }
        if transport == Transport::Nfc {
            slot.field = Field::Out;
        }
        drop(slot);
        // Takes effect now, or when whoever has the state is done.
        let _ = self.lease(None);
    }

    /// The phone has been put on a reader: its applet was powered, and a command has come. To be told
    /// with any command, because only the first one since the field was last lost
    /// ([`disconnect`](Self::disconnect)) counts.
    ///
    /// A workspace can want this tap to be the person's presence: for one signature, within two
    /// minutes (CTAP 2.3 §11.3.1). A shell that never tells serves no such workspace.
    pub fn field_entered(&self) {
        // The clock is the platform's own code: not while the slot is locked.
        let now = self.shared.platform.clock.now();
        let mut slot = self.shared.slot();
        if matches!(slot.field, Field::Out) {
            slot.field = Field::Entered(now);
        }
    }

    /// The signal of what runs, cloned, so that nobody is woken while the slot is locked.
    fn running(&self, which: impl FnOnce(Source) -> bool) -> Option<Arc<Signal>> {
        let slot = self.shared.slot();
        let running = slot.running.as_ref().filter(|running| which(running.source))?;
        Some(Arc::clone(&running.signal))
    }

    /// Erases everything, as its owner asks on the phone itself.
    ///
    /// # Errors
    /// Any [`OwnerError`]; then nothing has been erased.
    pub fn factory_reset(&self) -> Result<(), OwnerError> {
        self.with_state(State::erase)
    }

    /// Housekeeping for idle moments: takes an abandoned U2F prompt off the screen, and moves the
    /// database's log into its file where it has grown long. Does nothing while a transaction runs.
    ///
    /// # Errors
    /// [`StoreError`] where the disk refuses; nothing is lost.
    pub fn idle(&self) -> Result<(), StoreError> {
        match self.with_state(|state| {
            state.runtime.u2f = None;
            state.store.tidy()
        }) {
            Err(OwnerError::Store(error)) => Err(error),
            Ok(()) | Err(OwnerError::Busy(_)) => Ok(()),
        }
    }

    /// Whether CTAP1/U2F is served now: not while alwaysUv is on, because U2F verifies nobody
    /// (CTAP 2.3 §7.2.4), and by no rules of a workspace.
    #[must_use]
    pub fn serves_u2f(&self) -> bool {
        self.shared.slot().serves_u2f
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.shared.platform
    }
}

/// One request in the making. Dropping it, or the future that it became, cancels it.
pub struct Transaction {
    lease: Lease,
    signal: Arc<Signal>,
    source: Source,
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Transaction {
    /// To watch and cancel the transaction from elsewhere.
    #[must_use]
    pub fn handle(&self) -> TransactionHandle {
        TransactionHandle { signal: Arc::clone(&self.signal) }
    }

    /// Runs a CTAP2 request: a command byte and its CBOR parameters in, a status byte and the
    /// answer's CBOR out.
    pub async fn ctap2(mut self, request: &[u8]) -> Vec<u8> {
        let Some(mut context) = self.context() else { return vec![Status::Other.code()] };
        match command::run(&mut context, request).await {
            Ok(answer) => answer,
            Err(status) => vec![status.code()],
        }
    }

    /// Runs a U2F raw message (an APDU in, data and status word out). It never waits: where a
    /// person has to be asked first, the answer is 6985 and the client asks again (U2F Raw Message
    /// Formats §3.3), while the prompt stays on the phone.
    pub async fn u2f(mut self, apdu: &[u8]) -> Vec<u8> {
        let Some(mut context) = self.context() else { return vec![0x6f, 0x00] };
        command::u2f::run(&mut context, apdu).await
    }

    pub(crate) fn context(&mut self) -> Option<Context<'_>> {
        Some(Context {
            state: self.lease.state.as_deref_mut()?,
            platform: &self.lease.shared.platform,
            signal: &self.signal,
            source: self.source,
        })
    }
}
