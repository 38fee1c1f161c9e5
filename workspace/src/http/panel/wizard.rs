//! New User: the wizard's first step.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::user_form::UserForm;
use crate::{
    http::{
        Admin, App, CsrfFields, Error, Routes,
        form::FormErrors,
        layout::{Section, Shell},
        render, render_with, see_other,
    },
    model::{Group, Role},
};

pub(super) fn routes() -> Routes {
    Routes::new().get("/admin/users/new", show).post("/admin/users/new", add)
}

#[derive(Template)]
#[template(path = "users/new.html")]
pub(super) struct NewUserPage {
    pub(super) shell: Shell,
    pub(super) form: UserForm,
    pub(super) groups: Vec<Group>,
    pub(super) errors: FormErrors,
}

async fn show(State(app): State<App>, admin: Admin) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    render(&NewUserPage {
        shell: admin.shell(&app, Section::NewUser),
        form: UserForm::default(),
        groups: app.workspace.group_names().await?,
        errors: FormErrors::none(),
    })
}

async fn add(State(app): State<App>, admin: Admin, fields: CsrfFields) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let form = UserForm::of_fields(&fields);
    match app.workspace.add_user(&admin.actor(), &form.user()).await {
        Ok(user) => {
            let said = format!("{} was added.", user.name);
            let next = if fields.text("then") == "assign" { "/keys/new" } else { "" };
            Ok(see_other(&format!("/admin/users/{}{next}", user.id), said))
        }
        Err(error) => {
            let errors = FormErrors::from_service(error)?;
            let page = NewUserPage {
                shell: admin.shell(&app, Section::NewUser),
                form,
                groups: app.workspace.group_names().await?,
                errors,
            };
            render_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
