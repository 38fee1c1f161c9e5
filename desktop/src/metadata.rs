//! `pocketkey metadata`: the metadata statement of FIDO MDS3.

use std::error::Error;

use pocketkey_core::authenticator::Authenticator;
use pocketkey_core::store::Location;

use crate::open::{self, Nobody};
use crate::state::key::StoreKey;

/// Prints the statement, which a new phone makes from the same source as its getInfo.
///
/// # Errors
/// What opening an authenticator in memory gives.
pub fn run() -> Result<(), Box<dyn Error>> {
    let platform = open::platform(StoreKey::default(), Nobody);
    let authenticator = Authenticator::open(&Location::Memory, platform)?;
    println!("{}", authenticator.metadata_statement());
    Ok(())
}
