//! Calls that are no requests of clients, and can be cancelled all the same.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Poll, Waker},
};

use super::{Authenticator, lock};

/// Ends a call from outside.
#[derive(Default)]
pub(crate) struct Signal {
    aborted: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Signal {
    pub(super) fn abort(&self) {
        self.aborted.store(true, Ordering::SeqCst);
        let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A call that [`Authenticator::cancel`] and [`Authenticator::close`] know, until it is dropped.
pub(crate) struct Abort<'a> {
    authenticator: &'a Authenticator,
    call: u64,
    signal: Arc<Signal>,
}

impl<'a> Abort<'a> {
    pub(crate) fn of(authenticator: &'a Authenticator, call: u64) -> Self {
        let signal = Arc::new(Signal::default());
        lock(&authenticator.abortable).push((call, Arc::clone(&signal)));
        if authenticator.is_closed() {
            signal.abort();
        }
        Self { authenticator, call, signal }
    }

    /// Runs the call; `None` where it was cancelled.
    pub(crate) async fn run<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        poll_fn(|context| {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(Some(value));
            }
            *lock(&self.signal.waker) = Some(context.waker().clone());
            // Looked at after the waker is there, so that no cancellation is lost between the two.
            if self.signal.aborted.load(Ordering::SeqCst) {
                Poll::Ready(None)
            } else {
                Poll::Pending
            }
        })
        .await
    }
}

impl Authenticator {
    /// Ends every call that is no request of a client.
    pub(super) fn abort_all(&self) {
        // Not while the lock is held: this wakes tasks of the other side.
        let abortable = std::mem::take(&mut *lock(&self.abortable));
        for (_, signal) in abortable {
            signal.abort();
        }
    }
}

impl Drop for Abort<'_> {
    fn drop(&mut self) {
        let mut abortable = lock(&self.authenticator.abortable);
        abortable.retain(|(call, signal)| *call != self.call || !Arc::ptr_eq(signal, &self.signal));
    }
}
