//! What drives a connection that carries frames: between the transport's state machine, the
//! authenticator and whoever sends what comes out.

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
    transport::{Answer, Request},
};

use crate::{
    Authenticator, LinkError,
    authenticator::{Client, link_number},
    events::LogLevel,
    timer::Alarm,
    types::Transport,
};

/// A transport's state machine, as its driver sees it.
pub(crate) trait Machine: Send {
    /// The transport that it is.
    const TRANSPORT: Transport;

    fn set_serves_u2f(&mut self, yes: bool);
    fn tick(&mut self, now: Duration);
    fn next_deadline(&self) -> Option<Duration>;
    /// The next frame for the client.
    fn poll_frame(&mut self) -> Option<Vec<u8>>;
    fn poll_task(&mut self) -> Option<Task>;
    /// Answers the request of this channel.
    fn respond(&mut self, channel: u32, answer: Answer);
    fn set_status(&mut self, waiting_for_user: bool);
}

/// Something for the driver to do.
pub(crate) enum Task {
    /// Run a request of this channel.
    Request { channel: u32, request: Request },
    /// Cancel the running request; its answer is still due.
    Cancel,
    /// Drop the running request.
    Abort,
    /// Show which phone this is.
    Wink,
}

/// A state machine with its authenticator.
pub(crate) struct Link<M> {
    authenticator: Arc<Authenticator>,
    number: u32,
    started: Instant,
    state: Mutex<State<M>>,
    driven: AtomicBool,
}

struct State<M> {
    machine: M,
    running: Option<Running>,
    waker: Option<Waker>,
    closed: bool,
}

struct Running {
    channel: u32,
    handle: TransactionHandle,
    answer: Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send>>,
}

impl<M: Machine> Link<M> {
    pub(crate) fn new(authenticator: Arc<Authenticator>, machine: M) -> Self {
        let state = State { machine, running: None, waker: None, closed: false };
        Self {
            authenticator,
            number: link_number(),
            started: Instant::now(),
            state: Mutex::new(state),
            driven: AtomicBool::new(false),
        }
    }

    /// Hands something to the state machine, with the time, and has its driver look.
    pub(crate) fn feed<T>(&self, feed: impl FnOnce(&mut M, Duration) -> T) -> Result<T, LinkError> {
        let core = self.authenticator.core().map_err(|_| LinkError::Closed)?;
        let mut state = self.state();
        if state.closed {
            return Err(LinkError::Closed);
        }
        state.machine.set_serves_u2f(core.serves_u2f());
        let fed = feed(&mut state.machine, self.started.elapsed());
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(fed)
    }

    /// The next frame for the client; none after [`close`](Self::close).
    pub(crate) async fn next(&self) -> Result<Option<Vec<u8>>, LinkError> {
        if self.driven.swap(true, Ordering::SeqCst) {
            return Err(LinkError::InUse);
        }
        let _driver = Driver(&self.driven);
        let mut alarm = None;
        poll_fn(|context| self.poll(context, &mut alarm)).await
    }

    /// The connection is gone: what runs is cancelled.
    pub(crate) fn close(&self) -> Result<(), LinkError> {
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

/// Whoever waits for the next frame.
struct Driver<'a>(&'a AtomicBool);

impl Drop for Driver<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// What a look at the state machine has found.
enum Found {
    Frame(Vec<u8>),
    Task(Task),
    Closed,
    Running(Running),
    Nothing { deadline: Option<Duration> },
}

impl<M: Machine> Link<M> {
    fn state(&self) -> MutexGuard<'_, State<M>> {
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
                Found::Frame(frame) => return Poll::Ready(Ok(Some(frame))),
                Found::Task(task) => self.handle(task),
                Found::Running(mut running) => {
                    // No lock is held: the request may ask the other side.
                    let answer = running.answer.as_mut().poll(context);
                    let mut state = self.state();
                    match answer {
                        Poll::Ready(Some(answer)) => {
                            state.machine.respond(running.channel, Answer::Message(answer));
                        }
                        Poll::Ready(None) => return Poll::Ready(Err(LinkError::Closed)),
                        Poll::Pending if state.closed => {}
                        Poll::Pending => {
                            let waiting = running.handle.waiting_for_user();
                            state.machine.set_status(waiting);
                            state.running = Some(running);
                            if let Some(frame) = state.machine.poll_frame() {
                                return Poll::Ready(Ok(Some(frame)));
                            }
                            let deadline = state.machine.next_deadline();
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
        state.machine.set_serves_u2f(serves_u2f);
        state.machine.tick(self.started.elapsed());
        state.waker = Some(context.waker().clone());
        if let Some(frame) = state.machine.poll_frame() {
            return Found::Frame(frame);
        }
        if let Some(task) = state.machine.poll_task() {
            return Found::Task(task);
        }
        match state.running.take() {
            Some(running) => Found::Running(running),
            None => Found::Nothing { deadline: state.machine.next_deadline() },
        }
    }

    fn handle(&self, task: Task) {
        match task {
            Task::Request { channel, request } => {
                let channel_of_link = (u64::from(self.number) << 32) | u64::from(channel);
                let client = Client { transport: M::TRANSPORT, channel: channel_of_link };
                match self.authenticator.begin_link(client) {
                    Ok(begun) => {
                        let (handle, answer) =
                            (begun.handle(), Box::pin(begun.run(request.into())));
                        self.state().running = Some(Running { channel, handle, answer });
                    }
                    Err(_) => self.state().machine.respond(channel, Answer::Busy),
                }
            }
            Task::Cancel => {
                let running = self.state().running.as_ref().map(|running| running.handle.clone());
                // Not while the lock is held: it wakes a task of the other side.
                if let Some(handle) = running {
                    handle.cancel();
                }
            }
            Task::Abort => {
                let running = self.state().running.take();
                drop(running);
            }
            Task::Wink => {
                let log = || "a client asks which phone this is".to_owned();
                self.authenticator.events().log(LogLevel::Debug, log);
            }
        }
    }
}
