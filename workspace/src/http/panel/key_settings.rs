//! A smartphone's settings, changed after it was assigned.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{Trail, key_trail, settings_form::SettingsForm};
use crate::{
    http::{
        Admin, App, CsrfFields, Error, Routes,
        form::FormErrors,
        layout::{Section, Shell},
        render, render_with, see_other,
    },
    model::{Key, KeyId, Role},
    service::ServiceError,
};

pub(super) fn routes() -> Routes {
    Routes::new().get("/admin/keys/{id}/settings", show).post("/admin/keys/{id}/settings", change)
}

#[derive(Template)]
#[template(path = "keys/settings.html")]
pub(super) struct SettingsPage {
    pub(super) shell: Shell,
    pub(super) trail: Trail,
    pub(super) key: Key,
    pub(super) form: SettingsForm,
    pub(super) errors: FormErrors,
}

async fn show(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let key = app.workspace.key(id).await?;
    // Cards, fingerprints and USB keys take no settings: this page is not theirs.
    let settings = key.settings.clone().ok_or(ServiceError::NotFound("page"))?;
    let user = app.workspace.user(key.user).await?;
    render(&SettingsPage {
        shell: admin.shell(&app, Section::AllUsers),
        trail: key_trail(&user, &key),
        form: SettingsForm::of_settings(&settings),
        errors: FormErrors::none(),
        key,
    })
}

async fn change(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<KeyId>,
    fields: CsrfFields,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let key = app.workspace.key(id).await?;
    let form = SettingsForm::of_fields(&fields);
    let errors = match form.settings() {
        Ok(settings) => match app.workspace.change_settings(&admin.actor(), id, &settings).await {
            Ok(_) => {
                return Ok(see_other(&format!("/admin/keys/{id}"), "The settings were saved."));
            }
            Err(error) => FormErrors::from_service(error)?,
        },
        Err(errors) => errors,
    };
    let user = app.workspace.user(key.user).await?;
    let page = SettingsPage {
        shell: admin.shell(&app, Section::AllUsers),
        trail: key_trail(&user, &key),
        key,
        form,
        errors,
    };
    render_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
