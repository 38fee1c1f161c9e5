//! How pages call things.

mod log;

use std::time::Duration;

use pocketkey_core::{
    policy::{CredentialStorage, Settings, Verification},
    protocol::KeyState,
};
use time::OffsetDateTime;

pub use log::{ACTORS, action, actor, details, subject, subject_address};

use crate::model::{
    Key, KeyKind, MailState, Page, Role, Scope, TicketPurpose, Timestamp, UserState,
};

/// A point in time, such as `2031-05-07 14:03 UTC`.
#[must_use]
pub fn moment(at: &Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000).map_or_else(
        |_| "never".to_owned(),
        |time| {
            let (year, month, day) = time.to_calendar_date();
            let (hour, minute, _) = time.to_hms();
            format!("{year:04}-{:02}-{day:02} {hour:02}:{minute:02} UTC", u8::from(month))
        },
    )
}

/// The day of a point in time, such as `2031-05-07`.
#[must_use]
pub fn day(at: &Timestamp) -> String {
    moment(at).split(' ').next().unwrap_or_default().to_owned()
}

/// How long something lasts, in the largest unit that says it exactly: `15 minutes`, `2 days`.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86_400, "day", "days"), (3600, "hour", "hours"), (60, "minute", "minutes")];
    units
        .into_iter()
        .find(|(unit, ..)| seconds >= *unit && seconds.is_multiple_of(*unit))
        .map_or_else(
            || count(seconds, "second", "seconds"),
            |(unit, one, many)| count(seconds / unit, one, many),
        )
}

/// A number with its thing: `1 user`, `12,345 users`.
#[must_use]
pub fn count(number: u64, one: &str, many: &str) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text} {}", if number == 1 { one } else { many })
}

/// How many things a list has: `12 users`, `more than 500 users`.
#[must_use]
pub fn total<T>(page: &Page<T>, one: &str, many: &str) -> String {
    let least = if page.total_is_exact { "" } else { "more than " };
    format!("{least}{}", count(page.total, one, many))
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

/// A user's state.
#[must_use]
pub const fn user_state(state: &UserState) -> &'static str {
    match state {
        UserState::NotInvited => "Not invited",
        UserState::Invited => "Invited",
        UserState::Active => "Active",
        UserState::Blocked => "Blocked",
    }
}

/// A key's state.
#[must_use]
pub const fn key_state(state: &Option<KeyState>) -> &'static str {
    match state {
        None => "Pending",
        Some(KeyState::Active) => "Active",
        Some(KeyState::Suspended) => "Suspended",
        Some(KeyState::Revoked) => "Revoked",
    }
}

/// A key's state in the style sheet.
#[must_use]
pub const fn key_class(state: &Option<KeyState>) -> &'static str {
    match state {
        None => "pending",
        Some(KeyState::Active) => "active",
        Some(KeyState::Suspended) => "suspended",
        Some(KeyState::Revoked) => "revoked",
    }
}

/// What has become of a message.
#[must_use]
pub const fn mail_state(state: &MailState) -> &'static str {
    match state {
        MailState::Queued => "Queued",
        MailState::Sent => "Sent",
        MailState::Failed => "Failed",
        MailState::Dropped => "Dropped",
    }
}

/// Whether it makes sense to try again now.
#[must_use]
pub const fn may_retry(state: &MailState) -> bool {
    matches!(state, MailState::Queued | MailState::Failed)
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

/// What a kind of key is.
#[must_use]
pub const fn kind_hint(kind: &KeyKind) -> &'static str {
    match kind {
        KeyKind::Smartphone => "A phone with Pocketkey, activated by a QR code or by e-mail.",
        KeyKind::Card => "A FIDO2 card, registered in a browser.",
        KeyKind::Fingerprint => "A FIDO2 key with a fingerprint sensor, registered in a browser.",
        KeyKind::UsbKey => "A FIDO2 key for a USB port, registered in a browser.",
    }
}

