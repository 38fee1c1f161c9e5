//! How pages call what happened.

use serde_json::Value;

use crate::model::{Action, Actor, ActorKind, Event, Timestamp};

/// The kinds of actors: their names in addresses, and what they are called.
pub const ACTORS: [(&str, &str); 6] = [
    ("administrator", "Administrator"),
    ("token", "API token"),
    ("user", "User"),
    ("phone", "Phone"),
    ("workspace", "The workspace itself"),
    ("stranger", "Somebody unknown"),
];

/// What happened.
#[must_use]
pub const fn action(action: &Action) -> &'static str {
    match action {
        Action::WorkspaceCreated => "Workspace created",
        Action::AdministratorAdded => "Administrator added",
        Action::AdministratorChanged => "Administrator changed",
        Action::AdministratorRemoved => "Administrator removed",
        Action::AdministratorSignedIn => "Administrator signed in",
        Action::AdministratorSignInFailed => "Administrator's sign-in failed",
        Action::AdministratorSignedOut => "Administrator signed out",
        Action::PasskeyAdded => "Passkey added",
        Action::PasskeyRemoved => "Passkey removed",
        Action::TokenCreated => "API token made",
        Action::TokenRevoked => "API token revoked",
        Action::UserAdded => "User added",
        Action::UserChanged => "User changed",
        Action::UserBlocked => "User blocked",
        Action::UserUnblocked => "User unblocked",
        Action::UserRemoved => "User removed",
        Action::UserSignedIn => "User signed in",
        Action::UserSignInRefused => "User's sign-in refused",
        Action::GroupAdded => "Group added",
        Action::GroupChanged => "Group changed",
        Action::KeyAssigned => "Key assigned",
        Action::KeySettingsChanged => "Key's settings changed",
        Action::TicketIssued => "Activation prepared",
        Action::TicketCancelled => "Activation cancelled",
        Action::KeyActivated => "Key activated",
        Action::KeyActivationRefused => "Activation refused",
        Action::KeySuspended => "Key suspended",
        Action::KeyResumed => "Key resumed",
        Action::KeyRevoked => "Key revoked",
        Action::KeyPolicyFetched => "Settings reached the phone",
        Action::KeyStandingLearnt => "Phone learnt its state",
        Action::MailQueued => "Message queued",
        Action::MailSent => "Message sent",
        Action::MailFailed => "Message failed",
        Action::UsersImported => "Users imported",
        Action::UsersExported => "Users exported",
        Action::EventsExported => "Event log exported",
    }
}

/// Who did it.
#[must_use]
pub fn actor(actor: &Actor) -> String {
    let kind = match actor.kind {
        ActorKind::Administrator => return or(&actor.name, "an administrator"),
        ActorKind::User => return or(&actor.name, "a user"),
        ActorKind::Stranger => return or(&actor.name, "somebody unknown"),
        ActorKind::Workspace => return "the workspace".to_owned(),
        ActorKind::Token => "API token",
        ActorKind::Phone => "phone",
    };
    if actor.name.is_empty() { kind.to_owned() } else { format!("{kind} {}", actor.name) }
}

fn or(name: &str, otherwise: &str) -> String {
    if name.is_empty() { otherwise.to_owned() } else { name.to_owned() }
}

/// To whom or what.
#[must_use]
pub fn subject(event: &Event) -> String {
    match event.subject.kind.as_str() {
        "workspace" => "the workspace".to_owned(),
        kind if event.subject.name.is_empty() => kind.to_owned(),
        _ => event.subject.name.clone(),
    }
}

/// The page of what it was done to, where it has one.
#[must_use]
pub fn subject_address(event: &Event) -> Option<String> {
    let id: uuid::Uuid = event.subject.id.parse().ok()?;
    match event.subject.kind.as_str() {
        "user" if event.action != Action::UserRemoved => Some(format!("/admin/users/{id}")),
        "key" => Some(format!("/admin/keys/{id}")),
        _ => None,
    }
}

/// What else is known of an event, as names and values.
#[must_use]
pub fn details(event: &Event) -> Vec<(String, String)> {
    let mut all = Vec::new();
    match &event.details {
        Value::Object(members) => {
            for (name, value) in members {
                flatten(name, value, &mut all);
            }
        }
        Value::Null => {}
        other => flatten("details", other, &mut all),
    }
    all.push(("At".to_owned(), precise(event.at)));
    all
}

fn flatten(name: &str, value: &Value, all: &mut Vec<(String, String)>) {
    let text = match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => {
            let items = items.iter().map(|item| match item {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            items.collect::<Vec<_>>().join(", ")
        }
        Value::Object(members) => {
            for (inner, value) in members {
                flatten(&format!("{name}: {inner}"), value, all);
            }
            return;
        }
    };
    let mut letters = name.chars();
    let name: String = letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect::<String>().replace('_', " ")
    });
    all.push((name, text));
}

/// To the millisecond, as it was written.
fn precise(at: Timestamp) -> String {
    at.to_string()
}
