//! Showing a log while it grows.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError, TryLockError},
};

use crate::process::Failed;

/// Who may print. Of two guests, one prints what it says as it says it; the other's words wait.
pub type Floor = Mutex<()>;

/// Prints what is added to a file.
pub struct Printer<'a> {
    file: File,
    floor: &'a Floor,
    turn: Option<MutexGuard<'a, ()>>,
    /// How many bytes of `said` have been printed.
    printed: usize,
    /// All of it.
    pub said: String,
}

impl<'a> Printer<'a> {
    /// Starts at the beginning of the file.
    pub fn open(path: &Path, floor: &'a Floor) -> Result<Self, Failed> {
        let file = File::open(path)?;
        Ok(Self { file, floor, turn: None, printed: 0, said: String::new() })
    }

    /// Prints what is new, unless another one is printing.
    pub fn print(&mut self) -> Result<(), Failed> {
        let mut bytes = Vec::new();
        self.file.read_to_end(&mut bytes)?;
        self.said += &String::from_utf8_lossy(&bytes);
        if self.turn.is_none() {
            self.turn = match self.floor.try_lock() {
                Ok(turn) => Some(turn),
                Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => return Ok(()),
            };
        }
        print!("{}", self.said.get(self.printed..).unwrap_or_default());
        std::io::stdout().flush()?;
        self.printed = self.said.len();
        Ok(())
    }

    /// Waits until it may print, prints the rest, and gives everything that was said.
    pub fn finish(mut self) -> Result<String, Failed> {
        if self.turn.is_none() {
            self.turn = Some(self.floor.lock().unwrap_or_else(PoisonError::into_inner));
        }
        self.print()?;
        Ok(self.said)
    }
}
