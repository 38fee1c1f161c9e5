//! The link: channels, transactions, lock and keepalives (§11.2.5, §11.2.9).

use std::{fmt, mem, time::Duration};

use super::{
    Answer, Event, MAX_MESSAGE_LEN, Report, Request,
    assembly::{Assembly, OutOfSequence},
    channels::Channels,
    event::Events,
    outbox::Outbox,
    packet::{Command, Continuation, ErrorCode, Initialization, Packet, command},
};

mod control;
#[cfg(test)]
mod held;

/// The time between keepalives: "at least every 100ms" (§11.2.9.1.7), with room for a late timer.
const KEEPALIVE_INTERVAL: Duration = Duration::from_millis(75);

/// What a [`Link`] says of its device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkConfig {
    /// Major, minor and build number of the device, as INIT tells them.
    pub device_version: [u8; 3],
    /// Whether MSG (CTAP1/U2F) is served at first; see [`Link::set_serves_u2f`].
    pub serves_u2f: bool,
}

/// One HID device, or one connection that carries reports; see the [module](super).
///
/// `now` is monotonic time since any fixed start. Memory is bounded whatever a client sends, even
/// if nothing is drained.
pub struct Link {
    config: LinkConfig,
    channels: Channels,
    lock: Option<Lock>,
    state: State,
    outbox: Outbox,
    events: Events,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("config", &self.config).finish_non_exhaustive()
    }
}

/// The exclusive right of one channel (§11.2.9.2.2).
struct Lock {
    channel: u32,
    until: Duration,
}

enum State {
    Idle,
    Receiving(Assembly),
    Processing(Processing),
    /// The answer waits in the outbox.
    Answering {
        channel: u32,
    },
}

/// The driver has a request, or finds it among its events.
struct Processing {
    channel: u32,
    command: Command,
    /// When the next keepalive is due, for CBOR.
    keepalive: Option<Duration>,
    waiting_for_user: bool,
    cancelled: bool,
}

impl Link {
    /// A link without channels, as after plugging the device in.
    #[must_use]
    pub fn new(config: LinkConfig) -> Self {
        Self {
            config,
            channels: Channels::new(),
            lock: None,
            state: State::Idle,
            outbox: Outbox::default(),
            events: Events::default(),
        }
    }

    /// Sets whether MSG is accepted, and by that what later INITs tell. CTAP1 is off while alwaysUv
    /// is on (CTAP 2.3 §7.2).
    pub fn set_serves_u2f(&mut self, yes: bool) {
        self.config.serves_u2f = yes;
    }

    /// Takes one report from the client.
    pub fn receive(&mut self, report: &Report, now: Duration) {
        match Packet::parse(report) {
            Packet::Initialization(packet) => {
                // A client that stalled in a message must not keep others out.
                self.tick(now);
                let channel = packet.channel;
                self.initialization(&packet, now)
                    .unwrap_or_else(|error| self.outbox.error(channel, error));
            }
            // Without a tick: a packet that comes before the driver noticed that time was up was
            // held up by the driver, not by the client.
            Packet::Continuation(packet) => self.continuation(&packet, now),
        }
    }

    /// Lets time pass: gives up a message that has stalled, and queues a keepalive that is due.
    pub fn tick(&mut self, now: Duration) {
        match &mut self.state {
            State::Receiving(assembly) if now >= assembly.deadline => {
                self.outbox.error(assembly.channel, ErrorCode::MSG_TIMEOUT);
                self.state = State::Idle;
            }
            State::Processing(processing) if processing.keepalive.is_some_and(|due| now >= due) => {
                processing.keepalive = Some(now.saturating_add(KEEPALIVE_INTERVAL));
                processing.keep_alive(&mut self.outbox);
            }
            _ => {}
        }
    }

