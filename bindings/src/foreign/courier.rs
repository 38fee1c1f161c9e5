//! The way to the workspace, where the app brings its own: `URLSession`, OkHttp.

use std::{sync::Arc, time::Instant};

use pocketkey_core::platform::{self, BoxFuture, Reply, Unreachable};

use super::{ForeignError, open_calls::OpenCalls, told};
use crate::{events::Events, types::milliseconds};

/// Carries letters to the workspace. What comes back is signed: a courier needs no trust.
///
/// Every method returns at once, on whatever thread it is called: a letter is answered later, by
/// [`Authenticator::deliver`](crate::Authenticator::deliver) from any thread, or from within `send`. A `send`
/// that throws counts as [`CourierFailure::NoAnswer`].
#[uniffi::export(foreign)]
pub trait Courier: Send + Sync {
    /// Posts a letter (HTTP POST). Redirects are not followed.
    fn send(&self, letter: u64, content: Letter) -> Result<(), ForeignError>;

    /// Nobody waits for the reply any more. Called once for each letter that had none.
    fn abandon(&self, letter: u64) -> Result<(), ForeignError>;
}

/// What is sent.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Letter {
    /// Where to: an absolute URL, `https` or, for this very machine, `http`.
    pub url: String,
    /// SHA-256 (32 bytes) of the public key (SubjectPublicKeyInfo) that the server's certificate must
    /// have; then no public authority is asked. Without one, the certificate must be publicly trusted.
    pub pin: Option<Vec<u8>>,
    /// The body's media type.
    pub media_type: String,
    /// The body. It may hold a ticket: no log is a place for it.
    pub body: Vec<u8>,
    /// How long the reply may take, in milliseconds.
    pub timeout_ms: u64,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum CourierReply {
    /// A reply, whatever its status.
    Reply {
        /// The HTTP status.
        status: u16,
        /// The body. One longer than 64 KiB is no reply.
        body: Vec<u8>,
    },
    /// Nothing.
    Failed {
        /// Why.
        failure: CourierFailure,
    },
}

/// Why nothing came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum CourierFailure {
    /// There is no network, or nobody at that address.
    NoAnswer,
    /// There was no reply in time.
    TimedOut,
    /// Somebody answered who cannot prove to be the server that was meant.
    NotTheServer,
}

/// The letters under way.
pub(crate) type Couriers = OpenCalls<CourierReply>;

/// A courier of the other side.
pub(crate) struct ForeignCourier {
    pub foreign: Arc<dyn Courier>,
    pub letters: Arc<Couriers>,
    pub events: Arc<Events>,
}

impl platform::Courier for ForeignCourier {
    fn send(&self, letter: platform::Letter) -> BoxFuture<'_, Result<Reply, Unreachable>> {
        Box::pin(async move {
            let call = self.letters.open(Instant::now() + letter.timeout);
            let number = call.number();
            let content = Letter {
                url: letter.url,
                pin: letter.pin.map(|pin| pin.0.to_vec()),
                media_type: letter.media_type.to_owned(),
                body: letter.body,
                timeout_ms: milliseconds(letter.timeout),
            };
            let mut sent = Sent { courier: self, number, abandon: true };
            if let Err(reason) = told(|| self.foreign.send(number, content)) {
                sent.abandon = false;
                self.events.problem("a letter could not be sent", &reason);
                return Err(Unreachable::NoAnswer);
            }
            let reply = call.await;
            sent.abandon = reply.is_none();
            match reply {
                None => Err(Unreachable::TimedOut),
                Some(CourierReply::Reply { body, .. })
                    if body.len() > pocketkey_core::protocol::MAX_MESSAGE_SIZE =>
                {
                    Err(Unreachable::NoAnswer)
                }
                Some(CourierReply::Reply { status, body }) => Ok(Reply { status, body }),
                Some(CourierReply::Failed { failure }) => Err(match failure {
                    CourierFailure::NoAnswer => Unreachable::NoAnswer,
                    CourierFailure::TimedOut => Unreachable::TimedOut,
                    CourierFailure::NotTheServer => Unreachable::NotTheServer,
                }),
            }
        })
    }
}

/// A letter under way.
struct Sent<'a> {
    courier: &'a ForeignCourier,
    number: u64,
    abandon: bool,
}

impl Drop for Sent<'_> {
    fn drop(&mut self) {
        if self.abandon
            && let Err(reason) = told(|| self.courier.foreign.abandon(self.number))
        {
            self.courier.events.problem("a letter could not be abandoned", &reason);
        }
    }
}
