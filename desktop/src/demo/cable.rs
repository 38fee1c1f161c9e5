//! The cable, computer's end: CTAPHID (CTAP 2.3 §11.2) over 64-byte reports that stay in this
//! process.
//!
//! Fragments are made and joined by `passkey-transports`, so that the phone's framing meets one
//! that is not ours.

use std::{
    fmt, io,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

use passkey_transports::hid::{ChannelHandler, Command, Message};
use pocketkey_core::transport::hid::Report;
use tokio::sync::mpsc::UnboundedSender;

/// A phone at work says so every 100 ms (§11.2.9.1.7): one that is silent for this long is stuck.
const SILENCE: Duration = Duration::from_secs(5);

/// The channel that INIT is sent on (§11.2.3).
const BROADCAST: u32 = u32::MAX;

/// What a KEEPALIVE says while the phone waits for its user (§11.2.9.1.7).
const UP_NEEDED: u8 = 2;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CableError {
    /// The phone's end of the cable is gone.
    #[error("the phone is unplugged")]
    Unplugged,
    /// Neither an answer nor a keepalive came.
    #[error("the phone has said nothing for {} s", SILENCE.as_secs())]
    Silent,
    /// CTAPHID_ERROR (§11.2.9.1.6) with this code.
    #[error("the phone reports CTAPHID error {0:#04x}")]
    Refused(u8),
    /// The phone's answer is none.
    #[error("the phone breaks the protocol: {0}")]
    Malformed(&'static str),
    /// The request does not fit into 129 packets (§11.2.4).
    #[error("the request is too long for CTAPHID")]
    TooLong,
    /// No randomness for the INIT nonce.
    #[error("the computer has no randomness to give")]
    NoRandomness,
}

/// What has gone through a [`Cable`].
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Reports in both directions, 64 bytes each.
    pub reports: u32,
    /// How many of them were keepalives.
    pub keepalives: u32,
}

/// One end of a cable with a phone at the other.
pub struct Cable {
    to_phone: UnboundedSender<Report>,
    from_phone: Receiver<Report>,
    incoming: ChannelHandler,
    channel: u32,
    traffic: Traffic,
}

impl fmt::Debug for Cable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cable").field("traffic", &self.traffic).finish_non_exhaustive()
    }
}

impl Cable {
    /// A cable without a channel yet.
    pub fn new(to_phone: UnboundedSender<Report>, from_phone: Receiver<Report>) -> Self {
        Self {
            to_phone,
            from_phone,
            incoming: ChannelHandler::default(),
            channel: BROADCAST,
            traffic: Traffic::default(),
        }
    }

    /// What has gone through so far.
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Gets a channel of its own with INIT (§11.2.9.1.3), and uses it from here on.
    ///
    /// # Errors
    /// Any [`CableError`].
    pub fn open_channel(&mut self) -> Result<(), CableError> {
        let nonce = ring::rand::generate::<[u8; 8]>(&ring::rand::SystemRandom::new())
            .map_err(|_| CableError::NoRandomness)?
            .expose();
        self.channel = BROADCAST;
        let answer = self.exchange(Command::Init, &nonce, &mut || {})?;
        let channel = answer
            .strip_prefix(&nonce)
            .ok_or(CableError::Malformed("INIT answers another nonce"))?
            .first_chunk()
            .ok_or(CableError::Malformed("INIT without a channel"))?;
        // A channel is four bytes of no order; `passkey-transports` keeps them in the native one.
        self.channel = u32::from_ne_bytes(*channel);
        Ok(())
    }

    /// Sends a CTAP2 request and waits for its answer: a status byte and CBOR. `touch` is called
    /// whenever the phone says that it waits for its user.
    ///
    /// # Errors
    /// Any [`CableError`].
    pub fn cbor(&mut self, request: &[u8], touch: &mut dyn FnMut()) -> Result<Vec<u8>, CableError> {
        self.exchange(Command::Cbor, request, touch)
    }

    /// Asks the phone to end the running request; there is no reply to this (§11.2.9.1.5).
    ///
    /// # Errors
    /// [`CableError::Unplugged`].
    pub fn cancel(&mut self) -> Result<(), CableError> {
        self.send(Command::Cancel, &[])
    }

    fn exchange(
        &mut self,
        command: Command,
        request: &[u8],
        touch: &mut dyn FnMut(),
    ) -> Result<Vec<u8>, CableError> {
        self.send(command, request)?;
        loop {
            let message = self.receive()?;
            if message.channel != self.channel {
                continue;
            }
            match message.command {
                Command::KeepAlive => {
                    self.traffic.keepalives += 1;
                    if message.payload.first() == Some(&UP_NEEDED) {
                        touch();
                    }
                }
                Command::Err => {
                    let code = message.payload.first().copied();
                    return Err(code
                        .map_or(CableError::Malformed("ERROR without a code"), |code| {
                            CableError::Refused(code)
                        }));
                }
                answered if answered.encode() == command.encode() => return Ok(message.payload),
                _ => return Err(CableError::Malformed("an answer to something else")),
            }
        }
    }

    fn send(&mut self, command: Command, payload: &[u8]) -> Result<(), CableError> {
        let message =
            Message::new(self.channel, command, payload).map_err(|_| CableError::TooLong)?;
        message.send(self).map_err(|_| CableError::Unplugged)
    }

    fn receive(&mut self) -> Result<Message, CableError> {
        loop {
            let report = self.from_phone.recv_timeout(SILENCE).map_err(|error| match error {
                RecvTimeoutError::Timeout => CableError::Silent,
                RecvTimeoutError::Disconnected => CableError::Unplugged,
            })?;
            self.traffic.reports += 1;
            if let Some(message) = self.incoming.handle_packet(&report) {
                return Ok(message);
            }
        }
    }
}

/// `passkey-transports` writes one report at a time.
impl io::Write for Cable {
    fn write(&mut self, report: &[u8]) -> io::Result<usize> {
        let whole = Report::try_from(report).map_err(io::Error::other)?;
        self.to_phone.send(whole).map_err(|_| io::ErrorKind::BrokenPipe)?;
        self.traffic.reports += 1;
        Ok(report.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
