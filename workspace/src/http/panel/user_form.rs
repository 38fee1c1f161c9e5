//! The fields of a user, as they were typed.

use crate::{
    http::CsrfFields,
    model::{NewUser, User},
};

/// What was typed, so that a form that is shown again loses nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct UserForm {
    pub(super) user_id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) user_name: String,
    /// Groups that were there, and were chosen.
    chosen: Vec<String>,
    /// Names of groups to be made, with commas between them.
    pub(super) new_groups: String,
}

impl UserForm {
    pub(super) fn of_fields(fields: &CsrfFields) -> Self {
        Self {
            user_id: fields.text("user_id").to_owned(),
            name: fields.text("name").to_owned(),
            email: fields.text("email").to_owned(),
            user_name: fields.text("user_name").to_owned(),
            chosen: fields.all("group").map(ToOwned::to_owned).collect(),
            new_groups: fields.text("new_groups").to_owned(),
        }
    }

    pub(super) fn of_user(user: &User) -> Self {
        Self {
            user_id: user.user_id.clone(),
            name: user.name.clone(),
            email: user.email.clone().unwrap_or_default(),
            user_name: user.user_name.clone(),
            chosen: user.groups.iter().map(|group| group.name.clone()).collect(),
            new_groups: String::new(),
        }
    }

    pub(super) fn is_in(&self, group: &str) -> bool {
        self.chosen.iter().any(|name| name == group)
    }

    pub(super) fn user(&self) -> NewUser {
        let mut groups = self.chosen.clone();
        for name in self.new_groups.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !groups.iter().any(|group| group == name) {
                groups.push(name.to_owned());
            }
        }
        NewUser {
            user_id: self.user_id.clone(),
            name: self.name.clone(),
            email: (!self.email.is_empty()).then(|| self.email.clone()),
            user_name: self.user_name.clone(),
            groups,
        }
    }
}
