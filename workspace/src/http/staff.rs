//! Owners add, change and remove administrators.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::{
    Admin, App, CsrfFields, CsrfForm, Empty, Error, Routes, form::FormErrors, layout::Section,
    render_with, see_other, views::AdministratorsPage,
};
use crate::{
    model::{Administrator, AdministratorId, Role},
    service::{NewAdministrator, Secret, ServiceError},
};

const PAGE: &str = "/admin/administrators";

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get(PAGE, page)
        .post(PAGE, add)
        .post("/admin/administrators/{id}/role", change_role)
        .post("/admin/administrators/{id}/invite", invite_again)
        .post("/admin/administrators/{id}/remove", remove)
}

#[derive(Deserialize)]
struct Chosen {
    role: Role,
}

/// What the page shows beside the list.
struct Shown {
    typed: NewAdministrator,
    issued: Option<(String, String)>,
    errors: FormErrors,
}

impl Shown {
    fn nothing() -> Self {
        let (user_name, name) = (String::new(), String::new());
        let typed = NewAdministrator { user_name, name, role: Role::Administrator };
        Self { typed, issued: None, errors: FormErrors::none() }
    }

    fn link(app: &App, who: &Administrator, secret: &Secret) -> Self {
        let link = format!("{}/set-up/{}", app.settings.origin, secret.text().as_str());
        Self { issued: Some((who.name.clone(), link)), ..Self::nothing() }
    }
}

async fn page(State(app): State<App>, admin: Admin) -> Result<Response, Error> {
    admin.require(Role::Owner)?;
    show(&app, &admin, Shown::nothing()).await
}

async fn show(app: &App, admin: &Admin, shown: Shown) -> Result<Response, Error> {
    let status = if shown.errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = AdministratorsPage {
        shell: admin.shell(app, Section::Administrators),
        administrators: app.workspace.administrators().await?,
        me: admin.administrator.clone(),
        recent: admin.is_recent(app),
        issued: shown.issued,
        name: shown.typed.name,
        user_name: shown.typed.user_name,
        role: shown.typed.role,
        errors: shown.errors,
    };
    render_with(status, &page)
}

async fn add(State(app): State<App>, admin: Admin, fields: CsrfFields) -> Result<Response, Error> {
    admin.require(Role::Owner)?;
    admin.require_recent(&app, PAGE)?;
    let role = Role::from_name(fields.text("role"));
    let typed = NewAdministrator {
        user_name: fields.text("user_name").to_owned(),
        name: fields.text("name").to_owned(),
        // Where none was chosen, the least.
        role: role.unwrap_or(Role::Auditor),
    };
    match app.workspace.add_administrator(&admin.actor(), &typed).await {
        Ok((added, secret)) => show(&app, &admin, Shown::link(&app, &added, &secret)).await,
        Err(error) => {
            let errors = FormErrors::from_service(error)?;
            show(&app, &admin, Shown { typed, issued: None, errors }).await
        }
    }
}

async fn change_role(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<AdministratorId>,
    CsrfForm(Chosen { role }): CsrfForm<Chosen>,
) -> Result<Response, Error> {
    admin.require(Role::Owner)?;
    admin.require_recent(&app, PAGE)?;
    not_oneself(&admin, id)?;
    let changed = app.workspace.change_role(&admin.actor(), id, role).await?;
    let what = format!("{} is now {}.", changed.name, changed.role.name());
    Ok(see_other(PAGE, what))
}

async fn invite_again(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<AdministratorId>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require(Role::Owner)?;
    admin.require_recent(&app, PAGE)?;
    let (invited, secret) = app.workspace.invite_again(&admin.actor(), id).await?;
    show(&app, &admin, Shown::link(&app, &invited, &secret)).await
}

async fn remove(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<AdministratorId>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require(Role::Owner)?;
    admin.require_recent(&app, PAGE)?;
    not_oneself(&admin, id)?;
    app.workspace.remove_administrator(&admin.actor(), id).await?;
    Ok(see_other(PAGE, "The administrator is removed, and their sessions have ended."))
}

/// Another owner does it, so that nobody locks themselves out by a slip.
fn not_oneself(admin: &Admin, id: AdministratorId) -> Result<(), Error> {
    if admin.administrator.id == id {
        let reason = "another owner must change or remove you".to_owned();
        return Err(ServiceError::Conflict(reason).into());
    }
    Ok(())
}
