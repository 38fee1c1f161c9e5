//! What a transaction works with while it runs: the state, the platform, and the person.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context as TaskContext, Poll},
    time::Duration,
};

use atomic_waker::AtomicWaker;

use super::Source;
use crate::{
    ctap::status::Status,
    platform::{Consent, Letter, Needs, Operation, Platform, Prompt, Refusal, Reply, Unreachable},
    state::State,
};

/// How long a person has to answer (CTAP 2.3 §6.1: at least 10 seconds, clients wait about 30).
const USER_ACTION_TIMEOUT: Duration = Duration::from_secs(30);

/// Watches and cancels one transaction.
#[derive(Clone)]
pub struct TransactionHandle {
    pub(super) signal: Arc<Signal>,
}

impl fmt::Debug for TransactionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransactionHandle")
    }
}

impl TransactionHandle {
    /// The client cancels: a waiting prompt is taken away and the answer is KEEPALIVE_CANCEL.
    pub fn cancel(&self) {
        self.signal.cancel();
    }

    /// Whether a person is being asked: what the transport's keepalives tell the client.
    #[must_use]
    pub fn waiting_for_user(&self) -> bool {
        self.signal.waiting.load(Ordering::Relaxed)
    }
}

/// Links a running transaction with those who hold a handle on it.
#[derive(Default)]
pub(super) struct Signal {
    cancelled: AtomicBool,
    waiting: AtomicBool,
    waker: AtomicWaker,
}

impl Signal {
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        self.waker.wake();
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}

/// What a command works with.
pub(crate) struct Context<'a> {
    pub state: &'a mut State,
    pub platform: &'a Platform,
    pub(super) signal: &'a Signal,
    pub source: Source,
}

/// Why asking a person gave no consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoConsent {
    Cancelled,
    Refused(Refusal),
    /// The phone has to be put on the reader.
    NoTap,
}

impl From<NoConsent> for Status {
    fn from(reason: NoConsent) -> Self {
        match reason {
            NoConsent::Cancelled => Self::KeepaliveCancel,
            NoConsent::Refused(Refusal::TimedOut) => Self::UserActionTimeout,
            NoConsent::Refused(_) | NoConsent::NoTap => Self::OperationDenied,
        }
    }
}

impl Context<'_> {
    /// Asks the person, until there is an answer or the transaction is cancelled.
    pub(crate) async fn ask(
        &mut self,
        operation: Operation,
        needs: Needs,
    ) -> Result<Consent, NoConsent> {
        let prompt = self.prompt(operation, needs);
        let mut answer = self.platform.user_verifier.ask(&prompt);
        let _waiting = Waiting::new(self.signal);
        let signal = self.signal;
        poll_fn(move |task| poll_answer(signal, answer.as_mut(), task)).await
    }

    /// Sends a letter to the workspace; `None` where the transaction is cancelled before the reply.
    pub(crate) async fn send(&mut self, letter: Letter) -> Option<Result<Reply, Unreachable>> {
        let mut reply = self.platform.courier.send(letter);
        let signal = self.signal;
        poll_fn(move |task| {
            signal.waker.register(task.waker());
            match reply.as_mut().poll(task) {
                // A reply that has come is never lost: it may say that everything is over.
                Poll::Ready(reply) => Poll::Ready(Some(reply)),
                Poll::Pending if signal.is_cancelled() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    /// Whether the client, or the owner, has given the transaction up.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.signal.is_cancelled()
    }

    pub(crate) fn prompt(&self, operation: Operation, needs: Needs) -> Prompt {
        Prompt { operation, transport: self.source.transport, needs, timeout: USER_ACTION_TIMEOUT }
    }

    pub(crate) fn now(&self) -> Duration {
        self.platform.clock.now()
    }
}

fn poll_answer(
    signal: &Signal,
    answer: Pin<&mut (impl Future<Output = Result<Consent, Refusal>> + ?Sized)>,
    task: &mut TaskContext<'_>,
) -> Poll<Result<Consent, NoConsent>> {
    // Registered before the flag is read, so that a cancellation between the two is not lost.
    signal.waker.register(task.waker());
    match answer.poll(task) {
        // A failed verification is never lost to a cancellation: it has to be counted.
        Poll::Ready(Err(Refusal::NotVerified)) => {
            Poll::Ready(Err(NoConsent::Refused(Refusal::NotVerified)))
        }
        _ if signal.is_cancelled() => Poll::Ready(Err(NoConsent::Cancelled)),
        answer => answer.map_err(NoConsent::Refused),
    }
}

/// Keeps the *waiting* mark while a prompt is up, however that ends.
struct Waiting<'a>(&'a Signal);

impl<'a> Waiting<'a> {
    fn new(signal: &'a Signal) -> Self {
        signal.waiting.store(true, Ordering::Relaxed);
        Self(signal)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.store(false, Ordering::Relaxed);
    }
}
