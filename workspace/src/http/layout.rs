//! What stands around every page: the workspace's name, the menu, and who looks at it.

use crate::model::Role;

/// What `base.html`, `panel.html` and `plain.html` need: a page's template has it as `shell`.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    /// The workspace's name, in the window's title and beside the logo.
    pub workspace: String,
    /// Who is signed in to the panel; `None` on pages without the menu.
    pub visitor: Option<Visitor>,
    /// The session's CSRF token, which every form sends in its field `csrf`.
    pub csrf: String,
    /// Which entry of the menu is current.
    pub section: Section,
    /// What was just done, told at the top of the page.
    pub notice: Option<String>,
}

/// Who looks at a page of the panel.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The administrator's name.
    pub name: String,
    /// What they may do: entries and buttons that they may not use are not shown.
    pub role: Role,
}

/// An entry of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    /// None of them.
    #[default]
    Nowhere,
    /// The list of users, and a user's pages.
    AllUsers,
    /// The wizard.
    NewUser,
    /// The CSV import.
    Import,
    /// Groups.
    Groups,
    /// The event log.
    Events,
    /// The outbox.
    Mail,
    /// Administrators, for owners.
    Administrators,
    /// Tokens of the JSON API, for owners.
    Tokens,
    /// The signed-in administrator's own page.
    Account,
}

impl Section {
    /// What the menu says.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Nowhere => "",
            Self::AllUsers => "All Users",
            Self::NewUser => "New User",
            Self::Import => "Import",
            Self::Groups => "Groups",
            Self::Events => "Event log",
            Self::Mail => "Outbox",
            Self::Administrators => "Administrators",
            Self::Tokens => "API tokens",
            Self::Account => "Account",
        }
    }

    /// Where it leads to.
    #[must_use]
    pub const fn address(self) -> &'static str {
        match self {
            Self::Nowhere => "/",
            Self::AllUsers => "/admin/users",
            Self::NewUser => "/admin/users/new",
            Self::Import => "/admin/users/import",
            Self::Groups => "/admin/groups",
            Self::Events => "/admin/events",
            Self::Mail => "/admin/mail",
            Self::Administrators => "/admin/administrators",
            Self::Tokens => "/admin/tokens",
            Self::Account => "/admin/account",
        }
    }
}

impl Shell {
    /// Whether the visitor may use what needs `role`.
    #[must_use]
    pub fn may(&self, role: Role) -> bool {
        self.visitor.as_ref().is_some_and(|visitor| visitor.role >= role)
    }

    /// Whether the visitor may change users, groups and keys.
    #[must_use]
    pub fn may_change(&self) -> bool {
        self.may(Role::Administrator)
    }

    /// The first part of the menu.
    #[must_use]
    pub fn users_menu(&self) -> &'static [Section] {
        if self.may_change() {
            &[Section::AllUsers, Section::NewUser, Section::Import]
        } else {
            &[Section::AllUsers]
        }
    }

    /// The second part of the menu.
    #[must_use]
    pub fn workspace_menu(&self) -> &'static [Section] {
        if self.may(Role::Owner) {
            &[
                Section::Groups,
                Section::Events,
                Section::Mail,
                Section::Administrators,
                Section::Tokens,
            ]
        } else {
            &[Section::Groups, Section::Events, Section::Mail]
        }
    }
}
