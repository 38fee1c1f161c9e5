//! The one way to the person's eyes: log lines, and below them the question that waits.
//!
//! Lines go to standard output; questions go to standard error, so that a script can read the
//! former while a person answers the latter. Where standard error is a terminal the question has a
//! countdown, kept up to date on one line without disturbing what the person is typing there.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(test)]
mod tests;

/// Save the cursor (DECSC), go to the line's start.
const SAVE: &str = "\x1b7\r";
/// Restore the cursor (DECRC).
const RESTORE: &str = "\x1b8";
/// Go to the line's start and erase it.
const ERASE: &str = "\r\x1b[2K";

/// Standard output and standard error, one writer at a time.
pub struct Screen {
    state: Mutex<State>,
}

struct State {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    /// Whether `err` understands cursor movements.
    live: bool,
    /// The question that is on the screen.
    question: Option<String>,
}

impl Screen {
    /// Standard output and standard error.
    #[must_use]
    pub fn new() -> Self {
        Self::on(Box::new(io::stdout()), Box::new(io::stderr()), io::stderr().is_terminal())
    }

    fn on(out: Box<dyn Write + Send>, err: Box<dyn Write + Send>, live: bool) -> Self {
        Self { state: Mutex::new(State { out, err, live, question: None }) }
    }

    /// A screen that nobody looks at.
    #[must_use]
    pub fn dark() -> Self {
        Self::on(Box::new(io::sink()), Box::new(io::sink()), true)
    }

    /// Writes a line to standard output, above the question if there is one.
    ///
    /// A reader that has gone away is no reason to stop being a key: failures are ignored.
    pub fn line(&self, text: &str) {
        self.above(|state| {
            let _ = writeln!(state.out, "{text}").and_then(|()| state.out.flush());
        });
    }

    /// Writes explanation lines to standard error, above the question if there is one.
    pub fn explain(&self, text: &str) {
        self.above(|state| state.error(&format!("{text}\n")));
    }

    /// Puts a question on the screen, or renews its countdown: only the text up to where the
    /// person types is rewritten, so it has to keep its length.
    pub fn ask(&self, text: &str) {
        let mut state = self.lock();
        match (state.question.replace(text.to_owned()).is_some(), state.live) {
            (true, true) => state.error(&format!("{SAVE}{text}{RESTORE}")),
            (true, false) => {}
            (false, true) => state.error(text),
            (false, false) => state.error(&format!("{text}\n")),
        }
    }

    /// Takes the question off the screen; `answered` where the person's Enter already ended it.
    pub fn withdraw(&self, answered: bool) {
        let mut state = self.lock();
        if state.question.take().is_some() && state.live && !answered {
            state.error(ERASE);
        }
    }

    fn above(&self, write: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        let question = state.question.clone().filter(|_| state.live);
        if question.is_some() {
            state.error(ERASE);
        }
        write(&mut state);
        if let Some(question) = question {
            state.error(&question);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn error(&mut self, text: &str) {
        let _ = self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush());
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screen").finish_non_exhaustive()
    }
}
