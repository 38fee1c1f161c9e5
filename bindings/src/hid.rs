//! CTAPHID: the phone behind 64-byte reports, as a Bluetooth HID device or through a cable's gadget.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use pocketkey_core::{
    TransactionHandle,
    transport::hid::{Answer, Event, Link, LinkConfig, REPORT_LEN, Report, Request},
};

use crate::{
    Authenticator, LinkError,
    authenticator::{Client, Message, link_number},
    events::LogLevel,
    timer::Alarm,
    types::Transport,
};

/// One connection that carries CTAPHID reports (CTAP 2.3 §11.2).
///
/// An app hands each report from the client to [`receive`](Self::receive), and sends what
/// [`next_report`](Self::next_report) gives, in a loop. That loop is what works: requests run while
/// `next_report` is awaited.
#[derive(uniffi::Object)]
pub struct HidLink {
    authenticator: Arc<Authenticator>,
    number: u32,
    started: Instant,
    state: Mutex<State>,
    driven: AtomicBool,
}

struct State {
    link: Link,
    running: Option<Running>,
    waker: Option<Waker>,
    closed: bool,
}

struct Running {
    channel: u32,
    handle: TransactionHandle,
    answer: Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send>>,
}

#[uniffi::export]
impl HidLink {
    /// A connection of this authenticator, as after plugging it in.
    #[uniffi::constructor]
    pub fn new(authenticator: Arc<Authenticator>) -> Arc<Self> {
        let state = State {
            link: Link::new(LinkConfig { device_version: [0, 1, 0], serves_u2f: true }),
            running: None,
            waker: None,
            closed: false,
        };
        Arc::new(Self {
            authenticator,
            number: link_number(),
            started: Instant::now(),
            state: Mutex::new(state),
            driven: AtomicBool::new(false),
        })
    }

    /// Takes a report from the client: 64 bytes, without a report ID.
    ///
    /// # Errors
    /// `WrongLength`; `Closed`.
    pub fn receive(&self, report: Vec<u8>) -> Result<(), LinkError> {
        let report: &Report = report.as_slice().try_into().map_err(|_| LinkError::WrongLength {
            expected: u32::try_from(REPORT_LEN).unwrap_or(u32::MAX),
            found: u32::try_from(report.len()).unwrap_or(u32::MAX),
        })?;
        self.authenticator.core().map_err(|_| LinkError::Closed)?;
        let mut state = self.state();
        if state.closed {
            return Err(LinkError::Closed);
        }
        state.link.receive(report, self.started.elapsed());
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }

    /// The next report for the client, 64 bytes; none after [`close`](Self::close). It waits until there
    /// is one. Dropping the future loses nothing.
    ///
    /// # Errors
    /// `InUse` while somebody else waits; `Closed` where the authenticator is.
    pub async fn next_report(&self) -> Result<Option<Vec<u8>>, LinkError> {
        if self.driven.swap(true, Ordering::SeqCst) {
            return Err(LinkError::InUse);
        }
        let _driver = Driver(self);
        let mut alarm = None;
        poll_fn(|context| self.poll(context, &mut alarm)).await
    }

    /// The connection is gone: what runs is cancelled.
    ///
    /// # Errors
    /// `Closed` where that had been done before.
    // Kotlin's objects have a `close` already.
    #[uniffi::method(name = "end")]
    pub fn close(&self) -> Result<(), LinkError> {
        let mut state = self.state();
        if state.closed {
            return Err(LinkError::Closed);
        }
        state.closed = true;
        let (running, waker) = (state.running.take(), state.waker.take());
        drop(state);
        if let Some(running) = &running {
            running.handle.cancel();
        }
        drop(running);
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }
}

/// Whoever waits for the next report.
struct Driver<'a>(&'a HidLink);

impl Drop for Driver<'_> {
    fn drop(&mut self) {
        self.0.driven.store(false, Ordering::SeqCst);
    }
}

