//! CTAPHID: the phone behind 64-byte reports, as a Bluetooth HID device or through a cable's gadget.

use std::{sync::Arc, time::Duration};

use pocketkey_core::transport::{
    Answer,
    hid::{self, Event, LinkConfig, REPORT_LEN, Report},
};

use crate::{
    Authenticator, LinkError,
    link::{Link, Machine, Task},
    types::Transport,
};

/// One connection that carries CTAPHID reports (CTAP 2.3 §11.2).
///
/// An app hands each report from the client to [`receive`](Self::receive), and sends what
/// [`next_report`](Self::next_report) gives, in a loop. That loop is what works: requests run while
/// `next_report` is awaited.
#[derive(uniffi::Object)]
pub struct HidLink(Link<hid::Link>);

#[uniffi::export]
impl HidLink {
    /// A connection of this authenticator, as after plugging it in.
    #[uniffi::constructor]
    pub fn new(authenticator: Arc<Authenticator>) -> Arc<Self> {
        let config = LinkConfig { device_version: [0, 1, 0], serves_u2f: true };
        Arc::new(Self(Link::new(authenticator, hid::Link::new(config))))
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
        self.0.feed(|link, now| link.receive(report, now))
    }

    /// The next report for the client, 64 bytes; none after [`close`](Self::close). It waits until there
    /// is one. Dropping the future loses nothing.
    ///
    /// # Errors
    /// `InUse` while somebody else waits; `Closed` where the authenticator is.
    pub async fn next_report(&self) -> Result<Option<Vec<u8>>, LinkError> {
        self.0.next().await
    }

    /// The connection is gone: what runs is cancelled.
    ///
    /// # Errors
    /// `Closed` where that had been done before.
    // Kotlin's objects have a `close` already.
    #[uniffi::method(name = "end")]
    pub fn close(&self) -> Result<(), LinkError> {
        self.0.close()
    }
}

impl Machine for hid::Link {
    const TRANSPORT: Transport = Transport::Usb;

    fn set_serves_u2f(&mut self, yes: bool) {
        self.set_serves_u2f(yes);
    }

    fn tick(&mut self, now: Duration) {
        self.tick(now);
    }

    fn next_deadline(&self) -> Option<Duration> {
        self.next_deadline()
    }

    fn poll_frame(&mut self) -> Option<Vec<u8>> {
        self.poll_report().map(|report| report.to_vec())
    }

    fn poll_task(&mut self) -> Option<Task> {
        Some(match self.poll_event()? {
            Event::Request { channel, request } => Task::Request { channel, request },
            Event::Cancel { .. } => Task::Cancel,
            Event::Abort { .. } => Task::Abort,
            Event::Wink { .. } => Task::Wink,
        })
    }

    fn respond(&mut self, channel: u32, answer: Answer) {
        self.respond(channel, answer);
    }

    fn set_status(&mut self, waiting_for_user: bool) {
        self.set_status(waiting_for_user);
    }
}
