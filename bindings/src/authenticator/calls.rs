//! Requests of clients: begun, cancelled, answered.

use std::sync::{
    Arc,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

use pocketkey_core::{
    self as core, Source, Transaction, TransactionHandle, ctap::status::Status, transport::Request,
};

use super::{Authenticator, Running, lock};
use crate::{
    AnswerError, CallError,
    events::{Event, LogLevel},
    foreign::{Answer, CourierReply},
    types::{Choice, Refusal, Transport},
};

/// Whose request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Client {
    /// By which transport it comes. Requests by `Hybrid` count as far away.
    pub transport: Transport,
    /// Which of the transport's conversations: what one client has begun, another cannot continue.
    pub channel: u64,
}

impl From<Client> for Source {
    fn from(client: Client) -> Self {
        Self::new(client.transport.into(), client.channel)
    }
}

/// One message to the authenticator.
#[derive(Debug)]
pub(crate) enum Message {
    /// A command byte and its CBOR parameters.
    Ctap2(Vec<u8>),
    /// A raw U2F APDU.
    U2f(Vec<u8>),
}

impl From<Request> for Message {
    fn from(request: Request) -> Self {
        match request {
            Request::Ctap2(bytes) => Self::Ctap2(bytes),
            Request::U2f(bytes) => Self::U2f(bytes),
        }
    }
}

impl Message {
    fn command(&self) -> u8 {
        let byte = match self {
            Self::Ctap2(bytes) => bytes.first(),
            Self::U2f(bytes) => bytes.get(1),
        };
        byte.copied().unwrap_or_default()
    }
}

/// A request that has the authenticator; it gives it back when this is dropped.
pub(crate) struct Begun {
    authenticator: Arc<Authenticator>,
    core: core::Authenticator,
    transaction: Option<Transaction>,
    handle: TransactionHandle,
    call: u64,
    transport: Transport,
}

impl Begun {
    pub(crate) fn handle(&self) -> TransactionHandle {
        self.handle.clone()
    }

    /// Runs the request; `None` where the authenticator was closed meanwhile.
    pub(crate) async fn run(mut self, message: Message) -> Option<Vec<u8>> {
        let transaction = self.transaction.take()?;
        let (transport, command) = (self.transport, message.command());
        let ctap2 = matches!(message, Message::Ctap2(_));
        let events = self.authenticator.events();
        events.emit(|| Event::Request { transport, command });
        let (answer, status) = match message {
            Message::Ctap2(bytes) => {
                let answer = transaction.ctap2(&bytes).await;
                let status = answer.first().copied();
                (answer, status)
            }
            Message::U2f(bytes) => {
                let answer = transaction.u2f(&bytes).await;
                let status = answer.len().checked_sub(2).and_then(|at| answer.get(at).copied());
                (answer, status)
            }
        };
        let status = status.unwrap_or(Status::Other.code());
        events.log(LogLevel::Debug, || {
            let name = Status::from_code(status).filter(|_| ctap2).map_or("", Status::name);
            format!("{transport:?} {command:02x}: {status:02x} {name}").trim_end().to_owned()
        });
        events.emit(|| Event::Answered { transport, command, status });
        self.authenticator.look_at_membership(&self.core);
        (!self.authenticator.is_closed()).then_some(answer)
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let mut running = lock(&self.authenticator.running);
        if running.as_ref().is_some_and(|running| running.call == self.call) {
            *running = None;
        }
    }
}

impl Authenticator {
    /// Begins a request.
    pub(crate) fn begin(self: &Arc<Self>, call: u64, client: Client) -> Result<Begun, CallError> {
        let core = self.core()?;
        let transaction = core.begin(client.into()).map_err(|_| {
            let transport = client.transport;
            let log = || format!("a request by {transport:?} came while another runs: busy");
            self.events.log(LogLevel::Warning, log);
            CallError::Busy
        })?;
        let handle = transaction.handle();
        *lock(&self.running) = Some(Running { call, handle: handle.clone() });
        // Closing has cancelled what ran, and cannot have known of this.
        if self.is_closed() {
            handle.cancel();
        }
        Ok(Begun {
            authenticator: Arc::clone(self),
            core,
            transaction: Some(transaction),
            handle,
            call,
            transport: client.transport,
        })
    }

    async fn process(
        self: Arc<Self>,
        call: u64,
        client: Client,
        message: Message,
    ) -> Result<Vec<u8>, CallError> {
        self.begin(call, client)?.run(message).await.ok_or(CallError::Closed)
    }
}

impl Authenticator {
    /// Runs a CTAP2 request: a command byte and its CBOR parameters in (at most 7609 bytes), a status
    /// byte and the answer's CBOR out. Dropping the future cancels the request.
    ///
    /// `call` is a number of the caller's own, for [`cancel`](Self::cancel); unique among its calls.
    ///
    /// # Errors
    /// Any [`CallError`]. What the standard has a status for is no error here.
    pub async fn ctap2(
        self: Arc<Self>,
        call: u64,
        client: Client,
        request: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        self.process(call, client, Message::Ctap2(request)).await
    }

