//! Things to render, with names as hostile as a test wants them.

use pocketkey_core::{
    policy::Settings,
    protocol::{GrantReport, KeyState},
};

use crate::{
    http::layout::{Section, Shell, Visitor},
    model::{
        Action, Actor, ActorKind, Event, Group, GroupId, Key, KeyId, KeyKind, Mail, MailId,
        MailState, Role, Subject, Ticket, TicketId, TicketPurpose, TicketState, Timestamp, User,
        UserId, UserState,
    },
};

/// 2031-05-07 14:03:00 UTC.
pub(super) const NOW: Timestamp = Timestamp(1_936_015_380_000);

pub(super) fn shell(role: Role, name: &str) -> Shell {
    Shell {
        workspace: name.to_owned(),
        visitor: Some(Visitor { name: name.to_owned(), role }),
        csrf: "token-of-the-session".to_owned(),
        section: Section::AllUsers,
        notice: Some(name.to_owned()),
    }
}

pub(super) fn group(name: &str) -> Group {
    Group { id: GroupId::new(), name: name.to_owned() }
}

pub(super) fn user(name: &str) -> User {
    User {
        id: UserId::new(),
        user_id: name.to_owned(),
        name: name.to_owned(),
        email: Some(name.to_owned()),
        user_name: name.to_owned(),
        state: UserState::Invited,
        groups: vec![group(name)],
        created_at: NOW,
    }
}

pub(super) fn key(name: &str, state: Option<KeyState>) -> Key {
    Key {
        id: KeyId::new(),
        user: UserId::new(),
        kind: KeyKind::Smartphone,
        label: name.to_owned(),
        state,
        settings: Some(Settings::default()),
        policy_version: 2,
        policy_fetched: 1,
        device_name: Some(name.to_owned()),
        created_at: NOW,
        activated_at: state.map(|_| NOW),
        checked_in_at: Some(NOW),
        grant_left: Some(GrantReport { serial: 1, left: 3 }),
        grant_until: None,
        signed_in_at: None,
    }
}

pub(super) fn ticket(key: &Key) -> Ticket {
    Ticket {
        id: TicketId::new(),
        key: key.id,
        purpose: TicketPurpose::ActivateNow,
        state: TicketState::Open,
        created_at: NOW,
        expires_at: NOW.plus_seconds(900),
    }
}

pub(super) fn event(name: &str) -> Event {
    Event {
        sequence: 7,
        at: NOW,
        actor: Actor { kind: ActorKind::Administrator, id: name.to_owned(), name: name.to_owned() },
        action: Action::KeyAssigned,
        subject: Subject {
            kind: "key".to_owned(),
            id: KeyId::new().to_string(),
            name: name.to_owned(),
        },
        user: None,
        key: None,
        details: serde_json::json!({ name: name, "list": [name], "deep": { name: name } }),
        hash: "00".repeat(32),
        signature: "11".repeat(64),
    }
}

pub(super) fn mail(name: &str) -> Mail {
    Mail {
        id: MailId::new(),
        user: UserId::new(),
        to: name.to_owned(),
        subject: name.to_owned(),
        state: MailState::Failed,
        attempts: 8,
        last_error: Some(name.to_owned()),
        created_at: NOW,
        next_attempt_at: Some(NOW),
        sent_at: None,
    }
}
