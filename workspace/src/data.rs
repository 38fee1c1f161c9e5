//! The one data-access module: SQL for both databases, and nothing else. Each function takes the
//! transaction that it is part of.

pub mod events;
pub mod groups;
pub mod keys;
pub mod tickets;
pub mod users;
pub mod workspace;