    /// When [`tick`](Self::tick) will have something to do, if nothing else happens.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        match &self.state {
            State::Receiving(assembly) => Some(assembly.deadline),
            State::Processing(processing) => processing.keepalive,
            State::Idle | State::Answering { .. } => None,
        }
    }

    /// The next thing to do for the driver.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop()
    }

    /// The next report to send to the client.
    pub fn poll_report(&mut self) -> Option<Report> {
        let report = self.outbox.pop();
        if self.outbox.is_empty() && matches!(self.state, State::Answering { .. }) {
            self.state = State::Idle;
        }
        report
    }

    /// Answers the running request of `channel`. Ignored where there is none, as after
    /// [`Event::Abort`], and where the driver has not seen it yet.
    pub fn respond(&mut self, channel: u32, answer: Answer) {
        let State::Processing(processing) = &self.state else { return };
        if processing.channel != channel || self.events.holds_request() {
            return;
        }
        let command = processing.command;
        self.events.answered();
        match answer {
            Answer::Message(message) => self.answer(channel, command, &message),
            Answer::Busy => {
                self.outbox.error(channel, ErrorCode::CHANNEL_BUSY);
                self.state = State::Answering { channel };
            }
        }
    }

    /// Sets what keepalives say of the running request: UPNEEDED (2) while it waits for the user,
    /// else PROCESSING (1). A change is told at once (§11.2.9.1.7). A new request begins with
    /// PROCESSING.
    pub fn set_status(&mut self, waiting_for_user: bool) {
        if let State::Processing(processing) = &mut self.state
            && processing.waiting_for_user != waiting_for_user
        {
            processing.waiting_for_user = waiting_for_user;
            processing.keep_alive(&mut self.outbox);
        }
    }

    fn initialization(
        &mut self,
        packet: &Initialization<'_>,
        now: Duration,
    ) -> Result<(), ErrorCode> {
        match packet.command {
            command::CANCEL => {
                self.cancel(packet.channel);
                return Ok(());
            }
            command::INIT => return self.init(packet),
            _ => {}
        }
        if !self.channels.contains(packet.channel) {
            return Err(ErrorCode::INVALID_CHANNEL);
        }
        self.begin(packet.channel, now)?;
        let command = self.command(packet)?;
        let assembly = Assembly::begin(packet, command, now);
        self.proceed(assembly, now)
    }

    /// Whether `channel` may begin a transaction now (§11.2.5.1).
    fn begin(&mut self, channel: u32, now: Duration) -> Result<(), ErrorCode> {
        match &self.state {
            // §11.2.5.4: a message is continued, not begun anew.
            State::Receiving(assembly) if assembly.channel == channel => {
                self.state = State::Idle;
                Err(ErrorCode::INVALID_SEQ)
            }
            State::Idle => match &self.lock {
                Some(lock) if lock.channel != channel && now < lock.until => {
                    Err(ErrorCode::CHANNEL_BUSY)
                }
                _ => Ok(()),
            },
            _ => Err(ErrorCode::CHANNEL_BUSY),
        }
    }

    /// The command, if it is served and can be of that length: looked at before any byte is kept.
    fn command(&self, packet: &Initialization<'_>) -> Result<Command, ErrorCode> {
        let command = Command::parse(packet.command).ok_or(ErrorCode::INVALID_CMD)?;
        let lengths = match command {
            Command::Ping => 0..=MAX_MESSAGE_LEN,
            Command::Msg if !self.config.serves_u2f => return Err(ErrorCode::INVALID_CMD),
            Command::Msg | Command::Cbor => 1..=MAX_MESSAGE_LEN,
            Command::Lock => 1..=1,
            Command::Wink => 0..=0,
        };
        if lengths.contains(&packet.length) { Ok(command) } else { Err(ErrorCode::INVALID_LEN) }
    }

    /// §11.2.5.4: "Spurious continuation packets appearing without a prior initialization packet
    /// will be ignored", and so are those of other channels.
    fn continuation(&mut self, packet: &Continuation<'_>, now: Duration) {
        let mut assembly = match mem::replace(&mut self.state, State::Idle) {
            State::Receiving(assembly) if assembly.channel == packet.channel => assembly,
            other => {
                self.state = other;
                return;
            }
        };
        assembly
            .add(packet, now)
            .map_err(|OutOfSequence| ErrorCode::INVALID_SEQ)
            .and_then(|()| self.proceed(assembly, now))
            .unwrap_or_else(|error| self.outbox.error(packet.channel, error));
    }

    /// Waits for more of the message, or does what it says.
    fn proceed(&mut self, assembly: Assembly, now: Duration) -> Result<(), ErrorCode> {
        if !assembly.is_complete() {
            self.state = State::Receiving(assembly);
            return Ok(());
        }
        let (channel, command) = (assembly.channel, assembly.command);
        let message = assembly.into_message();
        match command {
            Command::Ping => self.answer(channel, command, &message),
            Command::Wink => {
                self.events.wink(channel);
                self.answer(channel, command, &[]);
            }
            Command::Lock => {
                self.lock(channel, &message, now)?;
                self.answer(channel, command, &[]);
            }
            Command::Msg => self.process(channel, command, None, Request::U2f(message)),
            Command::Cbor => {
                let keepalive = now.saturating_add(KEEPALIVE_INTERVAL);
                self.process(channel, command, Some(keepalive), Request::Ctap2(message));
            }
        }
        Ok(())
    }

    fn answer(&mut self, channel: u32, command: Command, message: &[u8]) {
        self.outbox.answer(channel, command.code(), message);
        self.state = State::Answering { channel };
    }

    fn process(
        &mut self,
        channel: u32,
        command: Command,
        keepalive: Option<Duration>,
        request: Request,
    ) {
        self.events.request(channel, request);
        self.state = State::Processing(Processing {
            channel,
            command,
            keepalive,
            waiting_for_user: false,
            cancelled: false,
        });
    }
}
