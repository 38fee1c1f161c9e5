//! The authenticator: opened on a store, serving one transaction at a time.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context as TaskContext, Poll},
    time::Duration,
};

use atomic_waker::AtomicWaker;

use crate::{
    command,
    ctap::status::Status,
    platform::{Consent, Needs, Operation, Platform, Prompt, Refusal},
    state::{Runtime, State},
    store::{Location, OpenError, StoreError},
    transport::Transport,
};

/// How long a person has to answer (CTAP 2.3 §6.1: at least 10 seconds, clients wait about 30).
const USER_ACTION_TIMEOUT: Duration = Duration::from_secs(30);

/// A CTAP2 authenticator. Clones are the same authenticator.
#[derive(Clone)]
pub struct Authenticator {
    shared: Arc<Shared>,
}

struct Shared {
    platform: Platform,
    slot: Mutex<Slot>,
}

/// Where the state is while nobody uses it. A transaction takes it out, and puts it back when it
/// ends or is dropped: so there is one at a time, and no lock is held while anybody waits.
struct Slot {
    state: Option<Box<State>>,
    running: Option<Arc<Signal>>,
    power_cycle: bool,
    /// A copy for those who ask while a transaction has the state.
    always_uv: bool,
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator").finish_non_exhaustive()
    }
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// By which transport.
    pub transport: Transport,
    /// Which of its conversations: unique for each link and channel, so that what one client has
    /// begun another cannot continue.
    pub channel: u64,
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
        let slot = Slot {
            running: None,
            power_cycle: false,
            always_uv: state.settings.always_uv,
            state: Some(Box::new(state)),
        };
        Ok(Self { shared: Arc::new(Shared { platform, slot: Mutex::new(slot) }) })
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// [`Busy`] while another runs.
    pub fn begin(&self, source: Source) -> Result<Transaction, Busy> {
        let mut slot = self.shared.slot();
        let mut state = slot.state.take().ok_or(Busy)?;
        if std::mem::take(&mut slot.power_cycle) {
            state.runtime = Runtime::default();
        }
        state.runtime.expire(self.shared.platform.clock.now());
        let signal = Arc::new(Signal::default());
        slot.running = Some(Arc::clone(&signal));
        Ok(Transaction { shared: Arc::clone(&self.shared), state: Some(state), signal, source })
    }

    /// Cancels whatever runs: it answers KEEPALIVE_CANCEL, unless it is about to answer already.
    pub fn cancel(&self) {
        if let Some(signal) = &self.shared.slot().running {
            signal.cancel();
        }
    }

    /// What taking the key out of its port does: whatever runs is cancelled, and tokens, PIN misses
    /// in a row and everything begun are forgotten.
    pub fn power_cycle(&self) {
        let mut slot = self.shared.slot();
        if let Some(signal) = &slot.running {
            signal.cancel();
        }
        match &mut slot.state {
            Some(state) => state.runtime = Runtime::default(),
            None => slot.power_cycle = true,
        }
    }

    /// Erases everything, as its owner asks on the phone itself.
    ///
    /// # Errors
    /// Any [`OwnerError`]; then nothing has been erased.
    pub fn factory_reset(&self) -> Result<(), OwnerError> {
        self.with_state(State::erase)
    }

    /// Housekeeping for idle moments: takes an abandoned U2F prompt off the screen and moves the
    /// database's log into its file. Does nothing while a transaction runs.
    ///
    /// # Errors
    /// [`StoreError`] where the disk refuses; nothing is lost.
    pub fn idle(&self) -> Result<(), StoreError> {
        match self.with_state(|state| {
            state.runtime.u2f = None;
            state.store.checkpoint()
        }) {
            Err(OwnerError::Store(error)) => Err(error),
            Ok(()) | Err(OwnerError::Busy(_)) => Ok(()),
        }
    }

    /// Whether CTAP1/U2F is served now: not while alwaysUv is on, because U2F verifies nobody
    /// (CTAP 2.3 §7.2.4).
    #[must_use]
    pub fn serves_u2f(&self) -> bool {
        !self.shared.slot().always_uv
    }

    /// Gives the owner's part of the shell the state, where no client has it.
    pub(crate) fn with_state<T>(
        &self,
        work: impl FnOnce(&mut State) -> Result<T, StoreError>,
    ) -> Result<T, OwnerError> {
        let mut slot = self.shared.slot();
        let state = slot.state.as_mut().ok_or(Busy)?;
        let result = work(state);
        let always_uv = state.settings.always_uv;
        slot.always_uv = always_uv;
        Ok(result?)
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.shared.platform
    }
}

impl Shared {
    fn slot(&self) -> MutexGuard<'_, Slot> {
        // The slot is whole at every instant, so a panic elsewhere has not left it half changed.
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request in the making. Dropping it, or the future that it became, cancels it.
pub struct Transaction {
    shared: Arc<Shared>,
    state: Option<Box<State>>,
    signal: Arc<Signal>,
    source: Source,
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let mut slot = self.shared.slot();
        if let Some(state) = self.state.take() {
            slot.always_uv = state.settings.always_uv;
            slot.state = Some(state);
        }
        slot.running = None;
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

    fn context(&mut self) -> Option<Context<'_>> {
        Some(Context {
            state: self.state.as_deref_mut()?,
            platform: &self.shared.platform,
            signal: &self.signal,
            source: self.source,
        })
    }
}

/// Watches and cancels one transaction.
#[derive(Clone)]
pub struct TransactionHandle {
    signal: Arc<Signal>,
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

#[derive(Default)]
struct Signal {
    cancelled: AtomicBool,
    waiting: AtomicBool,
    waker: AtomicWaker,
}

impl Signal {
    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        self.waker.wake();
    }
}

/// What a command works with.
pub(crate) struct Context<'a> {
    pub state: &'a mut State,
    pub platform: &'a Platform,
    signal: &'a Signal,
    pub source: Source,
}

/// Why asking a person gave no consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoConsent {
    Cancelled,
    Refused(Refusal),
}

impl From<NoConsent> for Status {
    fn from(reason: NoConsent) -> Self {
        match reason {
            NoConsent::Cancelled => Self::KeepaliveCancel,
            NoConsent::Refused(Refusal::TimedOut) => Self::UserActionTimeout,
            NoConsent::Refused(_) => Self::OperationDenied,
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
    if signal.cancelled.load(Ordering::Acquire) {
        return Poll::Ready(Err(NoConsent::Cancelled));
    }
    answer.poll(task).map_err(NoConsent::Refused)
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
