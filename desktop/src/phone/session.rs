//! What all links share: the authenticator, the log, and one running request at most.

use std::cell::Cell;
use std::fmt;
use std::future::{Future, pending};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pocketkey_core::transport::Transport;
use pocketkey_core::{Authenticator, Busy, OwnerError, Source, TransactionHandle};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::log::{Event, Log, Request};
use crate::names::{Command, Outcome};

/// How long the phone has to be idle before it tidies its store.
const IDLE: Duration = Duration::from_millis(1500);

/// How long a cancelled request may take to end.
const LET_GO: Duration = Duration::from_secs(2);

/// The running phone, as its links see it.
pub struct Session {
    /// The authenticator.
    pub authenticator: Authenticator,
    /// Where events go.
    pub log: Arc<Log>,
    start: Instant,
    links: Cell<u32>,
    running: Cell<u32>,
    request_ended: Notify,
}

/// Which link a request comes by.
#[derive(Debug, Clone)]
pub struct LinkId {
    /// Its name in the log: `hid`, `nfc`, `tcp-3`.
    pub name: String,
    number: u32,
}

/// What a client sent.
#[derive(Debug)]
pub enum Message {
    /// A CTAP2 command byte and its parameters.
    Ctap2(Vec<u8>),
    /// A raw U2F APDU.
    U2f(Vec<u8>),
}

impl Session {
    /// A phone that has just been switched on.
    #[must_use]
    pub fn new(authenticator: Authenticator, log: Arc<Log>) -> Self {
        Self {
            authenticator,
            log,
            start: Instant::now(),
            links: Cell::new(0),
            running: Cell::new(0),
            request_ended: Notify::new(),
        }
    }

    /// Time since the start, for the state machines.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// The instant at which [`now`](Self::now) will be `time`.
    #[must_use]
    pub fn instant(&self, time: Duration) -> Instant {
        self.start + time
    }

    /// Names a new link; with `numbered` there can be several of the kind.
    #[must_use]
    pub fn new_link(&self, kind: &str, numbered: bool) -> LinkId {
        let number = self.links.get().wrapping_add(1);
        self.links.set(number);
        LinkId { name: if numbered { format!("{kind}-{number}") } else { kind.to_owned() }, number }
    }

    /// Starts a request; it runs while the result is polled, and ends when it is dropped.
    ///
    /// # Errors
    /// [`Busy`] where another request runs, whichever link it came by.
    pub fn begin(
        self: &Rc<Self>,
        link: &LinkId,
        transport: Transport,
        channel: u32,
        message: Message,
    ) -> Result<Running, Busy> {
        let request = Request {
            link: link.name.clone(),
            channel,
            command: match &message {
                Message::Ctap2(bytes) => Command::ctap2(bytes),
                Message::U2f(bytes) => Command::u2f(bytes),
            },
        };
        let source = Source::new(transport, (u64::from(link.number) << 32) | u64::from(channel));
        let transaction = match self.authenticator.begin(source) {
            Ok(transaction) => transaction,
            Err(busy) => {
                self.log.emit(&Event::Busy(&request));
                return Err(busy);
            }
        };
        self.log.emit(&Event::Request(&request));
        self.running.set(self.running.get() + 1);
        Ok(Running {
            request,
            handle: transaction.handle(),
            started: Instant::now(),
            answer: Box::pin(async move {
                match message {
                    Message::Ctap2(bytes) => transaction.ctap2(&bytes).await,
                    Message::U2f(bytes) => transaction.u2f(&bytes).await,
                }
            }),
            answered: false,
            session: Rc::clone(self),
        })
    }

    /// Cuts the power: what runs is cancelled, and what the authenticator keeps only while it has
    /// power is gone.
    pub fn power_cycle(&self, link: &LinkId) {
        self.authenticator.power_cycle();
        self.log.emit(&Event::PowerCycle(&link.name));
    }

    /// The same for NFC alone, when the reader's field goes: what came by other links goes on.
    pub fn field_lost(&self, link: &LinkId) {
        self.authenticator.disconnect(Transport::Nfc);
        self.log.emit(&Event::PowerCycle(&link.name));
    }

    /// Erases everything, as soon as the other links have let go of what they were doing.
    pub async fn factory_reset(&self, link: &LinkId) {
        let until = Instant::now() + LET_GO;
        self.authenticator.power_cycle();
        let erased = loop {
            match self.authenticator.factory_reset() {
                Err(OwnerError::Busy(_)) if Instant::now() < until => {
                    sleep(Duration::from_millis(1)).await;
                }
                erased => break erased,
            }
        };
        match erased {
            Ok(()) => self.log.emit(&Event::FactoryReset(&link.name)),
            Err(error) => self.log.emit(&Event::Problem(&format!("not erased: {error}"))),
        }
    }

    /// Tidies the store whenever nothing has been asked for a while.
    pub async fn housekeeping(&self) {
        loop {
            self.request_ended.notified().await;
            while timeout(IDLE, self.request_ended.notified()).await.is_ok() {}
            while self.running.get() > 0 {
                sleep(IDLE).await;
            }
            if let Err(error) = self.authenticator.idle() {
                self.log.emit(&Event::Problem(&error.to_string()));
            }
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("running", &self.running).finish_non_exhaustive()
    }
}

/// A request under way: a future of the answer.
pub struct Running {
    request: Request,
    /// Cancels the request and tells whether the person is being asked.
    pub handle: TransactionHandle,
    started: Instant,
    answer: Pin<Box<dyn Future<Output = Vec<u8>>>>,
    answered: bool,
    session: Rc<Session>,
}

impl Running {
    /// The channel that asked.
    #[must_use]
    pub const fn channel(&self) -> u32 {
        self.request.channel
    }
}

/// The answer of what is running; never, where nothing is.
pub async fn answer_of(running: &mut Option<Running>) -> Vec<u8> {
    match running {
        Some(running) => running.await,
        None => pending().await,
    }
}

impl Future for Running {
    type Output = Vec<u8>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<u8>> {
        let Poll::Ready(answer) = self.answer.as_mut().poll(context) else { return Poll::Pending };
        self.answered = true;
        let outcome = match self.request.command {
            Command::Ctap2(_) => Outcome::ctap2(&answer),
            Command::U2f(_) => Outcome::u2f(&answer),
        };
        self.session.log.emit(&Event::Answered(&self.request, outcome, self.started.elapsed()));
        Poll::Ready(answer)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Its question leaves the screen first.
        self.answer = Box::pin(pending());
        if !self.answered {
            self.session.log.emit(&Event::Aborted(&self.request));
        }
        self.session.running.set(self.session.running.get().saturating_sub(1));
        self.session.request_ended.notify_one();
    }
}
