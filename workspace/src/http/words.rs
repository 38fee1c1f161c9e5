//! How pages call things.

use time::{OffsetDateTime, macros::format_description};

use crate::model::{KeyKind, Role, Scope, Timestamp};

/// A point in time, such as `2031-05-07 14:03 UTC`.
#[must_use]
pub fn moment(at: &Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000)
        .ok()
        .and_then(|time| {
            time.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC")).ok()
        })
        .unwrap_or_else(|| "never".to_owned())
}

/// A role.
#[must_use]
pub const fn role(role: &Role) -> &'static str {
    match role {
        Role::Auditor => "Auditor",
        Role::Administrator => "Administrator",
        Role::Owner => "Owner",
    }
}

/// What a scope permits.
#[must_use]
pub const fn scope(scope: &Scope) -> &'static str {
    match scope {
        Scope::UsersRead => "See users and groups",
        Scope::UsersWrite => "Add, change, block and remove users and groups",
        Scope::KeysRead => "See keys",
        Scope::KeysWrite => "Assign, activate, change, suspend and revoke keys",
        Scope::EventsRead => "See the event log and the outbox",
        Scope::StaffWrite => "Add, change and remove administrators and tokens",
    }
}

/// A kind of key.
#[must_use]
pub const fn kind(kind: &KeyKind) -> &'static str {
    match kind {
        KeyKind::Smartphone => "Smartphone",
        KeyKind::Card => "Card",
        KeyKind::Fingerprint => "Fingerprint",
        KeyKind::UsbKey => "USB key",
    }
}
