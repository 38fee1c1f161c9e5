//! A Pocketkey workspace: users, the security keys they were handed, the rules for phones that are
//! such keys, and the event log. A library and a server; `pocketkey workspace` runs it.
//!
//! ```text
//! http/       pages, JSON API, phone endpoints    one file per area
//!   │ calls
//! service/    what the workspace does: each change is one transaction with its event
//!   │ calls
//! data/       one data-access module for both databases: SQL, nothing else
//!   │
//! db/         SQLite or PostgreSQL behind one small interface
//! ```

pub mod command;
pub mod data;
pub mod db;
mod files;
pub mod http;
pub mod mail;
pub mod model;
pub mod qr;
pub mod server;
pub mod service;
pub mod settings;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use service::Workspace;
