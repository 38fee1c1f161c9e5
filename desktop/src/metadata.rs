//! `pocketkey metadata`: the metadata statement of FIDO MDS3.

use std::error::Error;

use crate::{open, output};

/// Prints the statement, which a new phone makes from the same source as its getInfo.
///
/// # Errors
/// What opening an authenticator in memory gives.
pub fn run() -> Result<(), Box<dyn Error>> {
    Ok(output::line(open::passing()?.metadata_statement())?)
}
