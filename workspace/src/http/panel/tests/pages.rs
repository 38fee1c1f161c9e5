//! Every page, with the samples in it.

use askama::Template;
use pocketkey_core::protocol::KeyState;
use zeroize::Zeroizing;

use super::super::{
    activation::{ActivationPage, Code},
    address::{Pages, address},
    assign::{AssignPage, KeyForm},
    confirm::ConfirmPage,
    events::{EventFilter, EventsPage},
    groups::GroupsPage,
    import::{ImportPage, PreviewPage},
    key::KeyPage,
    key_settings::SettingsPage,
    mail::MailPage,
    settings_form::SettingsForm,
    user::{EditUserPage, UserPage},
    user_form::UserForm,
    user_trail,
    users::{UserFilter, UsersPage},
    wizard::NewUserPage,
};
use super::samples::{event, group, key, mail, shell, ticket, user};
use crate::{
    http::{CsrfFields, form::FormErrors},
    model::{ImportLine, ImportPlan, ImportPreview, Key, Role},
    qr::Qr,
};

/// Every page of the panel, with `name` wherever somebody else's text is shown.
pub(super) fn every_page(name: &str, role: Role) -> Vec<(&'static str, String)> {
    let someone = user(name);
    let pending = key(name, None);
    let active = key(name, Some(KeyState::Active));
    let mut errors = FormErrors::none();
    for field in ["user_id", "name", "email", "user_name", "groups", "new_groups", "kind", "label"]
    {
        errors.push(field, name);
    }
    let groups = vec![group(name)];
    let pages =
        || Pages { previous: None, next: Some(address("/admin/users", &[("cursor", name)])) };
    let trail = user_trail(&someone);
    let code = Code {
        ticket: ticket(&pending),
        seconds_left: 900,
        svg: Qr::of("https://keys.example/activate#t=secret").unwrap().svg(name),
        link: Zeroizing::new(format!("https://keys.example/activate#t={name}")),
    };
    let fields = CsrfFields(
        ["user_id", "name", "email", "user_name", "group", "new_groups", "label", "offline_uses"]
            .map(|field| (field.to_owned(), name.to_owned()))
            .to_vec(),
    );
    let form = UserForm::of_fields(&fields);
    let line = |plan| ImportLine { number: 2, user: form.user(), plan };
    let plans = vec![
        line(ImportPlan::Add),
        line(ImportPlan::Change { fields: vec![name.to_owned()] }),
        line(ImportPlan::Unchanged),
        line(ImportPlan::Error { reasons: vec![name.to_owned()] }),
    ];
    let shell = || shell(role, name);
    let activation = |key: &Key, code: Option<Code>| ActivationPage {
        shell: shell(),
        trail: trail.clone(),
        user: someone.clone(),
        key: key.clone(),
        is_phone: true,
        ticket: Some(ticket(key)),
        seconds_left: 900,
        code,
        qr_validity: "15 minutes".to_owned(),
        email_validity: "2 days".to_owned(),
        mark: "pending:".to_owned(),
    };
    let assign = AssignPage {
        shell: shell(),
        trail: trail.clone(),
        user: someone.clone(),
        form: KeyForm::of_fields(&fields),
        errors: errors.clone(),
    };
    let events = || vec![event(name)];
    [
        (
            "users",
            UsersPage {
                shell: shell(),
                filter: UserFilter { search: name.to_owned(), ..UserFilter::default() },
                groups: groups.clone(),
                users: vec![someone.clone()],
                pages: pages(),
                total: "1 user".to_owned(),
            }
            .render(),
        ),
        (
            "new-user",
            NewUserPage {
                shell: shell(),
                form: form.clone(),
                groups: groups.clone(),
                errors: errors.clone(),
            }
            .render(),
        ),
        (
            "edit-user",
            EditUserPage {
                shell: shell(),
                trail: trail.clone(),
                user: someone.clone(),
                form: form.clone(),
                groups: groups.clone(),
                errors: errors.clone(),
            }
            .render(),
        ),
        (
            "user",
            UserPage {
                shell: shell(),
                trail: Vec::new(),
                user: someone.clone(),
                keys: vec![pending.clone(), active.clone()],
                events: events(),
                more: "/admin/events".to_owned(),
            }
            .render(),
        ),
        (
            "confirm",
            ConfirmPage {
                shell: shell(),
                trail: trail.clone(),
                title: name.to_owned(),
                consequences: vec![name.to_owned()],
                button: name.to_owned(),
                back: "/admin/users".to_owned(),
            }
            .render(),
        ),
        ("import", ImportPage { shell: shell(), errors: errors.clone() }.render()),
        (
            "import-preview",
            PreviewPage {
                shell: shell(),
                preview: ImportPreview {
                    lines: plans,
                    added: 1,
                    changed: 1,
                    unchanged: 1,
                    errors: 1,
                },
                content: name.to_owned(),
            }
            .render(),
        ),
        ("assign", assign.render()),
        ("activation", activation(&pending, None).render()),
        ("activation-code", activation(&pending, Some(code)).render()),
        ("activation-done", activation(&active, None).render()),
        (
            "key",
            KeyPage {
                shell: shell(),
                trail: trail.clone(),
                user: someone.clone(),
                key: active.clone(),
                is_phone: true,
                ticket: Some(ticket(&active)),
                seconds_left: 900,
                stale: name.to_owned(),
                events: events(),
                more: "/admin/events".to_owned(),
            }
            .render(),
        ),
        (
            "key-settings",
            SettingsPage {
                shell: shell(),
                trail: trail.clone(),
                key: active,
                form: SettingsForm::of_fields(&fields),
                errors: errors.clone(),
            }
            .render(),
        ),
        (
            "groups",
            GroupsPage {
                shell: shell(),
                groups: vec![(group(name), 1200)],
                name: name.to_owned(),
                errors: errors.clone(),
            }
            .render(),
        ),
        (
            "events",
            EventsPage {
                shell: shell(),
                filter: EventFilter {
                    search: name.to_owned(),
                    user: name.to_owned(),
                    from: name.to_owned(),
                    ..EventFilter::default()
                },
                errors,
                events: events(),
                pages: pages(),
                total: "1 entry".to_owned(),
                verdict: Some(Ok("7 entries".to_owned())),
            }
            .render(),
        ),
        (
            "mail",
            MailPage {
                shell: shell(),
                delivery: name.to_owned(),
                mails: vec![mail(name)],
                pages: pages(),
                total: "1 message".to_owned(),
            }
            .render(),
        ),
    ]
    .map(|(page, html)| (page, html.unwrap()))
    .to_vec()
}
