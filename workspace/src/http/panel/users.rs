//! The list of all users.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::address::{Pages, address};
use crate::{
    http::{
        Admin, App, Error, Routes,
        layout::{Section, Shell},
        render, words,
    },
    model::{Group, GroupId, PageRequest, User, UserQuery, UserSort, UserState},
};

pub(super) fn routes() -> Routes {
    Routes::new().get("/admin/users", list).get("/admin/users/export", export)
}

/// What the list is narrowed to and sorted by, as its address says. What an address says wrongly is
/// taken as not said.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct UserFilter {
    pub(super) search: String,
    pub(super) state: String,
    pub(super) group: String,
    pub(super) sort: String,
    pub(super) descending: bool,
    pub(super) cursor: String,
}

/// A column of the table.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) label: &'static str,
    /// Where a click on it leads to, where the list can be sorted by it.
    pub(super) address: Option<String>,
    /// How the list is sorted by it, as `aria-sort` says it.
    pub(super) sorted: Option<&'static str>,
}

impl UserFilter {
    fn state(&self) -> Option<UserState> {
        UserState::from_name(&self.state)
    }

    fn group(&self) -> Option<GroupId> {
        self.group.parse().ok()
    }

    fn sort(&self) -> UserSort {
        match self.sort.as_str() {
            "user-name" => UserSort::UserName,
            "user-id" => UserSort::UserId,
            "created" => UserSort::Created,
            _ => UserSort::Name,
        }
    }

    pub(super) fn sort_name(&self) -> &'static str {
        sort_name(self.sort())
    }

    pub(super) fn is_state(&self, state: &UserState) -> bool {
        self.state() == Some(*state)
    }

    pub(super) fn is_group(&self, group: &GroupId) -> bool {
        self.group() == Some(*group)
    }

    pub(super) fn is_narrow(&self) -> bool {
        !self.search.trim().is_empty() || self.state().is_some() || self.group().is_some()
    }

    pub(super) fn query(&self) -> UserQuery {
        let search = self.search.trim();
        UserQuery {
            search: (!search.is_empty()).then(|| search.to_owned()),
            state: self.state(),
            group: self.group(),
            sort: self.sort(),
            descending: self.descending,
        }
    }

    fn address(&self, path: &str, sort: UserSort, descending: bool, cursor: &str) -> String {
        let sort = if sort == UserSort::default() { "" } else { sort_name(sort) };
        let group = self.group().map(|group| group.to_string()).unwrap_or_default();
        address(
            path,
            &[
                ("search", self.search.trim()),
                ("state", self.state().map_or("", UserState::name)),
                ("group", &group),
                ("sort", sort),
                ("descending", if descending { "true" } else { "" }),
                ("cursor", cursor),
            ],
        )
    }

    /// Where what is shown is exported as CSV.
    pub(super) fn export(&self) -> String {
        self.address("/admin/users/export", self.sort(), self.descending, "")
    }

    /// Where those of what is shown are invited who have no key.
    pub(super) fn invite(&self) -> String {
        let group = self.group().map(|group| group.to_string()).unwrap_or_default();
        let narrowed = [("search", self.search.trim()), ("group", group.as_str())];
        address("/admin/users/invite", &narrowed)
    }

    /// Whether somebody can be among what is shown who has no key.
    pub(super) fn may_invite(&self) -> bool {
        self.state().is_none_or(|state| state == UserState::NotInvited)
    }

    pub(super) fn columns(&self) -> Vec<Column> {
        let sorted = |label, sort| {
            let is_current = self.sort() == sort;
            let descending = is_current && !self.descending;
            Column {
                label,
                address: Some(self.address("/admin/users", sort, descending, "")),
                sorted: is_current.then_some(if self.descending {
                    "descending"
                } else {
                    "ascending"
                }),
            }
        };
        let plain = |label| Column { label, address: None, sorted: None };
        vec![
            sorted("Name", UserSort::Name),
            sorted("User name", UserSort::UserName),
            sorted("User ID", UserSort::UserId),
            plain("E-mail"),
            plain("Groups"),
            plain("State"),
            sorted("Added", UserSort::Created),
        ]
    }
}

const fn sort_name(sort: UserSort) -> &'static str {
    match sort {
        UserSort::Name => "name",
        UserSort::UserName => "user-name",
        UserSort::UserId => "user-id",
        UserSort::Created => "created",
    }
}

#[derive(Template)]
#[template(path = "users/list.html")]
pub(super) struct UsersPage {
    pub(super) shell: Shell,
    pub(super) filter: UserFilter,
    pub(super) groups: Vec<Group>,
    pub(super) users: Vec<User>,
    pub(super) pages: Pages,
    pub(super) total: String,
}

async fn list(
    State(app): State<App>,
    admin: Admin,
    Query(filter): Query<UserFilter>,
) -> Result<Response, Error> {
    let cursor = (!filter.cursor.is_empty()).then(|| filter.cursor.clone());
    let page = app.workspace.users(&filter.query(), &PageRequest { cursor, limit: 0 }).await?;
    let groups = app.workspace.group_names().await?;
    let pages = Pages::of(&page, |cursor| {
        filter.address("/admin/users", filter.sort(), filter.descending, cursor)
    });
    render(&UsersPage {
        shell: admin.shell(&app, Section::AllUsers),
        filter,
        groups,
        total: words::total(&page, "user", "users"),
        pages,
        users: page.items,
    })
}

async fn export(
    State(app): State<App>,
    admin: Admin,
    Query(filter): Query<UserFilter>,
) -> Result<Response, Error> {
    let csv = app.workspace.export_users(&admin.actor(), &filter.query()).await?;
    Ok(download("users.csv", "text/csv; charset=utf-8", csv))
}

/// A file to be kept.
pub(super) fn download(name: &str, media_type: &'static str, content: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers =
        [(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, content).into_response()
}
