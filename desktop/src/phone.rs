//! `pocketkey phone`: the emulated phone, until a signal ends it.

use std::error::Error;
use std::fs::OpenOptions;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{LocalSet, spawn_local};

use self::session::Session;
use crate::cli::{Approve, PhoneArgs, Verify};
use crate::control::Control;
use crate::log::{Event, Log};
use crate::open::{self, Phone};
use crate::person::{Person, default_approval};
use crate::screen::Screen;

mod frames;
pub mod link;
mod nfc;
pub mod session;
mod tcp;
mod uhid;
mod workspace;

/// Where TCP clients find the phone when no transport was named.
const DEFAULT_TCP: &str = "127.0.0.1:35962";

/// Why the phone is no USB key.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}; {advice}", path = uhid::PATH)]
struct HidError {
    error: io::Error,
    advice: &'static str,
}

impl From<io::Error> for HidError {
    fn from(error: io::Error) -> Self {
        Self { advice: uhid_advice(&error), error }
    }
}

/// What makes `/dev/uhid` usable.
#[must_use]
pub fn uhid_advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => {
            "load the kernel module with `modprobe uhid` (as root), or use --tcp or --nfc"
        }
        io::ErrorKind::PermissionDenied => {
            "run as root, or let your group in by a udev rule: KERNEL==\"uhid\", GROUP=\"plugdev\", MODE=\"0660\""
        }
        _ => "use --tcp or --nfc instead",
    }
}

/// Whether this process may make HID devices.
///
/// # Errors
/// What opening `/dev/uhid` gives.
pub fn uhid_usable() -> io::Result<()> {
    OpenOptions::new().read(true).write(true).open(uhid::PATH).map(drop)
}

/// The ways to the phone.
struct Ways {
    hid: bool,
    tcp: Option<String>,
    nfc: Option<String>,
}

impl Ways {
    /// What was asked for; when nothing was, what the machine has, and why.
    fn choose(args: &PhoneArgs) -> (Self, Option<String>) {
        let chosen = Self { hid: args.hid, tcp: args.tcp.clone(), nfc: args.nfc.clone() };
        if chosen.hid || chosen.tcp.is_some() || chosen.nfc.is_some() {
            return (chosen, None);
        }
        match uhid_usable() {
            Ok(()) => (Self { hid: true, ..chosen }, None),
            Err(error) => (
                Self { tcp: Some(DEFAULT_TCP.to_owned()), ..chosen },
                Some(format!(
                    "no USB on this machine ({}: {error}), so the phone is on TCP; to change that, {}",
                    uhid::PATH,
                    uhid_advice(&error)
                )),
            ),
        }
    }
}

/// Runs the phone until a signal ends it.
///
/// # Errors
/// Whatever keeps it from starting, in words that say what to do.
pub fn run(args: &PhoneArgs) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let screen = Arc::new(Screen::new());
    let log = Arc::new(Log::new(Arc::clone(&screen), args.json));
    let approve = args.approve.unwrap_or_else(default_approval);
    let attestation = args.attestation.then(|| args.enterprise_rp_id.clone());
    let Phone { authenticator, directory, key } = open::open(&args.state, attestation, || {
        Person::at_terminal(approve, args.verify, Arc::clone(&log), screen)
    })?;
    let session = Rc::new(Session::new(authenticator, Arc::clone(&log)));

    let runtime = Builder::new_current_thread().enable_all().build()?;
    let tasks = LocalSet::new();
    let stopped = tasks.block_on(&runtime, async {
        // Before anything is up: whoever sees the phone may already end it.
        let stop = Stop::listen()?;
        let (ways, remark) = Ways::choose(args);
        if let Some(remark) = remark {
            log.emit(&Event::Problem(&remark));
        }
        let tcp = start(&session, &ways, args.test_controls).await?;
        match Control::listen(directory.path()) {
            Ok(control) => drop(spawn_local(control.serve(Rc::clone(&session)))),
            Err(error) => log.emit(&Event::Problem(&format!(
                "other commands cannot reach this phone while it runs ({error}): choose a shorter path with --state"
            ))),
        }
        spawn_local(workspace::keep_in_touch(Rc::clone(&session)));
        log.emit(&Event::Ready {
            state: directory.path(),
            key: key.name(),
            approve: approve_name(approve),
            verify: verify_name(args.verify),
            hid: ways.hid,
            tcp: tcp.as_deref(),
            nfc: ways.nfc.as_deref(),
            took: begun.elapsed(),
        });
        Ok::<_, Box<dyn Error>>(stop.signal().await)
    })?;
    // The links first, so that the device, the card and the store are gone when it says so.
    drop(tasks);
    drop(session);
    log.emit(&Event::Stopped(stopped));
    Ok(())
}

/// Brings every way up; gives the address that TCP got.
async fn start(
    session: &Rc<Session>,
    ways: &Ways,
    test_controls: bool,
) -> Result<Option<String>, Box<dyn Error>> {
    if ways.hid {
        let device = uhid::Device::create().map_err(HidError::from)?;
        let node = device.appears().await;
        let (source, sink) = device.split().map_err(HidError::from)?;
        let session = Rc::clone(session);
        let shown = node.as_deref().unwrap_or("a USB key, which the kernel does not show yet");
        session.log.emit(&Event::TransportUp("hid", shown));
        spawn_local(async move {
            let id = session.new_link("hid", false);
            let reason = match link::serve(&session, &id, source, sink).await {
                Ok(()) => "the kernel took the device away".to_owned(),
                Err(error) => error.to_string(),
            };
            session.log.emit(&Event::TransportDown("hid", &reason));
        });
    }
    let mut bound = None;
    if let Some(address) = &ways.tcp {
        let (listener, address) = tcp::bind(address).await?;
        let address = address.to_string();
        session.log.emit(&Event::TransportUp("tcp", &address));
        spawn_local(tcp::serve(Rc::clone(session), listener, test_controls));
        bound = Some(address);
    }
    if let Some(address) = &ways.nfc {
        spawn_local(nfc::serve(Rc::clone(session), address.clone()));
    }
    let session = Rc::clone(session);
    spawn_local(async move { session.housekeeping().await });
    Ok(bound)
}

/// The signals that end the phone.
struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

impl Stop {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn signal(mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.hangup.recv() => "SIGHUP",
        }
    }
}

const fn approve_name(approve: Approve) -> &'static str {
    match approve {
        Approve::Ask => "ask",
        Approve::Always => "always",
        Approve::Never => "never",
    }
}

const fn verify_name(verify: Verify) -> &'static str {
    match verify {
        Verify::Ask => "ask",
        Verify::Pass => "pass",
        Verify::Fail => "fail",
        Verify::None => "none",
    }
}
