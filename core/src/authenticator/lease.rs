//! The state's slot: one transaction at a time takes the state out, and puts it back when it ends.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    time::Duration,
};

use super::{Authenticator, Busy, OwnerError, Source, context::Signal};
use crate::{
    platform::Platform,
    state::{Runtime, State},
    store::StoreError,
    transport::Transport,
};

/// What every clone of an authenticator shares.
pub(super) struct Shared {
    pub(super) platform: Platform,
    pub(super) slot: Mutex<Slot>,
}

/// Where the state is while nobody uses it. A transaction takes it out, and puts it back when it
/// ends or is dropped: so there is one at a time, and no lock is held while anybody waits.
pub(super) struct Slot {
    pub(super) state: Option<Box<State>>,
    pub(super) running: Option<Running>,
    /// What happened while the state was out, to take effect before it is used again.
    pub(super) power_cycle: bool,
    pub(super) disconnected: Vec<Transport>,
    /// Where the phone is, as its shell tells.
    pub(super) field: Field,
    /// Who waits for the state to come back.
    pub(super) waiting: Vec<Waker>,
    /// A copy for those who ask while a transaction has the state.
    pub(super) serves_u2f: bool,
}

/// Whether the phone is in a reader's field.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Out,
    /// Since that time, which the state has not been told yet.
    Entered(Duration),
    In,
}

/// The transaction that has the state; none, where the owner has it.
pub(super) struct Running {
    pub(super) signal: Arc<Signal>,
    pub(super) source: Source,
}

/// The state, taken out of its slot. It goes back when this is dropped.
pub(super) struct Lease {
    pub(super) shared: Arc<Shared>,
    pub(super) state: Option<Box<State>>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut slot = self.shared.slot();
        if let Some(state) = self.state.take() {
            slot.serves_u2f = state.binding().serves_u2f(&state.settings);
            slot.state = Some(state);
        }
        slot.running = None;
        let waiting = std::mem::take(&mut slot.waiting);
        drop(slot);
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl Shared {
    pub(super) fn new(platform: Platform, state: State) -> Self {
        let slot = Slot {
            running: None,
            power_cycle: false,
            disconnected: Vec::new(),
            field: Field::Out,
            waiting: Vec::new(),
            serves_u2f: state.binding().serves_u2f(&state.settings),
            state: Some(Box::new(state)),
        };
        Self { platform, slot: Mutex::new(slot) }
    }

    pub(super) fn slot(&self) -> MutexGuard<'_, Slot> {
        // The slot is whole at every instant, so a panic elsewhere has not left it half changed.
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Authenticator {
    /// Takes the state out of its slot, or finds that somebody else has it.
    pub(super) fn lease(&self, running: Option<Running>) -> Result<Lease, Busy> {
        let mut slot = self.shared.slot();
        let mut state = slot.state.take().ok_or(Busy)?;
        slot.running = running;
        let power_cycle = std::mem::take(&mut slot.power_cycle);
        let disconnected = std::mem::take(&mut slot.disconnected);
        let entered = match slot.field {
            Field::Entered(since) => {
                slot.field = Field::In;
                Some(since)
            }
            Field::Out | Field::In => None,
        };
        drop(slot);
        if power_cycle {
            state.runtime = Runtime::default();
        }
        for transport in disconnected {
            state.runtime.disconnect(transport);
        }
        if entered.is_some() {
            state.runtime.tap = entered;
        }
        Ok(Lease { shared: Arc::clone(&self.shared), state: Some(state) })
    }

    /// Gives the owner's part of the shell the state, where no client has it.
    pub(crate) fn with_state<T>(
        &self,
        work: impl FnOnce(&mut State) -> Result<T, StoreError>,
    ) -> Result<T, OwnerError> {
        let mut lease = self.lease(None)?;
        let state = lease.state.as_mut().ok_or(Busy)?;
        Ok(work(state)?)
    }

    /// Gives the owner's part of the shell the state, as soon as nobody else has it.
    pub(crate) async fn when_free<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let mut work = Some(work);
        poll_fn(|task| {
            // Left before the state is asked for, so that its return between the two is not missed.
            let mut slot = self.shared.slot();
            if !slot.waiting.iter().any(|waker| waker.will_wake(task.waker())) {
                slot.waiting.push(task.waker().clone());
            }
            drop(slot);
            let Ok(mut lease) = self.lease(None) else { return Poll::Pending };
            match (lease.state.as_deref_mut(), work.take()) {
                (Some(state), Some(work)) => Poll::Ready(work(state)),
                _ => Poll::Pending,
            }
        })
        .await
    }
}
