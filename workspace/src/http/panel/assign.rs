//! Assign a security key: the wizard's second step.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{Trail, settings_form::SettingsForm, user_trail};
use crate::{
    http::{
        Admin, App, CsrfFields, Error, Routes,
        form::FormErrors,
        layout::{Section, Shell},
        render, render_with, see_other, words,
    },
    model::{Key, KeyKind, NewKey, Role, User, UserId},
};

pub(super) fn routes() -> Routes {
    Routes::new().get("/admin/users/{id}/keys/new", show).post("/admin/users/{id}/keys/new", assign)
}

/// What was chosen.
#[derive(Debug, Clone)]
pub(super) struct KeyForm {
    pub(super) kind: String,
    pub(super) label: String,
    pub(super) settings: SettingsForm,
}

impl KeyForm {
    pub(super) fn of_fields(fields: &CsrfFields) -> Self {
        Self {
            kind: fields.text("kind").to_owned(),
            label: fields.text("label").to_owned(),
            settings: SettingsForm::of_fields(fields),
        }
    }

    /// What is to be assigned. Without a name, the key is called what it is, with a number where the
    /// user has such a key already.
    fn key(&self, others: &[Key]) -> Result<NewKey, FormErrors> {
        let Some(kind) = KeyKind::from_name(&self.kind) else {
            let mut errors = FormErrors::none();
            errors.push("kind", "Choose what kind of key it is.");
            return Err(errors);
        };
        let settings = match kind {
            KeyKind::Smartphone => Some(self.settings.settings()?),
            KeyKind::Card | KeyKind::Fingerprint | KeyKind::UsbKey => None,
        };
        let label =
            if self.label.is_empty() { free_label(kind, others) } else { self.label.clone() };
        Ok(NewKey { kind, label, settings })
    }
}

fn free_label(kind: KeyKind, others: &[Key]) -> String {
    let plain = words::kind(&kind).to_owned();
    let numbered = (2..).map(|number| format!("{plain} {number}"));
    std::iter::once(plain.clone())
        .chain(numbered)
        .find(|label| others.iter().all(|key| key.label != *label))
        .unwrap_or(plain)
}

#[derive(Template)]
#[template(path = "keys/new.html")]
pub(super) struct AssignPage {
    pub(super) shell: Shell,
    pub(super) trail: Trail,
    pub(super) user: User,
    pub(super) form: KeyForm,
    pub(super) errors: FormErrors,
}

async fn show(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let user = app.workspace.user(id).await?;
    render(&AssignPage {
        shell: admin.shell(&app, Section::AllUsers),
        trail: user_trail(&user),
        form: KeyForm {
            kind: KeyKind::Smartphone.name().to_owned(),
            label: String::new(),
            settings: SettingsForm::default(),
        },
        errors: FormErrors::none(),
        user,
    })
}

async fn assign(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
    fields: CsrfFields,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let user = app.workspace.user(id).await?;
    let form = KeyForm::of_fields(&fields);
    let errors = match form.key(&app.workspace.keys_of(id).await?) {
        Ok(new) => match app.workspace.assign_key(&admin.actor(), id, &new).await {
            Ok(key) => {
                let said = format!("{} was assigned to {}.", key.label, user.name);
                return Ok(see_other(&format!("/admin/keys/{}/activate", key.id), said));
            }
            Err(error) => FormErrors::from_service(error)?,
        },
        Err(errors) => errors,
    };
    let page = AssignPage {
        shell: admin.shell(&app, Section::AllUsers),
        trail: user_trail(&user),
        user,
        form,
        errors,
    };
    render_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
