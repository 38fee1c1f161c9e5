//! What a client's fragments come to.

use std::{mem, time::Duration};

use super::{
    super::{
        MAX_MESSAGE_LEN, Request,
        assembly::{Assembly, Command},
        fragment::{Continuation, ErrorCode, Initialization, command},
        revision::Revision,
    },
    KEEPALIVE_INTERVAL, Link, Processing, State,
};

impl Link {
    pub(super) fn initialization(
        &mut self,
        fragment: &Initialization<'_>,
        now: Duration,
    ) -> Result<(), ErrorCode> {
        if fragment.command == command::CANCEL {
            return self.cancel(fragment);
        }
        match self.state {
            State::Idle => {}
            // A message is continued, not begun anew.
            State::Receiving(_) => {
                self.state = State::Idle;
                return Err(ErrorCode::INVALID_SEQ);
            }
            State::Processing(_) | State::Answering => return Err(ErrorCode::BUSY),
        }
        let command = self.command(fragment)?;
        let assembly = Assembly::begin(fragment, command, now)?;
        self.proceed(assembly, now);
        Ok(())
    }

    /// The command, if it is served and can be of that length: looked at before any byte is kept.
    fn command(&self, fragment: &Initialization<'_>) -> Result<Command, ErrorCode> {
        let (command, shortest) = match fragment.command {
            command::PING => (Command::Ping, 0),
            command::MSG if self.revision == Some(Revision::U2f) && !self.serves_u2f => {
                return Err(ErrorCode::INVALID_CMD);
            }
            command::MSG => (Command::Msg, 1),
            _ => return Err(ErrorCode::INVALID_CMD),
        };
        let lengths = shortest..=MAX_MESSAGE_LEN;
        if lengths.contains(&fragment.length) { Ok(command) } else { Err(ErrorCode::INVALID_LEN) }
    }

    pub(super) fn continuation(
        &mut self,
        fragment: &Continuation<'_>,
        now: Duration,
    ) -> Result<(), ErrorCode> {
        match mem::replace(&mut self.state, State::Idle) {
            State::Receiving(mut assembly) => {
                assembly.add(fragment, now)?;
                self.proceed(assembly, now);
            }
            other => self.state = other,
        }
        Ok(())
    }

    /// Waits for more of the message, or does what it says.
    fn proceed(&mut self, assembly: Assembly, now: Duration) {
        if !assembly.is_complete() {
            self.state = State::Receiving(assembly);
            return;
        }
        let command = assembly.command;
        let message = assembly.into_message();
        match command {
            Command::Ping => {
                self.outbox.answer(command::PING, message);
                self.state = State::Answering;
            }
            Command::Msg => {
                self.events.request(match self.speaks() {
                    Revision::Fido2 => Request::Ctap2(message),
                    Revision::U2f => Request::U2f(message),
                });
                self.state = State::Processing(Processing {
                    keepalive: now.saturating_add(KEEPALIVE_INTERVAL),
                    waiting_for_user: false,
                    cancelled: false,
                });
            }
        }
    }

    fn speaks(&self) -> Revision {
        let unasked = if self.serves_u2f { Revision::U2f } else { Revision::Fido2 };
        self.revision.unwrap_or(unasked)
    }

    /// Cancels the running request, else is ignored; has no answer of its own.
    const fn cancel(&mut self, fragment: &Initialization<'_>) -> Result<(), ErrorCode> {
        if fragment.length != 0 || !fragment.data.is_empty() {
            return Err(ErrorCode::INVALID_LEN);
        }
        if let State::Processing(processing) = &mut self.state
            && !processing.cancelled
        {
            processing.cancelled = true;
            self.events.cancel();
        }
        Ok(())
    }
}
