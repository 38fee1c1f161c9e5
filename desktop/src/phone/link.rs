//! Drives one CTAPHID link: reports, the running request and time, whichever comes first.

use std::io;
use std::rc::Rc;

use pocketkey_core::transport::Transport;
use pocketkey_core::transport::hid::{Answer, Event, Link, LinkConfig, Report, Request};
use tokio::time::{Instant, sleep_until};

use super::session::{LinkId, Message, Running, Session, answer_of};
use crate::log;

/// Answers a request that the power was cut under: CTAP2_ERR_KEEPALIVE_CANCEL.
const POWER_CUT: [u8; 1] = [0x2d];

/// Where reports come from.
pub trait ReportSource {
    /// The next thing that comes, or `None` when the client has gone. May be dropped and called
    /// again without losing anything.
    async fn next(&mut self) -> io::Result<Option<Incoming>>;
}

/// Where reports go to.
pub trait ReportSink {
    /// Whether another one fits before what waits has been flushed.
    fn has_room(&self) -> bool;
    /// Puts one into the queue.
    fn push(&mut self, outgoing: Outgoing);
    /// Whether something waits to be written.
    fn waits(&self) -> bool;
    /// Writes what waits. May be dropped and called again without losing anything.
    async fn flush(&mut self) -> io::Result<()>;
}

/// What a client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incoming {
    /// A report.
    Report(Report),
    /// A test control.
    Control(Control),
    /// Every client has let go of the device, which stays: what they began is nobody's any more.
    Released,
}

/// What a client gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outgoing {
    /// A report.
    Report(Report),
    /// A test control that has been carried out.
    Done(Control),
}

/// What a test client may do to the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Take the power away and give it back.
    PowerCycle,
    /// Erase everything.
    FactoryReset,
}

/// Serves a client until it goes away; its running request ends with it.
///
/// # Errors
/// Whatever reading and writing gives.
pub async fn serve(
    session: &Rc<Session>,
    id: &LinkId,
    mut source: impl ReportSource,
    mut sink: impl ReportSink,
) -> io::Result<()> {
    let mut driver = Driver { session, id, link: new_link(session), running: None };
    loop {
        driver.events();
        while sink.has_room()
            && let Some(report) = driver.link.poll_report()
        {
            sink.push(Outgoing::Report(report));
        }
        let deadline = driver.link.next_deadline().map(|at| Instant::from_std(session.instant(at)));
        // The order matters. The request first: no flood of reports may keep it from ending. Time
        // last: a report that waits was not late, this process was.
        tokio::select! {
            biased;
            answer = answer_of(&mut driver.running) => {
                driver.answered(answer);
            }
            incoming = source.next(), if sink.has_room() => match incoming? {
                None => return Ok(()),
                Some(Incoming::Report(report)) => driver.receive(&report),
                Some(Incoming::Released) => driver.released(),
                Some(Incoming::Control(control)) => {
                    driver.control(control).await;
                    sink.push(Outgoing::Done(control));
                }
            },
            flushed = sink.flush(), if sink.waits() => flushed?,
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                driver.tick();
            }
        }
    }
}

struct Driver<'a> {
    session: &'a Rc<Session>,
    id: &'a LinkId,
    link: Link,
    running: Option<Running>,
}

impl Driver<'_> {
    fn receive(&mut self, report: &Report) {
        self.link.set_serves_u2f(self.session.authenticator.serves_u2f());
        self.link.receive(report, self.session.now());
    }

    fn tick(&mut self) {
        self.link.tick(self.session.now());
    }

    fn answered(&mut self, answer: Vec<u8>) {
        if let Some(running) = self.running.take() {
            self.link.respond(running.channel(), Answer::Message(answer));
        }
    }

    fn events(&mut self) {
        while let Some(event) = self.link.poll_event() {
            match event {
                Event::Request { channel, request } => self.request(channel, request),
                Event::Cancel { channel } => {
                    self.session.log.emit(&log::Event::Cancel(&self.id.name));
                    if let Some(running) = self.running.as_ref().filter(|r| r.channel() == channel)
                    {
                        running.handle.cancel();
                    }
                }
                Event::Abort { .. } => self.running = None,
                Event::Wink { .. } => self.session.log.emit(&log::Event::Wink(&self.id.name)),
            }
        }
        if let Some(running) = &self.running {
            self.link.set_status(running.handle.waiting_for_user());
        }
    }

    fn request(&mut self, channel: u32, request: Request) {
        let message = match request {
            Request::Ctap2(bytes) => Message::Ctap2(bytes),
            Request::U2f(bytes) => Message::U2f(bytes),
        };
        match self.session.begin(self.id, Transport::Usb, channel, message) {
            Ok(running) => self.running = Some(running),
            Err(_) => self.link.respond(channel, Answer::Busy),
        }
    }

    fn released(&mut self) {
        self.running = None;
        self.link = new_link(self.session);
    }

    /// Channels outlive the power cycle: a test client may go on with the one it has.
    async fn control(&mut self, control: Control) {
        if let Some(running) = self.running.take() {
            let answer = Answer::Message(POWER_CUT.to_vec());
            self.link.respond(running.channel(), answer);
        }
        match control {
            Control::PowerCycle => self.session.power_cycle(self.id),
            Control::FactoryReset => self.session.factory_reset(self.id).await,
        }
    }
}

fn new_link(session: &Session) -> Link {
    Link::new(LinkConfig {
        device_version: device_version(),
        serves_u2f: session.authenticator.serves_u2f(),
    })
}

/// The package's version, as CTAPHID_INIT tells it: major, minor, build.
fn device_version() -> [u8; 3] {
    let mut parts = env!("CARGO_PKG_VERSION").split('.').map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}
