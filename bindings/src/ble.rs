//! Bluetooth Low Energy: the phone behind the FIDO service's characteristics.

use std::{sync::Arc, time::Duration};

use pocketkey_core::transport::{
    Answer,
    ble::{
        self, CONTROL_POINT_LENGTH_UUID, CONTROL_POINT_UUID, Event, LinkConfig, SERVICE_REVISION,
        SERVICE_REVISION_BITFIELD_UUID, SERVICE_REVISION_UUID, SERVICE_UUID, STATUS_UUID,
    },
};

use crate::{
    Authenticator, LinkError,
    link::{Link, Machine, Task},
    types::Transport,
};

/// What of the header of a notification ATT takes for itself, in bytes.
const ATT_HEADER: u16 = 3;

/// The GATT service that an app offers (CTAP 2.3 §11.4.3). Every characteristic needs an encrypted
/// connection of a bonded client. UUIDs are lower-case, of 36 characters.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct BleService {
    /// The service itself, primary; advertised while clients are to find the phone.
    pub service: String,
    /// fidoControlPoint, *write*: its value goes to [`BleLink::write`].
    pub control_point: String,
    /// fidoStatus, *notify*: what [`BleLink::next_notification`] gives.
    pub status: String,
    /// fidoControlPointLength, *read*: [`BleLink::control_point_length`].
    pub control_point_length: String,
    /// fidoServiceRevisionBitfield, *read* and *write*: [`BleLink::revisions`] and
    /// [`BleLink::select_revision`].
    pub revision_bitfield: String,
    /// fidoServiceRevision, *read*: [`revision_value`](Self::revision_value), for clients of U2F 1.0.
    pub revision: String,
    /// The value of fidoServiceRevision, UTF-8.
    pub revision_value: String,
}

/// The service, the same for every phone.
#[uniffi::export]
pub fn ble_service() -> BleService {
    BleService {
        service: SERVICE_UUID.to_owned(),
        control_point: CONTROL_POINT_UUID.to_owned(),
        status: STATUS_UUID.to_owned(),
        control_point_length: CONTROL_POINT_LENGTH_UUID.to_owned(),
        revision_bitfield: SERVICE_REVISION_BITFIELD_UUID.to_owned(),
        revision: SERVICE_REVISION_UUID.to_owned(),
        revision_value: SERVICE_REVISION.to_owned(),
    }
}

/// One connection of a client over Bluetooth Low Energy (CTAP 2.3 §11.4), from the moment that it is
/// encrypted until it is gone.
///
/// An app hands what the client writes to [`write`](Self::write) and
/// [`select_revision`](Self::select_revision), and notifies it of what
/// [`next_notification`](Self::next_notification) gives, in a loop. That loop is what works: requests run
/// while `next_notification` is awaited. Where the client is no longer subscribed to fidoStatus, nothing
/// can be sent: then too the link is to be closed.
#[derive(uniffi::Object)]
pub struct BleLink(Link<ble::Link>);

#[uniffi::export]
impl BleLink {
    /// A client has connected. `control_point_length` is how long a write to fidoControlPoint may be:
    /// 20 to 512 bytes; what is outside is taken for the nearer of the two. More than the ATT_MTU less 3
    /// needs an app that puts prepared writes together.
    #[uniffi::constructor]
    pub fn new(authenticator: Arc<Authenticator>, control_point_length: u16) -> Arc<Self> {
        let config = LinkConfig { control_point_length, serves_u2f: true };
        Arc::new(Self(Link::new(authenticator, ble::Link::new(config))))
    }

    /// The value of fidoControlPointLength: 2 bytes.
    ///
    /// # Errors
    /// `Closed`.
    pub fn control_point_length(&self) -> Result<Vec<u8>, LinkError> {
        self.0.feed(|link, _| link.control_point_length().to_vec())
    }

    /// The value of fidoServiceRevisionBitfield: 1 byte; bits 80 U2F 1.1, 40 U2F 1.2, 20 FIDO2. It changes
    /// with alwaysUv, which excludes U2F.
    ///
    /// # Errors
    /// `Closed`.
    pub fn revisions(&self) -> Result<Vec<u8>, LinkError> {
        self.0.feed(|link, _| vec![link.revisions()])
    }

    /// Takes what the client writes to fidoServiceRevisionBitfield: which protocol its messages are of.
    /// `false`: it is none that is served; nothing has changed, and the write is to be refused (ATT
    /// error 13).
    ///
    /// # Errors
    /// `Closed`.
    pub fn select_revision(&self, value: Vec<u8>) -> Result<bool, LinkError> {
        self.0.feed(|link, _| link.select_revision(&value).is_ok())
    }

    /// Says how large the connection's ATT_MTU is: 23 bytes until then. Notifications have at most 3 bytes
    /// less, and never more than 512.
    ///
    /// # Errors
    /// `Closed`.
    pub fn set_mtu(&self, mtu: u16) -> Result<(), LinkError> {
        let length = mtu.saturating_sub(ATT_HEADER);
        self.0.feed(|link, _| link.set_notification_length(length))
    }

    /// Takes what the client writes to fidoControlPoint: one fragment. What is wrong with it the client
    /// hears by a notification.
    ///
    /// # Errors
    /// `Closed`.
    pub fn write(&self, value: Vec<u8>) -> Result<(), LinkError> {
        self.0.feed(|link, now| link.write(&value, now))
    }

    /// The next value to notify the client of by fidoStatus, 1 to 512 bytes; none after
    /// [`close`](Self::close). It waits until there is one. Dropping the future loses nothing. The next is
    /// to be asked for when the system has taken this one.
    ///
    /// # Errors
    /// `InUse` while somebody else waits; `Closed` where the authenticator is.
    pub async fn next_notification(&self) -> Result<Option<Vec<u8>>, LinkError> {
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

impl Machine for ble::Link {
    const TRANSPORT: Transport = Transport::Ble;

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
        self.poll_notification()
    }

    fn poll_task(&mut self) -> Option<Task> {
        Some(match self.poll_event()? {
            Event::Request(request) => Task::Request { channel: 0, request },
            Event::Cancel => Task::Cancel,
        })
    }

    fn respond(&mut self, _channel: u32, answer: Answer) {
        self.respond(answer);
    }

    fn set_status(&mut self, waiting_for_user: bool) {
        self.set_status(waiting_for_user);
    }
}
