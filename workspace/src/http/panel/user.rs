//! A user's page, and what can be done to a user.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{Trail, confirm::ConfirmPage, user_form::UserForm, user_trail};
use crate::{
    http::{
        Admin, App, CsrfFields, CsrfForm, Empty, Error, Routes,
        form::FormErrors,
        layout::{Section, Shell},
        render, render_with, see_other,
    },
    model::{Event, EventQuery, Group, Key, PageRequest, Role, User, UserId},
};

/// How many events a page about something else shows.
pub(super) const RECENT_EVENTS: u32 = 10;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/admin/users/{id}", show)
        .get("/admin/users/{id}/edit", edit)
        .post("/admin/users/{id}/edit", change)
        .post("/admin/users/{id}/block", block)
        .post("/admin/users/{id}/unblock", unblock)
        .get("/admin/users/{id}/remove", ask_remove)
        .post("/admin/users/{id}/remove", remove)
}

#[derive(Template)]
#[template(path = "users/user.html")]
pub(super) struct UserPage {
    pub(super) shell: Shell,
    pub(super) trail: Trail,
    pub(super) user: User,
    pub(super) keys: Vec<Key>,
    pub(super) events: Vec<Event>,
    /// Where all of the user's events are.
    pub(super) more: String,
}

#[derive(Template)]
#[template(path = "users/edit.html")]
pub(super) struct EditUserPage {
    pub(super) shell: Shell,
    pub(super) trail: Trail,
    pub(super) user: User,
    pub(super) form: UserForm,
    pub(super) groups: Vec<Group>,
    pub(super) errors: FormErrors,
}

async fn show(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
) -> Result<Response, Error> {
    let user = app.workspace.user(id).await?;
    let query = EventQuery { user: Some(id), ..EventQuery::default() };
    let page = PageRequest { cursor: None, limit: RECENT_EVENTS };
    render(&UserPage {
        shell: admin.shell(&app, Section::AllUsers),
        trail: Trail::new(),
        keys: app.workspace.keys_of(id).await?,
        events: app.workspace.events(&query, &page).await?.items,
        more: format!("/admin/events?user={id}"),
        user,
    })
}

async fn edit(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let user = app.workspace.user(id).await?;
    render(&EditUserPage {
        shell: admin.shell(&app, Section::AllUsers),
        trail: user_trail(&user),
        form: UserForm::of_user(&user),
        groups: app.workspace.group_names().await?,
        errors: FormErrors::none(),
        user,
    })
}

async fn change(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
    fields: CsrfFields,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let form = UserForm::of_fields(&fields);
    match app.workspace.change_user(&admin.actor(), id, &form.user()).await {
        Ok(user) => {
            Ok(see_other(&format!("/admin/users/{id}"), format!("{} was saved.", user.name)))
        }
        Err(error) => {
            let errors = FormErrors::from_service(error)?;
            let user = app.workspace.user(id).await?;
            let page = EditUserPage {
                shell: admin.shell(&app, Section::AllUsers),
                trail: user_trail(&user),
                form,
                groups: app.workspace.group_names().await?,
                errors,
                user,
            };
            render_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn block(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let user = app.workspace.block_user(&admin.actor(), id).await?;
    Ok(see_other(&format!("/admin/users/{id}"), format!("{} is blocked.", user.name)))
}

async fn unblock(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let user = app.workspace.unblock_user(&admin.actor(), id).await?;
    Ok(see_other(&format!("/admin/users/{id}"), format!("{} is no longer blocked.", user.name)))
}

async fn ask_remove(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let user = app.workspace.user(id).await?;
    render(&ConfirmPage {
        shell: admin.shell(&app, Section::AllUsers),
        trail: user_trail(&user),
        title: format!("Remove {}?", user.name),
        consequences: vec![
            "Every key of theirs is revoked: at once at the sign-in page, and on phones at the next \
             check-in, which erases the key there."
                .to_owned(),
            "This cannot be undone. What happened so far stays in the event log. To stop their keys \
             for a while only, block the user instead."
                .to_owned(),
        ],
        button: "Remove the user".to_owned(),
        back: format!("/admin/users/{id}"),
    })
}

async fn remove(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let user = app.workspace.user(id).await?;
    app.workspace.remove_user(&admin.actor(), id).await?;
    Ok(see_other(
        "/admin/users",
        format!("{} was removed, and their keys were revoked.", user.name),
    ))
}
