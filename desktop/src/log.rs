//! The log: one line per event, for a person or for a script.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

pub use event::{Event, Request};

use crate::screen::Screen;

mod event;

/// Writes events to the screen.
#[derive(Debug)]
pub struct Log {
    screen: Arc<Screen>,
    json: bool,
}

impl Log {
    /// A log of JSON objects, or of plain lines.
    #[must_use]
    pub const fn new(screen: Arc<Screen>, json: bool) -> Self {
        Self { screen, json }
    }

    /// Whether the person sees questions here: plain lines, on a terminal.
    #[must_use]
    pub fn shows_questions(&self) -> bool {
        !self.json && io::stdout().is_terminal()
    }

    /// Writes one event.
    pub fn emit(&self, event: &Event<'_>) {
        if self.json {
            let mut object = event.json();
            if let Value::Object(members) = &mut object {
                members.insert("time".to_owned(), unix_milliseconds().into());
            }
            self.screen.line(&object.to_string());
        } else if let Some(line) = event.line() {
            self.screen.line(&line);
        }
    }
}

fn unix_milliseconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| u64::try_from(since.as_millis()).ok())
        .unwrap_or_default()
}
