//! The rules of the commands, each tested through whole requests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod requests;
mod smoke;
