//! Standard output for commands that print and end.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

/// Prints a line.
///
/// # Errors
/// What writing gives; a reader that has seen enough (`| head`) gives [`ErrorKind::BrokenPipe`].
pub fn line(text: impl Display) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// Whether a command failed only because nobody reads on.
#[must_use]
pub fn nobody_reads(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
