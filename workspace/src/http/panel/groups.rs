//! Groups.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::{Trail, confirm::ConfirmPage};
use crate::{
    http::{
        Admin, App, CsrfForm, Empty, Error, Routes,
        form::FormErrors,
        layout::{Section, Shell},
        render, render_with, see_other, words,
    },
    model::{Group, GroupId, Role},
    service::ServiceError,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/admin/groups", list)
        .post("/admin/groups", add)
        .post("/admin/groups/{id}/rename", rename)
        .get("/admin/groups/{id}/remove", ask_remove)
        .post("/admin/groups/{id}/remove", remove)
}

#[derive(Template)]
#[template(path = "groups/list.html")]
pub(super) struct GroupsPage {
    pub(super) shell: Shell,
    pub(super) groups: Vec<(Group, u64)>,
    /// What was typed.
    pub(super) name: String,
    pub(super) errors: FormErrors,
}

#[derive(Debug, Deserialize)]
struct Name {
    #[serde(default)]
    name: String,
}

async fn list(State(app): State<App>, admin: Admin) -> Result<Response, Error> {
    render(&GroupsPage {
        shell: admin.shell(&app, Section::Groups),
        groups: app.workspace.groups().await?,
        name: String::new(),
        errors: FormErrors::none(),
    })
}

async fn again(
    app: &App,
    admin: &Admin,
    name: String,
    error: ServiceError,
) -> Result<Response, Error> {
    let errors = FormErrors::from_service(error)?;
    let page = GroupsPage {
        shell: admin.shell(app, Section::Groups),
        groups: app.workspace.groups().await?,
        name,
        errors,
    };
    render_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn add(
    State(app): State<App>,
    admin: Admin,
    CsrfForm(Name { name }): CsrfForm<Name>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    match app.workspace.add_group(&admin.actor(), name.trim()).await {
        Ok(group) => Ok(see_other("/admin/groups", format!("The group {} was added.", group.name))),
        Err(error) => again(&app, &admin, name, error).await,
    }
}

async fn rename(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<GroupId>,
    CsrfForm(Name { name }): CsrfForm<Name>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    match app.workspace.rename_group(&admin.actor(), id, name.trim()).await {
        Ok(_) => Ok(see_other("/admin/groups", "The group was renamed.")),
        Err(error) => again(&app, &admin, name, error).await,
    }
}

async fn ask_remove(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<GroupId>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let groups = app.workspace.groups().await?;
    let (group, members) = groups
        .into_iter()
        .find(|(group, _)| group.id == id)
        .ok_or(ServiceError::NotFound("group"))?;
    render(&ConfirmPage {
        shell: admin.shell(&app, Section::Groups),
        trail: Trail::new(),
        title: format!("Remove the group {}?", group.name),
        consequences: vec![format!(
            "{} stay, but are no longer in this group. Nothing of theirs is changed otherwise.",
            words::count(members, "user", "users")
        )],
        button: "Remove the group".to_owned(),
        back: "/admin/groups".to_owned(),
    })
}

async fn remove(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<GroupId>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    app.workspace.remove_group(&admin.actor(), id).await?;
    Ok(see_other("/admin/groups", "The group was removed."))
}
