//! The emulated phone, as `pocketkey phone` runs it, on a thread of its own.

use std::{
    io,
    rc::Rc,
    sync::{Arc, mpsc::Sender},
    thread,
};

use pocketkey_core::{
    Authenticator, Location, OpenError,
    platform::{Courier, Platform},
    software::{MonotonicClock, SoftwareKeyStore, SystemRng},
    transport::hid::Report,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use zeroize::Zeroizing;

use super::{cable::Cable, person::Person};
use crate::{
    log::Log,
    phone::{
        link::{self, Incoming, Outgoing, ReportSink, ReportSource},
        session::Session,
    },
    screen::Screen,
};

/// Why there is no phone.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// The key that everything is sealed under could not be made.
    #[error("this machine has no randomness to give")]
    NoRandomness,
    /// The core does not start.
    #[error("the authenticator does not start: {0}")]
    Open(#[from] OpenError),
    /// No thread, or no runtime on it.
    #[error("the phone's thread does not start: {0}")]
    Thread(#[from] io::Error),
}

/// Switches a phone on that keeps everything in memory, belongs to `person`, and is plugged into
/// the computer with the cable that this returns. It reaches its workspace through `courier`, and runs
/// until the cable is dropped.
///
/// # Errors
/// Any [`PhoneError`].
pub fn switch_on(
    person: Arc<Person>,
    courier: Arc<dyn Courier>,
) -> Result<(Authenticator, Cable), PhoneError> {
    let root = ring::rand::generate::<[u8; 32]>(&ring::rand::SystemRandom::new())
        .map_err(|_| PhoneError::NoRandomness)?;
    let root = Zeroizing::new(root.expose());
    let authenticator = Authenticator::open(
        &Location::Memory,
        Platform {
            key_store: Arc::new(SoftwareKeyStore::new(&root)),
            user_verifier: person,
            clock: Arc::new(MonotonicClock::default()),
            rng: Arc::new(SystemRng::default()),
            courier,
        },
    )?;
    let (to_phone, from_computer) = unbounded_channel();
    let (to_computer, from_phone) = std::sync::mpsc::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let served = authenticator.clone();
    thread::Builder::new().name("phone".to_owned()).spawn(move || {
        // What the phone would log, the demo tells in its own words.
        let log = Arc::new(Log::new(Arc::new(Screen::dark()), true));
        let session = Rc::new(Session::new(served, log));
        let id = session.new_link("demo", false);
        let end = link::serve(&session, &id, Port(from_computer), Queue(to_computer));
        // It ends when the computer is gone: nobody is left to be told.
        let _ = runtime.block_on(end);
    })?;
    Ok((authenticator, Cable::new(to_phone, from_phone)))
}

/// What the computer sends.
struct Port(UnboundedReceiver<Report>);

impl ReportSource for Port {
    async fn next(&mut self) -> io::Result<Option<Incoming>> {
        Ok(self.0.recv().await.map(Incoming::Report))
    }
}

/// What the computer gets. The queue takes all at once, so that nothing ever waits.
struct Queue(Sender<Report>);

impl ReportSink for Queue {
    fn has_room(&self) -> bool {
        true
    }

    fn push(&mut self, outgoing: Outgoing) {
        if let Outgoing::Report(report) = outgoing {
            // Without a computer the link ends by itself.
            let _ = self.0.send(report);
        }
    }

    fn waits(&self) -> bool {
        false
    }

    async fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
