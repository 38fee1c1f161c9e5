//! The boundary from the other side: implementations that throw, block, answer twice, never answer, or
//! come while the authenticator closes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod closing;
mod cost;
mod events;
mod hostile_keys;
mod hostile_person;
mod links;
mod passkeys;
mod people;
mod workspaces;