/// What a look at the link has found.
enum Found {
    Report(Report),
    Event(Event),
    Closed,
    Running(Running),
    Nothing { deadline: Option<Duration> },
}

impl HidLink {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn poll(
        &self,
        context: &mut Context<'_>,
        alarm: &mut Option<Alarm>,
    ) -> Poll<Result<Option<Vec<u8>>, LinkError>> {
        loop {
            let Ok(core) = self.authenticator.core() else {
                let running = self.state().running.take();
                drop(running);
                return Poll::Ready(Err(LinkError::Closed));
            };
            match self.look(core.serves_u2f(), context) {
                Found::Closed => return Poll::Ready(Ok(None)),
                Found::Report(report) => return Poll::Ready(Ok(Some(report.to_vec()))),
                Found::Event(event) => self.handle(event),
                Found::Running(mut running) => {
                    // No lock is held: the request may ask the other side.
                    let answer = running.answer.as_mut().poll(context);
                    let mut state = self.state();
                    match answer {
                        Poll::Ready(Some(answer)) => {
                            state.link.respond(running.channel, Answer::Message(answer));
                        }
                        Poll::Ready(None) => return Poll::Ready(Err(LinkError::Closed)),
                        Poll::Pending if state.closed => {}
                        Poll::Pending => {
                            let waiting = running.handle.waiting_for_user();
                            state.link.set_status(waiting);
                            state.running = Some(running);
                            if let Some(report) = state.link.poll_report() {
                                return Poll::Ready(Ok(Some(report.to_vec())));
                            }
                            let deadline = state.link.next_deadline();
                            drop(state);
                            return self.wait(deadline, context, alarm);
                        }
                    }
                }
                Found::Nothing { deadline } => return self.wait(deadline, context, alarm),
            }
        }
    }

    fn wait<T>(
        &self,
        deadline: Option<Duration>,
        context: &Context<'_>,
        alarm: &mut Option<Alarm>,
    ) -> Poll<T> {
        *alarm = deadline.map(|at| Alarm::set(self.started + at, context.waker().clone()));
        Poll::Pending
    }

    fn look(&self, serves_u2f: bool, context: &Context<'_>) -> Found {
        let mut state = self.state();
        if state.closed {
            return Found::Closed;
        }
        state.link.set_serves_u2f(serves_u2f);
        state.link.tick(self.started.elapsed());
        state.waker = Some(context.waker().clone());
        if let Some(report) = state.link.poll_report() {
            return Found::Report(report);
        }
        if let Some(event) = state.link.poll_event() {
            return Found::Event(event);
        }
        match state.running.take() {
            Some(running) => Found::Running(running),
            None => Found::Nothing { deadline: state.link.next_deadline() },
        }
    }

    fn handle(&self, event: Event) {
        match event {
            Event::Request { channel, request } => {
                let message = match request {
                    Request::Cbor(bytes) => Message::Ctap2(bytes),
                    Request::U2f(bytes) => Message::U2f(bytes),
                };
                let channel_of_link = (u64::from(self.number) << 32) | u64::from(channel);
                let client = Client { transport: Transport::Usb, channel: channel_of_link };
                match self.authenticator.begin_link(client) {
                    Ok(begun) => {
                        let (handle, answer) = (begun.handle(), Box::pin(begun.run(message)));
                        self.state().running = Some(Running { channel, handle, answer });
                    }
                    Err(_) => self.state().link.respond(channel, Answer::Busy),
                }
            }
            Event::Cancel { .. } => {
                let running = self.state().running.as_ref().map(|running| running.handle.clone());
                // Not while the lock is held: it wakes a task of the other side.
                if let Some(handle) = running {
                    handle.cancel();
                }
            }
            Event::Abort { .. } => {
                let running = self.state().running.take();
                drop(running);
            }
            Event::Wink { .. } => {
                let log = || "a client asks which phone this is".to_owned();
                self.authenticator.events().log(LogLevel::Debug, log);
            }
        }
    }
}
