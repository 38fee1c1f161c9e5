//! Deadlines. One thread for the whole process wakes who has waited long enough; it starts when there
//! is something to wait for, and ends when there has been nothing for a while.

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    task::Waker,
    thread,
    time::{Duration, Instant},
};

/// How long the thread stays without anything to do.
const IDLE: Duration = Duration::from_secs(10);

static TIMER: Timer = Timer { alarms: Mutex::new(Alarms::new()), changed: Condvar::new() };

struct Timer {
    alarms: Mutex<Alarms>,
    changed: Condvar,
}

struct Alarms {
    /// By deadline; the number makes each unique.
    waiting: BTreeMap<(Instant, u64), Waker>,
    next: u64,
    has_thread: bool,
    /// When the thread looks again by itself; none while it is awake.
    looks_at: Option<Instant>,
}

impl Alarms {
    const fn new() -> Self {
        Self { waiting: BTreeMap::new(), next: 0, has_thread: false, looks_at: None }
    }
}

/// Wakes a task at an instant, unless it is dropped before.
#[derive(Debug)]
pub(crate) struct Alarm((Instant, u64));

impl Alarm {
    /// Sets an alarm. Where the system has no thread to give, the task is woken by nobody but its
    /// other events.
    pub(crate) fn set(at: Instant, waker: Waker) -> Self {
        let mut alarms = TIMER.alarms();
        alarms.next = alarms.next.wrapping_add(1);
        let key = (at, alarms.next);
        alarms.waiting.insert(key, waker);
        if !alarms.has_thread {
            let started = thread::Builder::new().name("pocketkey-timer".to_owned()).spawn(run);
            alarms.has_thread = started.is_ok();
        } else if alarms.looks_at.is_some_and(|looks_at| at < looks_at) {
            // It would oversleep. To wake it otherwise costs each prompt more than all the rest here.
            TIMER.changed.notify_one();
        }
        Self(key)
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        TIMER.alarms().waiting.remove(&self.0);
    }
}

impl Timer {
    fn alarms(&self) -> MutexGuard<'_, Alarms> {
        // Whole at every instant: nothing in between can panic.
        self.alarms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn run() {
    let mut alarms = TIMER.alarms();
    loop {
        let now = Instant::now();
        let wait = match alarms.waiting.first_entry() {
            Some(first) if first.key().0 <= now => {
                let waker = first.remove();
                drop(alarms);
                waker.wake();
                alarms = TIMER.alarms();
                continue;
            }
            Some(first) => first.key().0.saturating_duration_since(now),
            None => IDLE,
        };
        alarms.looks_at = now.checked_add(wait);
        let (back, elapsed) =
            TIMER.changed.wait_timeout(alarms, wait).unwrap_or_else(PoisonError::into_inner);
        alarms = back;
        alarms.looks_at = None;
        if elapsed.timed_out() && alarms.waiting.is_empty() {
            alarms.has_thread = false;
            return;
        }
    }
}
