//! NFC: the phone as a card.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::{Duration, Instant},
};

use pocketkey_core::{
    TransactionHandle,
    transport::{
        self,
        nfc::{Answer, Applet, Request, Step},
    },
};

use crate::{
    Authenticator, LinkError,
    authenticator::{Client, link_number},
    timer::Alarm,
    types::Transport,
};

/// How long an APDU is held before its client is told to ask again.
const POLL: Duration = Duration::from_millis(100);

/// The phone as an ISO 7816 card: command APDUs in, response APDUs out (CTAP 2.3 §11.3).
///
/// An app has one for its card emulation service. It calls [`activate`](Self::activate) when a reader's
/// field comes, [`command`](Self::command) for each APDU, and [`deactivate`](Self::deactivate) when the
/// field or the selection is lost: only that ends a request whose client has stopped asking.
#[derive(uniffi::Object)]
pub struct NfcCard {
    authenticator: Arc<Authenticator>,
    client: Client,
    /// Not there while a command works with it.
    card: Mutex<Option<Card>>,
    /// The field was lost while a command worked.
    lost: AtomicBool,
}

#[derive(Default)]
struct Card {
    applet: Applet,
    running: Option<Running>,
}

struct Running {
    handle: TransactionHandle,
    answer: Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send>>,
}

#[uniffi::export]
impl NfcCard {
    /// A card of this authenticator, out of every field.
    #[uniffi::constructor]
    pub fn new(authenticator: Arc<Authenticator>) -> Arc<Self> {
        let channel = u64::from(link_number()) << 32;
        Arc::new(Self {
            authenticator,
            client: Client { transport: Transport::Nfc, channel },
            card: Mutex::new(Some(Card::default())),
            lost: AtomicBool::new(false),
        })
    }

    /// The phone is in a reader's field, and the reader has asked for it: somebody has put it there. A
    /// workspace can want this tap to be the person's presence, for one signature within two minutes. Only
    /// the first call since the field was last lost counts.
    ///
    /// # Errors
    /// `Closed`.
    pub fn activate(&self) -> Result<(), LinkError> {
        self.authenticator.core().map_err(|_| LinkError::Closed)?.field_entered();
        Ok(())
    }

    /// Takes a command APDU (at most 65544 bytes) and gives the response APDU. While a person is being
    /// asked, a client that can is told to ask again, about ten times a second; for any other, this waits.
    ///
    /// # Errors
    /// `InUse` while another command waits for its response; `Closed`.
    pub async fn command(&self, apdu: Vec<u8>) -> Result<Vec<u8>, LinkError> {
        let core = self.authenticator.core().map_err(|_| LinkError::Closed)?;
        let mut taken = self.take()?;
        let card = taken.card();
        match card.applet.command(&apdu, core.serves_u2f()) {
            Step::Reply(reply) => {
                card.running = None;
                return Ok(reply);
            }
            Step::Run(request) => {
                // Before the next begins: there is only one at a time.
                card.running = None;
                match self.begin(request) {
                    Some(running) => card.running = Some(running),
                    None => return card.applet.respond(Answer::Busy).ok_or(LinkError::Closed),
                }
            }
            Step::Wait => {}
            Step::Cancel => {
                if let Some(running) = &card.running {
                    running.handle.cancel();
                }
            }
        }
        loop {
            match card.answer().await {
                Some(Some(answer)) => {
                    card.running = None;
                    let reply = card.applet.respond(Answer::Message(answer));
                    return reply.ok_or(LinkError::Closed);
                }
                Some(None) => return Err(LinkError::Closed),
                None => {
                    let running = card.running.as_ref().ok_or(LinkError::Closed)?;
                    if let Some(reply) = card.applet.pending(running.handle.waiting_for_user()) {
                        return Ok(reply);
                    }
                }
            }
        }
    }

    /// The field or the selection is lost: what runs is cancelled, and what came by NFC is forgotten.
    ///
    /// # Errors
    /// `Closed`.
    pub fn deactivate(&self) -> Result<(), LinkError> {
        let core = self.authenticator.core();
        // A command that works finds this when it puts its card back.
        self.lost.store(true, Ordering::SeqCst);
        if let Ok(core) = &core {
            core.disconnect(transport::Transport::Nfc);
        }
        drop(self.take());
        core.map(drop).map_err(|_| LinkError::Closed)
    }
}

impl NfcCard {
    fn slot(&self) -> MutexGuard<'_, Option<Card>> {
        self.card.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Result<Taken<'_>, LinkError> {
        let card = self.slot().take().ok_or(LinkError::InUse)?;
        Ok(Taken { owner: self, card }.fresh())
    }

    fn begin(&self, request: Request) -> Option<Running> {
        let begun = self.authenticator.begin_link(self.client).ok()?;
        Some(Running { handle: begun.handle(), answer: Box::pin(begun.run(request.into())) })
    }
}

/// The card while somebody works with it. It goes back when this is dropped.
struct Taken<'a> {
    owner: &'a NfcCard,
    card: Card,
}

impl Taken<'_> {
    /// Lets a lost field take effect.
    fn fresh(mut self) -> Self {
        if self.owner.lost.swap(false, Ordering::SeqCst) {
            self.card = Card::default();
        }
        self
    }

    const fn card(&mut self) -> &mut Card {
        &mut self.card
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut card = std::mem::take(&mut self.card);
        if self.owner.lost.swap(false, Ordering::SeqCst) {
            card = Card::default();
        }
        *self.owner.slot() = Some(card);
    }
}

impl Card {
    /// The answer of what runs, `Some(None)` where the authenticator is closed; `None` where it is not
    /// there after [`POLL`].
    async fn answer(&mut self) -> Option<Option<Vec<u8>>> {
        let until = Instant::now() + POLL;
        let mut alarm = None;
        poll_fn(|context| {
            let Some(running) = &mut self.running else { return Poll::Ready(Some(None)) };
            if let Poll::Ready(answer) = running.answer.as_mut().poll(context) {
                return Poll::Ready(Some(answer));
            }
            if Instant::now() >= until {
                return Poll::Ready(None);
            }
            alarm = Some(Alarm::set(until, context.waker().clone()));
            Poll::Pending
        })
        .await
    }
}
