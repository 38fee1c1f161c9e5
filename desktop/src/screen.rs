//! The one way to the person's eyes: log lines, and below them the question that waits.
//!
//! Lines go to standard output; questions go to standard error, so that a script can read the
//! former while a person answers the latter. Where standard error is a terminal the question has a
//! countdown, kept up to date on one line without disturbing what the person is typing there.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Save the cursor (DECSC), go to the line's start.
const SAVE: &str = "\x1b7\r";
/// Restore the cursor (DECRC).
const RESTORE: &str = "\x1b8";
/// Go to the line's start and erase it.
const ERASE: &str = "\r\x1b[2K";

/// Standard output and standard error, one writer at a time.
#[derive(Debug)]
pub struct Screen {
    /// The question that is on the screen.
    question: Mutex<Option<String>>,
    /// Whether standard error understands cursor movements.
    live: bool,
}

impl Screen {
    /// Looks at what standard error is.
    #[must_use]
    pub fn new() -> Self {
        Self { question: Mutex::new(None), live: io::stderr().is_terminal() }
    }

    /// Writes one line to standard output, above the question if there is one.
    ///
    /// A reader that has gone away is no reason to stop being a key: failures are ignored.
    pub fn line(&self, text: &str) {
        let question = self.lock();
        if self.live && question.is_some() {
            Self::error(ERASE);
        }
        let mut out = io::stdout().lock();
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
        if self.live
            && let Some(question) = question.as_deref()
        {
            Self::error(question);
        }
    }

    /// Writes explanation lines to standard error, above the question.
    pub fn explain(&self, text: &str) {
        let question = self.lock();
        if self.live && question.is_some() {
            Self::error(ERASE);
        }
        Self::error(&format!("{text}\n"));
        if self.live
            && let Some(question) = question.as_deref()
        {
            Self::error(question);
        }
    }

    /// Puts a question on the screen, or renews its countdown: only the text up to where the
    /// person types is rewritten, so it has to keep its length.
    pub fn ask(&self, text: &str) {
        let mut question = self.lock();
        let renewed = question.is_some();
        *question = Some(text.to_owned());
        if renewed && self.live {
            Self::error(&format!("{SAVE}{text}{RESTORE}"));
        } else if !renewed {
            Self::error(text);
            if !self.live {
                Self::error("\n");
            }
        }
    }

    /// Takes the question off the screen; `answered` where the person's Enter already ended it.
    pub fn withdraw(&self, answered: bool) {
        if self.lock().take().is_some() && self.live && !answered {
            Self::error(ERASE);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.question.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(text: &str) {
        let mut err = io::stderr().lock();
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }
}

impl Default for Screen {
    fn default() -> Self {
        Self::new()
    }
}
