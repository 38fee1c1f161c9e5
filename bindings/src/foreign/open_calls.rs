//! Calls to the other side whose answers come later, by number.
//!
//! A number is answered once. What answers it a second time, after its deadline, or after its question
//! was withdrawn, hears that nobody asks. Nothing is kept of a call that is over.

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Instant,
};

use crate::timer::Alarm;

/// The calls that are open.
pub(crate) struct OpenCalls<T> {
    last: AtomicU64,
    slots: Mutex<HashMap<u64, Slot<T>>>,
}

enum Slot<T> {
    Waiting(Option<Waker>),
    Answered(T),
}

impl<T> Default for OpenCalls<T> {
    fn default() -> Self {
        Self { last: AtomicU64::new(0), slots: Mutex::default() }
    }
}

impl<T> OpenCalls<T> {
    /// Opens a call that is answered until `deadline`.
    pub(crate) fn open(self: &Arc<Self>, deadline: Instant) -> OpenCall<T> {
        let number = self.last.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        self.slots().insert(number, Slot::Waiting(None));
        OpenCall { calls: Arc::clone(self), number, deadline, alarm: None }
    }

    /// Answers a call; gives the answer back where nobody waits for it.
    pub(crate) fn answer(&self, number: u64, answer: T) -> Result<(), T> {
        let mut slots = self.slots();
        let waker = match slots.get_mut(&number) {
            Some(slot @ Slot::Waiting(_)) => {
                match std::mem::replace(slot, Slot::Answered(answer)) {
                    Slot::Waiting(waker) => waker,
                    Slot::Answered(_) => None,
                }
            }
            Some(Slot::Answered(_)) | None => return Err(answer),
        };
        drop(slots);
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }

    /// How many calls are open.
    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.slots().len()
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<u64, Slot<T>>> {
        // Whole at every instant: nothing in between can panic.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open call: a future of its answer, or of `None` where the deadline has passed without one.
/// Dropping it closes the call.
pub(crate) struct OpenCall<T> {
    calls: Arc<OpenCalls<T>>,
    number: u64,
    deadline: Instant,
    alarm: Option<Alarm>,
}

impl<T> OpenCall<T> {
    /// The call's number: never 0, and never used again.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }
}

impl<T> Future for OpenCall<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let overdue = Instant::now() >= self.deadline;
        let mut slots = self.calls.slots();
        match slots.remove(&self.number) {
            Some(Slot::Answered(answer)) => return Poll::Ready(Some(answer)),
            Some(Slot::Waiting(_)) if !overdue => {
                slots.insert(self.number, Slot::Waiting(Some(context.waker().clone())));
            }
            Some(Slot::Waiting(_)) | None => return Poll::Ready(None),
        }
        drop(slots);
        self.alarm = Some(Alarm::set(self.deadline, context.waker().clone()));
        Poll::Pending
    }
}

impl<T> Drop for OpenCall<T> {
    fn drop(&mut self) {
        // What was answered and not taken is dropped without the lock: it may call the other side.
        let left = self.calls.slots().remove(&self.number);
        drop(left);
    }
}
