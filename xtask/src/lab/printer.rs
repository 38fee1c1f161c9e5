//! Showing a log while it grows.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    path::Path,
};

use crate::process::Failed;

/// Prints what is added to a file.
pub struct Printer {
    file: File,
    /// All of it.
    pub printed: String,
}

impl Printer {
    /// Starts at the beginning of the file.
    pub fn open(path: &Path) -> Result<Self, Failed> {
        Ok(Self { file: File::open(path)?, printed: String::new() })
    }

    /// Prints what is new.
    pub fn print(&mut self) -> Result<(), Failed> {
        let mut bytes = Vec::new();
        self.file.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        print!("{text}");
        std::io::stdout().flush()?;
        self.printed += &text;
        Ok(())
    }
}
