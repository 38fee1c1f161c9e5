//! Hostile input for everything that Pocketkey reads, and what must hold whatever it is.
//!
//! Each module is a target: `run` takes one input. It panics where a promise is broken, which the
//! fuzzer reports with the input:
//!
//! - no panic, and no more memory than [`memory`] allows;
//! - every answer is canonical CBOR, and an error is one byte ([`form`]);
//! - PIN retries never rise without the right PIN, a new one or a reset;
//! - no credential's counter falls;
//! - the UV flag is set only where somebody was verified, or a token says so ([`watch`]);
//! - whatever a client did, the next one is served.
#![expect(clippy::missing_panics_doc, reason = "panics are how a target tells what it found")]

pub mod apdus;
pub mod device;
pub mod files;
pub mod form;
pub mod frames;
mod input;
#[path = "../../tests/killer/mod.rs"]
#[expect(dead_code, reason = "shared with tests that use other parts of it")]
mod killer;
pub mod memory;
pub mod messages;
pub mod pictures;
pub mod reports;
pub mod requests;
pub mod rows;
pub mod sequences;
pub mod watch;
