//! Whoever has no key yet is invited by e-mail, all of a list at once.

use axum::{
    extract::{Query, State},
    response::Response,
};

use super::{confirm::ConfirmPage, users::UserFilter};
use crate::{
    http::{Admin, App, CsrfForm, Empty, Error, Routes, layout::Section, render, see_other, words},
    model::Role,
    service::MOST_INVITED,
};

pub(super) fn routes() -> Routes {
    Routes::new().get("/admin/users/invite", ask).post("/admin/users/invite", invite)
}

async fn ask(
    State(app): State<App>,
    admin: Admin,
    Query(filter): Query<UserFilter>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let many = app.workspace.users_to_invite(&filter.query()).await?;
    if many == 0 {
        let said = "Everybody in this list has a key, or waits to activate one.";
        return Ok(see_other("/admin/users", said));
    }
    let validity = words::duration(app.settings.email_validity);
    let mut consequences = vec![
        format!(
            "{} no key. Each is assigned a smartphone with the default settings, and a message with \
             a QR code and a link goes to their address. It works once, for {validity}.",
            words::count(many, "user of this list has", "users of this list have")
        ),
        "Whoever has no e-mail address is left out, and so is whoever has a key that is suspended."
            .to_owned(),
    ];
    if many > MOST_INVITED {
        let most = words::count(MOST_INVITED, "user is", "users are");
        consequences.push(format!("{most} invited at a time: invite again for the others."));
    }
    render(&ConfirmPage {
        shell: admin.shell(&app, Section::AllUsers),
        trail: Vec::new(),
        title: "Invite by e-mail?".to_owned(),
        consequences,
        button: "Assign and send".to_owned(),
        back: "/admin/users".to_owned(),
    })
}

async fn invite(
    State(app): State<App>,
    admin: Admin,
    Query(filter): Query<UserFilter>,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let report = app.workspace.invite_users(&admin.actor(), &filter.query()).await?;
    let mut said = format!("{} invited.", words::count(report.invited, "user is", "users are"));
    if report.without_address > 0 {
        let left_out = words::count(report.without_address, "has", "have");
        said.push_str(&format!(" {left_out} no e-mail address."));
    }
    if report.more {
        said.push_str(" Invite again for the others.");
    }
    Ok(see_other("/admin/users", said))
}
