//! One-time links: the first owner sets the workspace up, others choose a password.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::{
    App, CsrfForm, Error, Routes, Trial, Visitor,
    form::FormErrors,
    render, render_with, see_other,
    session::with_session,
    views::{InvitationPage, SetUpPage},
};
use crate::{
    model::Administrator,
    service::{Beginning, NewOwner, Password, Secret, ServiceError},
};

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/set-up/{secret}", page).post("/set-up/{secret}", begin)
}

/// What is typed; a name and a user name only by the first owner.
#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    name: String,
    #[serde(default)]
    user_name: String,
    password: Password,
    password_again: Password,
}

async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, Error> {
    app.limits.count(Trial::Link, visitor.address())?;
    match app.workspace.beginning(&link(&secret)?).await? {
        Beginning::FirstOwner => render(&SetUpPage {
            shell: visitor.shell(&app),
            name: String::new(),
            user_name: String::new(),
            errors: FormErrors::none(),
        }),
        Beginning::Invited(administrator) => {
            render(&invitation(&app, &visitor, administrator, FormErrors::none()))
        }
    }
}

async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    Path(secret): Path<String>,
    CsrfForm(typed): CsrfForm<Typed>,
) -> Result<Response, Error> {
    app.limits.count(Trial::Link, visitor.address())?;
    let link = link(&secret)?;
    match app.workspace.beginning(&link).await? {
        Beginning::FirstOwner => {
            let new = NewOwner {
                user_name: typed.user_name.clone(),
                name: typed.name.clone(),
                password: typed.password.clone(),
            };
            let done = match differing(&typed) {
                Some(errors) => Err(errors),
                None => by_field(app.workspace.set_up(&link, &new).await)?,
            };
            match done {
                Ok(signed_in) => {
                    let response = see_other("/admin/users", "The workspace is set up.");
                    Ok(with_session(response, signed_in.secret))
                }
                Err(errors) => {
                    let page = SetUpPage {
                        shell: visitor.shell(&app),
                        name: typed.name,
                        user_name: typed.user_name,
                        errors,
                    };
                    render_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
                }
            }
        }
        Beginning::Invited(administrator) => {
            let done = match differing(&typed) {
                Some(errors) => Err(errors),
                None => by_field(app.workspace.accept_invitation(&link, &typed.password).await)?,
            };
            match done {
                Ok(signed_in) => {
                    let response = see_other("/admin/users", "The password is chosen.");
                    Ok(with_session(response, signed_in.secret))
                }
                Err(errors) => {
                    let page = invitation(&app, &visitor, administrator, errors);
                    render_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
                }
            }
        }
    }
}

/// A text that is no secret is as good as one that nobody was given.
fn link(text: &str) -> Result<Secret, Error> {
    let unknown = ServiceError::NotFound("link");
    Secret::parse(text).ok_or_else(|| unknown.into())
}

fn differing(typed: &Typed) -> Option<FormErrors> {
    (!typed.password.is(&typed.password_again)).then(|| {
        let mut errors = FormErrors::none();
        errors.push("password_again", "The two passwords are not the same.");
        errors
    })
}

/// What is wrong with fields is shown beside them; everything else is an error of its own.
fn by_field<T>(done: Result<T, ServiceError>) -> Result<Result<T, FormErrors>, Error> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(error) => Ok(Err(FormErrors::from_service(error)?)),
    }
}

fn invitation(
    app: &App,
    visitor: &Visitor,
    administrator: Administrator,
    errors: FormErrors,
) -> InvitationPage {
    InvitationPage { shell: visitor.shell(app), administrator, errors }
}
