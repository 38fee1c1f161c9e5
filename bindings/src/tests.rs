//! The boundary from the other side: implementations that throw, block, answer twice, never answer, or
//! come while the authenticator closes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[cfg(feature = "ble")]
mod ble;
mod closing;
mod cost;
mod events;
mod hostile_courier;
mod hostile_keys;
mod hostile_person;
mod hostile_seams;
#[cfg(target_os = "linux")]
#[path = "../../tests/killer/mod.rs"]
#[allow(dead_code)]
mod killer;
mod links;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
#[path = "../../tests/memory/mod.rs"]
mod memory_search;
#[cfg(feature = "network")]
mod network;
mod passkeys;
mod people;
mod pictures;
mod progress;
mod secrets;
#[cfg(feature = "ble")]
mod vectors;
mod workspaces;
