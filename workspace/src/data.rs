//! The one data-access module: SQL for both databases, and nothing else. Each function takes the
//! transaction that it is part of.

pub mod activations;
pub mod administrators;
pub mod challenges;
pub mod credentials;
pub mod events;
pub mod groups;
pub mod keys;
pub mod outbox;
pub mod page;
pub mod passkeys;
pub mod phones;
pub mod sessions;
pub mod tickets;
pub mod tokens;
pub mod users;
pub mod workspace;