    /// Runs a U2F raw message: an APDU in, data and status word out. It never waits for a person: until
    /// somebody has agreed the answer is 6985, and the client asks again.
    ///
    /// # Errors
    /// Any [`CallError`].
    pub async fn u2f(
        self: Arc<Self>,
        call: u64,
        client: Client,
        apdu: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        self.process(call, client, Message::U2f(apdu)).await
    }
}

#[uniffi::export]
impl Authenticator {
    /// Cancels the request with this number, which then answers KEEPALIVE_CANCEL (2D) unless it is about
    /// to answer already; `false` where it does not run. Without a number: whatever runs, activations,
    /// check-ins, and a prompt that a U2F client polls for included.
    ///
    /// # Errors
    /// `Closed`.
    pub fn cancel(&self, call: Option<u64>) -> Result<bool, CallError> {
        let core = self.core()?;
        let Some(call) = call else {
            core.cancel();
            self.abort_all();
            return Ok(true);
        };
        let running = lock(&self.running);
        let handle = running.as_ref().filter(|running| running.call == call);
        let handle = handle.map(|running| running.handle.clone());
        drop(running);
        let abortable = lock(&self.abortable);
        let signal = abortable.iter().find(|(number, _)| *number == call);
        let signal = signal.map(|(_, signal)| Arc::clone(signal));
        drop(abortable);
        // Not while a lock is held: cancelling wakes a task of the other side.
        if let Some(handle) = &handle {
            handle.cancel();
        }
        if let Some(signal) = &signal {
            signal.abort();
        }
        Ok(handle.is_some() || signal.is_some())
    }

    /// Whether a person is being asked now: what a transport's keepalives tell its client.
    ///
    /// # Errors
    /// `Closed`.
    pub fn is_waiting_for_user(&self) -> Result<bool, CallError> {
        self.core()?;
        let running = lock(&self.running);
        Ok(running.as_ref().is_some_and(|running| running.handle.waiting_for_user()))
    }

    /// Answers a question: the person agrees.
    ///
    /// `verified` says whether the person was verified, not merely present; `authorization`, whether the
    /// platform holds one for the signature: [`KeyStore::sign`](crate::KeyStore::sign) then gets the
    /// question's number. `account` is the chosen one's index where several are listed, counted from 0; one
    /// that was not listed denies the request.
    ///
    /// # Errors
    /// [`AnswerError::NotAsked`] where it is not open: answered before, withdrawn, never asked;
    /// [`AnswerError::Closed`].
    pub fn consent(
        &self,
        question: u64,
        verified: bool,
        authorization: bool,
        account: u32,
    ) -> Result<(), AnswerError> {
        let choice = Choice::Account { index: account };
        self.answer(question, Answer::Consent { verified, choice, authorization })
    }

    /// Answers a question that lists accounts: none of these, list older ones. It agrees to nothing yet.
    /// The rest is as for [`consent`](Self::consent).
    ///
    /// # Errors
    /// As for [`consent`](Self::consent).
    pub fn list_older(
        &self,
        question: u64,
        verified: bool,
        authorization: bool,
    ) -> Result<(), AnswerError> {
        let choice = Choice::Older;
        self.answer(question, Answer::Consent { verified, choice, authorization })
    }

    /// Answers a question: the person does not agree.
    ///
    /// # Errors
    /// As for [`consent`](Self::consent).
    pub fn refuse(&self, question: u64, refusal: Refusal) -> Result<(), AnswerError> {
        self.answer(question, Answer::Refuse { refusal })
    }

    /// Gives the reply to a letter.
    ///
    /// # Errors
    /// [`AnswerError::NotAsked`] where nobody waits for it; [`AnswerError::Closed`].
    pub fn deliver(&self, letter: u64, reply: CourierReply) -> Result<(), AnswerError> {
        self.core().map_err(|_| AnswerError::Closed)?;
        self.letters.answer(letter, reply).map_err(|_| self.not_asked("letter", letter))
    }
}

/// Numbers of links: with a channel of their own, no two are the same conversation.
static LINKS: AtomicU32 = AtomicU32::new(0);
/// Numbers of calls that links make: from above, where a caller's own do not get.
static LINK_CALLS: AtomicU64 = AtomicU64::new(u64::MAX);

/// A number that no other link has.
pub(crate) fn link_number() -> u32 {
    LINKS.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
}

impl Authenticator {
    pub(crate) fn answer(&self, question: u64, answer: Answer) -> Result<(), AnswerError> {
        self.core().map_err(|_| AnswerError::Closed)?;
        self.questions.answer(question, answer).map_err(|_| self.not_asked("question", question))
    }

    fn not_asked(&self, what: &str, number: u64) -> AnswerError {
        let log = || format!("an answer to {what} {number} came too late, or twice");
        self.events.log(LogLevel::Warning, log);
        AnswerError::NotAsked
    }

    /// Begins a request that came by a link.
    pub(crate) fn begin_link(self: &Arc<Self>, client: Client) -> Result<Begun, CallError> {
        self.begin(LINK_CALLS.fetch_sub(1, Ordering::Relaxed), client)
    }
}
