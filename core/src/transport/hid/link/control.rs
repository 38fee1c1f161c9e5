//! INIT, CANCEL, LOCK and KEEPALIVE: what stands outside of transactions, or beside them.

use std::time::Duration;

use super::{
    super::{
        outbox::Outbox,
        packet::{BROADCAST, Command, ErrorCode, Initialization, command},
    },
    Link, Lock, Processing, State,
};

/// The version of CTAPHID that INIT tells.
const PROTOCOL_VERSION: u8 = 2;

/// Capabilities that INIT tells: WINK and CBOR are served; NMSG: MSG is not.
const CAPABILITY_WINK: u8 = 0x01;
const CAPABILITY_CBOR: u8 = 0x04;
const CAPABILITY_NMSG: u8 = 0x08;

const NONCE_LEN: usize = 8;

/// The longest time that LOCK takes, in seconds.
const MAX_LOCK_SECONDS: u8 = 10;

/// What KEEPALIVE carries (§11.2.9.1.7).
const STATUS_PROCESSING: u8 = 1;
const STATUS_UPNEEDED: u8 = 2;

impl Link {
    /// §11.2.9.1.3: on the broadcast channel allocates a channel; on an allocated one gives up
    /// whatever it was doing.
    pub(super) fn init(&mut self, packet: &Initialization<'_>) -> Result<(), ErrorCode> {
        let channel = packet.channel;
        if channel != BROADCAST && !self.channels.contains(channel) {
            return Err(ErrorCode::INVALID_CHANNEL);
        }
        if packet.length != NONCE_LEN {
            return Err(ErrorCode::INVALID_LEN);
        }
        let assigned = if channel == BROADCAST {
            self.channels.allocate()
        } else {
            self.resynchronise(channel);
            channel
        };
        let nonce = packet.data.iter().take(NONCE_LEN);
        let response: Vec<u8> = nonce
            .copied()
            .chain(assigned.to_be_bytes())
            .chain([PROTOCOL_VERSION])
            .chain(self.config.device_version)
            .chain([self.capabilities()])
            .collect();
        self.outbox.reply(channel, command::INIT, &response);
        Ok(())
    }

    /// §11.2.5.3: "the transaction is aborted (if possible) and all buffered data flushed (if any)".
    fn resynchronise(&mut self, channel: u32) {
        match &self.state {
            State::Receiving(assembly) if assembly.channel == channel => {}
            State::Processing(processing) if processing.channel == channel => {
                self.events.abort(channel);
            }
            State::Answering { channel: answered } if *answered == channel => {}
            _ => return,
        }
        self.outbox.discard(channel);
        self.state = State::Idle;
    }

    const fn capabilities(&self) -> u8 {
        let nmsg = if self.config.serves_u2f { 0 } else { CAPABILITY_NMSG };
        CAPABILITY_WINK | CAPABILITY_CBOR | nmsg
    }

    /// §11.2.9.1.5: cancels the channel's own CBOR request, else is ignored; never answered.
    pub(super) fn cancel(&mut self, channel: u32) {
        if let State::Processing(processing) = &mut self.state
            && processing.channel == channel
            && processing.command == Command::Cbor
            && !processing.cancelled
        {
            processing.cancelled = true;
            self.events.cancel(channel);
        }
    }

    /// §11.2.9.2.2: `time` is one byte, the seconds to lock for; 0 releases the lock.
    pub(super) fn lock(
        &mut self,
        channel: u32,
        time: &[u8],
        now: Duration,
    ) -> Result<(), ErrorCode> {
        self.lock = match *time {
            [0] => None,
            [seconds @ 1..=MAX_LOCK_SECONDS] => {
                let until = now.saturating_add(Duration::from_secs(seconds.into()));
                Some(Lock { channel, until })
            }
            _ => return Err(ErrorCode::INVALID_PAR),
        };
        Ok(())
    }
}

impl Processing {
    /// Queues a keepalive, for a request that gets them.
    pub(super) fn keep_alive(&self, outbox: &mut Outbox) {
        if self.keepalive.is_some() {
            let status = if self.waiting_for_user { STATUS_UPNEEDED } else { STATUS_PROCESSING };
            outbox.reply(self.channel, command::KEEPALIVE, &[status]);
        }
    }
}