/// A field of a form or of the API.
#[must_use]
pub fn field(name: &str) -> &str {
    match name {
        "user_id" => "User ID",
        "name" => "Name",
        "email" => "E-mail",
        "user_name" => "User name",
        "groups" | "new_groups" => "Groups",
        "kind" => "Kind of key",
        "label" => "Name of the key",
        "bluetooth_proximity" => "Bluetooth proximity",
        "offline_uses" => "Offline login, uses",
        "offline_days" => "Offline login, days",
        "verification" => "Verification",
        "credential_storage" => "Credential storage",
        "password" => "Password",
        "password_again" => "Password again",
        "current_password" => "Current password",
        "new_password" => "New password",
        "new_password_again" => "New password again",
        "role" => "Role",
        "scopes" => "What it may do",
        "days" => "Days",
        "file" => "File",
        "from" => "From",
        "until" => "Until",
        other => other,
    }
}

/// Fields of a user, such as those that an import changes.
#[must_use]
pub fn fields(names: &[String]) -> String {
    names.iter().map(|name| field(name)).collect::<Vec<_>>().join(", ")
}

/// Why a line cannot be imported: `user_name: …` with the field's name for people.
#[must_use]
pub fn reason(reason: &str) -> String {
    match reason.split_once(": ") {
        Some((name, why)) if field(name) != name => format!("{}: {}", field(name), sentence(why)),
        _ => sentence(reason),
    }
}

/// A message as a sentence: with a capital letter and a full stop.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String = match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => return String::new(),
    };
    if !sentence.ends_with(['.', '!', '?', '…']) {
        sentence.push('.');
    }
    sentence
}

/// What is under way while a ticket is open.
#[must_use]
pub const fn ticket(purpose: &TicketPurpose) -> &'static str {
    match purpose {
        TicketPurpose::ActivateNow => "A QR code is open",
        TicketPurpose::ActivateByEmail => "An activation by e-mail is open",
        TicketPurpose::RegisterByEmail => "A registration by e-mail is open",
    }
}

/// A smartphone's settings, to be read.
#[must_use]
pub fn settings(settings: &Settings) -> Vec<(&'static str, String)> {
    let offline = settings.offline_login.map_or_else(
        || "Off: checks in before each signature".to_owned(),
        |offline| {
            let uses = count(offline.uses.into(), "use", "uses");
            format!("On: {uses} within {}", count(offline.days.into(), "day", "days"))
        },
    );
    vec![
        ("Bluetooth proximity", if settings.bluetooth_proximity { "On" } else { "Off" }.to_owned()),
        ("Offline login", offline),
        (
            "Verification",
            match settings.verification {
                Verification::OnPhone => "On the phone",
                Verification::ReaderTapAndPin => "Reader tap + PIN",
            }
            .to_owned(),
        ),
        (
            "Credential storage",
            match settings.credential_storage {
                CredentialStorage::Phone => "On the phone",
                CredentialStorage::EncryptedBackup => "On the phone, with an encrypted backup",
                CredentialStorage::Workspace => "In the workspace",
            }
            .to_owned(),
        ),
    ]
}

/// How stale a phone can be: until when it may sign without asking, whatever was changed since.
#[must_use]
pub fn stale(key: &Key, now: Timestamp) -> String {
    let offered = key.settings.as_ref().is_some_and(|settings| settings.offline_login.is_some());
    let until = key.grant_until.filter(|until| *until > now.unix_seconds());
    let Some(until) = until else {
        return match (key.state, offered) {
            (Some(KeyState::Active), true) => {
                "No grant is running: the phone needs a check-in to sign".to_owned()
            }
            (Some(KeyState::Active), false) => {
                "Never: the phone checks in before each signature".to_owned()
            }
            _ => "Never".to_owned(),
        };
    };
    let until = i64::try_from(until).map_or(i64::MAX, |seconds| seconds.saturating_mul(1000));
    let until = moment(&Timestamp(until));
    let left = key.grant_left.map_or_else(String::new, |grant| {
        format!(", {} when it last said so", count(grant.left.into(), "use left", "uses left"))
    });
    if key.state == Some(KeyState::Active) {
        format!("May sign without asking until {until}{left}")
    } else {
        format!(
            "Until it checks in, the phone may still sign without asking, at most until {until}{left}"
        )
    }
}
