//! What happens, for those who want to show or log it.
//!
//! Events wait in a queue for a thread of their own: a listener may take its time, and one that blocks
//! holds up nobody. What does not fit the queue is counted.

use std::{
    collections::VecDeque,
    fmt::Display,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use crate::{
    foreign::{ForeignError, told},
    types::{Membership, Notice, Prompt, Refusal, Transport},
};

/// How many events wait for the listener at most.
const CAPACITY: usize = 256;

/// Hears what happens. Calls come one at a time and in order, on a thread of the library's own.
#[uniffi::export(foreign)]
pub trait EventListener: Send + Sync {
    /// Something has happened. What this throws is ignored.
    fn event(&self, event: Event) -> Result<(), ForeignError>;
}

/// Something that has happened. None of it is secret; accounts and sites are personal.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Event {
    /// A request has begun.
    Request {
        /// By which transport it came.
        transport: Transport,
        /// Its first byte: the command (CTAP 2.3 §6), or for U2F the instruction.
        command: u8,
    },
    /// The person is asked.
    Asked {
        /// The question's number.
        question: u64,
        /// What is asked.
        prompt: Prompt,
    },
    /// The person has agreed.
    Consented {
        /// The question's number.
        question: u64,
        /// Whether the person was verified.
        verified: bool,
    },
    /// The person has not agreed.
    Refused {
        /// The question's number.
        question: u64,
        /// Why.
        refusal: Refusal,
    },
    /// A prompt was taken away before it was answered.
    Withdrawn {
        /// The question's number.
        question: u64,
    },
    /// The workspace's rules have stopped a request.
    Stopped {
        /// What the person is told.
        notice: Notice,
    },
    /// A request was answered.
    Answered {
        /// By which transport it came.
        transport: Transport,
        /// As in `Request`.
        command: u8,
        /// The first byte of the answer: 0 is success (CTAP 2.3 §8.2). For U2F the status word's first.
        status: u8,
    },
    /// How the phone stands with its workspace has changed: joined, other rules, suspended, revoked.
    MembershipChanged {
        /// How it stands now; none where it belongs to none.
        membership: Option<Membership>,
    },
    /// Everything was erased.
    Erased,
    /// Something for the app's log.
    Log {
        /// How bad it is.
        level: LogLevel,
        /// English, for developers.
        text: String,
    },
    /// The listener was too slow.
    Missed {
        /// How many events were left out before this one.
        count: u64,
    },
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, uniffi::Enum)]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// What failed.
    Error,
    /// And what is odd: who came while another request ran, what was answered that nobody had asked.
    Warning,
    /// And how each request was answered.
    Debug,
}

/// Where events go.
pub(crate) struct Events {
    queue: Option<Arc<Queue>>,
    level: Mutex<LogLevel>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<Waiting>,
    filled: Condvar,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<Event>,
    missed: u64,
    closed: bool,
}

impl Events {
    /// Events for this listener, or for nobody.
    pub(crate) fn new(listener: Option<Arc<dyn EventListener>>) -> Self {
        let queue = listener.and_then(|listener| {
            let queue = Arc::new(Queue::default());
            let theirs = Arc::clone(&queue);
            thread::Builder::new()
                .name("pocketkey-events".to_owned())
                .spawn(move || theirs.deliver(listener.as_ref()))
                .ok()
                .map(|_| queue)
        });
        Self { queue, level: Mutex::new(LogLevel::Warning) }
    }

    pub(crate) fn set_level(&self, level: LogLevel) {
        *self.level.lock().unwrap_or_else(PoisonError::into_inner) = level;
    }

    /// Whether anybody listens.
    pub(crate) const fn are_heard(&self) -> bool {
        self.queue.is_some()
    }

    /// Tells of an event, which is made only where somebody listens.
    pub(crate) fn emit(&self, event: impl FnOnce() -> Event) {
        if let Some(queue) = &self.queue {
            queue.push(event());
        }
    }

    /// Tells of a failure of the other side.
    pub(crate) fn problem(&self, what: &str, reason: &dyn Display) {
        self.log(LogLevel::Error, || format!("{what}: {reason}"));
    }

    /// Logs, where that is wanted.
    pub(crate) fn log(&self, level: LogLevel, text: impl FnOnce() -> String) {
        if level <= *self.level.lock().unwrap_or_else(PoisonError::into_inner) {
            self.emit(|| Event::Log { level, text: text() });
        }
    }

    /// The listener hears what has happened so far, and then nothing more.
    pub(crate) fn close(&self) {
        if let Some(queue) = &self.queue {
            queue.state().closed = true;
            queue.filled.notify_one();
        }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.close();
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, Waiting> {
        // Whole at every instant: nothing in between can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, event: Event) {
        let mut state = self.state();
        if state.closed {
            return;
        }
        if state.events.len() >= CAPACITY {
            state.missed = state.missed.saturating_add(1);
        } else {
            if state.missed > 0 {
                let count = std::mem::take(&mut state.missed);
                state.events.push_back(Event::Missed { count });
            }
            state.events.push_back(event);
        }
        drop(state);
        self.filled.notify_one();
    }

    /// The next event; `None` where there will be none.
    fn next(&self) -> Option<Event> {
        let mut state = self.state();
        loop {
            if let Some(event) = state.events.pop_front() {
                return Some(event);
            }
            if state.missed > 0 {
                return Some(Event::Missed { count: std::mem::take(&mut state.missed) });
            }
            if state.closed {
                return None;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn deliver(&self, listener: &dyn EventListener) {
        while let Some(event) = self.next() {
            let _ = told(|| listener.event(event));
        }
    }
}
