//! The panel's pages: users, their keys, groups, the log and the outbox.

use super::Routes;

mod activation;
mod address;
mod assign;
mod confirm;
mod events;
mod groups;
mod import;
mod invite;
mod key;
mod key_settings;
mod mail;
mod settings_form;
mod user;
mod user_form;
mod users;
mod wizard;

#[cfg(test)]
mod tests;

/// The panel's routes.
pub fn routes() -> Routes {
    Routes::new()
        .merge(users::routes())
        .merge(wizard::routes())
        .merge(import::routes())
        .merge(invite::routes())
        .merge(user::routes())
        .merge(assign::routes())
        .merge(key::routes())
        .merge(key_settings::routes())
        .merge(activation::routes())
        .merge(groups::routes())
        .merge(events::routes())
        .merge(mail::routes())
}

/// Address and name of the pages above a page, for the way back.
type Trail = Vec<(String, String)>;

fn user_trail(user: &crate::model::User) -> Trail {
    vec![(format!("/admin/users/{}", user.id), user.name.clone())]
}

fn key_trail(user: &crate::model::User, key: &crate::model::Key) -> Trail {
    let mut trail = user_trail(user);
    trail.push((format!("/admin/keys/{}", key.id), key.label.clone()));
    trail
}
