//! The phone on the virtual card reader: Debian's `vsmartcard-vpcd` under `pcscd`.
//!
//! The reader listens, the card connects. A frame of one byte controls the card, a longer one is a
//! command APDU, and every APDU is answered by one frame.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use pocketkey_core::transport::Transport;
use pocketkey_core::transport::nfc::{Answer, Applet, Request, Step};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::frames::{FrameWriter, Frames, acknowledge};
use super::session::{LinkId, Message, Running, Session, answer_of};
use crate::log::Event;

/// Answer to reset: T=1 (ISO 7816-3), chaining and extended length, "Pocketkey".
const ATR: [u8; 20] = [
    0x3b, 0x8f, 0x80, 0x01, 0x80, 0x73, 0x80, 0x21, 0xc0, 0x59, 0x50, 0x6f, 0x63, 0x6b, 0x65, 0x74,
    0x6b, 0x65, 0x79, 0x94,
];

/// Controls of the reader.
const POWER_OFF: u8 = 0;
const RESET: u8 = 2;
const GET_ATR: u8 = 4;

/// How long after the last try the reader is looked for again.
const RETRY: Duration = Duration::from_secs(1);

/// A reader polls its card several times a second; one that is silent for so long has another.
const SILENCE: Duration = Duration::from_secs(2);

/// How long an APDU is held before its client is told to ask again: what clients poll at.
const POLL: Duration = Duration::from_millis(100);

/// Lies on the reader at `address`, whenever there is one, until it is dropped.
pub async fn serve(session: Rc<Session>, address: String) {
    let id = session.new_link("nfc", false);
    // Said once, not at every try.
    let mut complained = false;
    loop {
        match TcpStream::connect(&address).await {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                let (reader, writer) = stream.into_split();
                let frames = Frames::new(reader, |length| length > 0, acknowledge);
                let mut card = Card::new(&session, &id, frames, FrameWriter::new(writer));
                let reason = match card.lie(&address).await {
                    Ok(()) => "the reader has gone".to_owned(),
                    Err(error) => error.to_string(),
                };
                complained = card.taken_off(&reason, complained);
            }
            Err(error) if !complained => {
                complained = true;
                session.log.emit(&Event::TransportDown(
                    "nfc",
                    &format!("no reader at {address} ({error}); waiting for it. Debian: apt install pcscd vsmartcard-vpcd"),
                ));
            }
            Err(_) => {}
        }
        sleep(RETRY).await;
    }
}

struct Card<'a, R, W> {
    session: &'a Rc<Session>,
    id: &'a LinkId,
    frames: Frames<R>,
    writer: FrameWriter<W>,
    applet: Applet,
    running: Option<Running>,
    /// When the client that waits is told to ask again.
    poll_at: Option<Instant>,
    /// Whether a client has talked to the card since it was last without power.
    used: bool,
    /// Whether the reader has taken notice of this card.
    noticed: bool,
}

impl<'a, R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Card<'a, R, W> {
    const fn new(
        session: &'a Rc<Session>,
        id: &'a LinkId,
        frames: Frames<R>,
        writer: FrameWriter<W>,
    ) -> Self {
        Self {
            session,
            id,
            frames,
            writer,
            applet: Applet::new(),
            running: None,
            poll_at: None,
            used: false,
            noticed: false,
        }
    }

    /// Answers the reader until it goes away.
    async fn lie(&mut self, address: &str) -> io::Result<()> {
        let Ok(first) = timeout(SILENCE, self.frames.next()).await else {
            return Err(io::Error::other(format!("the reader at {address} has another card")));
        };
        let Some(first) = first? else { return Ok(()) };
        self.noticed = true;
        self.session.log.emit(&Event::TransportUp("nfc", &format!("on the reader at {address}")));
        self.frame(&first);
        loop {
            self.writer.flush().await?;
            tokio::select! {
                biased;
                answer = answer_of(&mut self.running) => {
                    self.running = None;
                    let reply = self.applet.respond(Answer::Message(answer));
                    self.reply(reply);
                }
                frame = self.frames.next() => match frame? {
                    Some(frame) => self.frame(&frame),
                    None => return Ok(()),
                },
                () = sleep_until(self.poll_at.unwrap_or_else(Instant::now)), if self.poll_at.is_some() => {
                    self.poll_at = None;
                    let waiting =
                        self.running.as_ref().is_some_and(|running| running.handle.waiting_for_user());
                    let reply = self.applet.pending(waiting);
                    self.reply(reply);
                }
            }
        }
    }

    fn frame(&mut self, frame: &[u8]) {
        match frame {
            [GET_ATR] => self.reply(Some(ATR.to_vec())),
            [POWER_OFF | RESET] => self.power_off(),
            [_] => {}
            apdu => self.apdu(apdu),
        }
    }

    fn apdu(&mut self, apdu: &[u8]) {
        self.used = true;
        self.session.authenticator.field_entered();
        match self.applet.command(apdu, self.session.authenticator.serves_u2f()) {
            Step::Reply(reply) => {
                self.running = None;
                self.reply(Some(reply));
            }
            Step::Run(request) => {
                // Before the next begins: there is only one at a time.
                self.running = None;
                let message = match request {
                    Request::Ctap2(bytes) => Message::Ctap2(bytes),
                    Request::U2f(bytes) => Message::U2f(bytes),
                };
                match self.session.begin(self.id, Transport::Nfc, 0, message) {
                    Ok(running) => {
                        self.running = Some(running);
                        self.poll_at = Some(Instant::now() + POLL);
                    }
                    Err(_) => {
                        let reply = self.applet.respond(Answer::Busy);
                        self.reply(reply);
                    }
                }
            }
            Step::Wait => self.poll_at = Some(Instant::now() + POLL),
            Step::Cancel => {
                self.session.log.emit(&Event::Cancel(&self.id.name));
                if let Some(running) = &self.running {
                    running.handle.cancel();
                }
                self.poll_at = Some(Instant::now() + POLL);
            }
        }
    }

    fn reply(&mut self, reply: Option<Vec<u8>>) {
        let Some(reply) = reply else { return };
        self.poll_at = None;
        if !self.writer.push(&reply) {
            // SW_UNKNOWN: nothing that the authenticator answers is as long.
            self.writer.push(&[0x6f, 0x00]);
        }
    }

    /// The reader's field is gone. It also goes when the reader has been idle for a while: a phone
    /// that nobody has talked to since has nothing to forget.
    fn power_off(&mut self) {
        self.running = None;
        self.poll_at = None;
        self.applet.deactivate();
        if std::mem::take(&mut self.used) {
            self.session.field_lost(self.id);
        }
    }

    /// The card has left the reader; gives whether the owner knows that there is a problem.
    fn taken_off(&mut self, reason: &str, complained: bool) -> bool {
        self.power_off();
        if self.noticed || !complained {
            self.session.log.emit(&Event::TransportDown("nfc", reason));
        }
        !self.noticed
    }
}
