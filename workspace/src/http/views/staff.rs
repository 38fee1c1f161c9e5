//! Set-up, sign-in and the pages of those who run the workspace.

use askama::Template;

use crate::{
    http::{form::FormErrors, layout::Shell},
    model::{Administrator, Passkey, Role, Scope, Token},
};

/// The one-time set-up. Posts `name`, `user_name`, `password`, `password_again` to its own address.
#[derive(Template)]
#[template(path = "staff/set-up.html")]
pub struct SetUpPage {
    /// Around it.
    pub shell: Shell,
    /// What was typed.
    pub name: String,
    /// What was typed.
    pub user_name: String,
    /// What is wrong with it.
    pub errors: FormErrors,
}

/// Somebody who was invited chooses a password. Posts `password`, `password_again` to its own address.
#[derive(Debug, Template)]
#[template(path = "staff/invitation.html")]
pub struct InvitationPage {
    /// Around it.
    pub shell: Shell,
    /// Who was invited.
    pub administrator: Administrator,
    /// What is wrong with what was typed.
    pub errors: FormErrors,
}

/// Somebody who signed in a while ago is asked again. Posts `password`, `next` to `/admin/confirm`; the
/// passkey form (`webauthn.js`) uses `/admin/confirm/passkey/begin` and
/// `/admin/confirm/passkey/finish`.
#[derive(Debug, Template)]
#[template(path = "staff/confirm.html")]
pub struct ConfirmPage {
    /// Around it.
    pub shell: Shell,
    /// Who is signed in.
    pub administrator: Administrator,
    /// Where to go afterwards: an address of this panel, or empty.
    pub next: String,
    /// Why it was refused.
    pub refusal: Option<String>,
}

/// The administrators' sign-in. Posts `user_name`, `password`, `next` to `/admin/sign-in`; the passkey
/// form (`webauthn.js`) uses `/admin/sign-in/passkey/begin` and `/admin/sign-in/passkey/finish`.
#[derive(Template)]
#[template(path = "staff/sign-in.html")]
pub struct SignInPage {
    /// Around it.
    pub shell: Shell,
    /// What was typed.
    pub user_name: String,
    /// Where to go afterwards: an address of this panel, or empty.
    pub next: String,
    /// Why it was refused: the same whether the name or the password was wrong.
    pub refusal: Option<String>,
}

/// The signed-in administrator's own page. Posts `current_password`, `new_password`,
/// `new_password_again` to `/admin/account/password`; passkeys are added with `label` (`webauthn.js`)
/// by `/admin/account/passkeys/begin` and `/admin/account/passkeys/finish`, and removed by
/// `/admin/account/passkeys/{id}/remove`; nothing to `/admin/account/sign-out-everywhere`.
#[derive(Template)]
#[template(path = "staff/account.html")]
pub struct AccountPage {
    /// Around it.
    pub shell: Shell,
    /// Who is signed in.
    pub administrator: Administrator,
    /// Their passkeys.
    pub passkeys: Vec<Passkey>,
    /// Whether the sign-in is recent enough to add or remove a passkey.
    pub recent: bool,
    /// What is wrong with a form.
    pub errors: FormErrors,
}

/// Administrators, for owners. Posts `name`, `user_name`, `role` to `/admin/administrators`; `role` to
/// `/admin/administrators/{id}/role`; nothing to `/admin/administrators/{id}/invite` and
/// `/admin/administrators/{id}/remove`.
#[derive(Template)]
#[template(path = "staff/administrators.html")]
pub struct AdministratorsPage {
    /// Around it.
    pub shell: Shell,
    /// All of them.
    pub administrators: Vec<Administrator>,
    /// Who looks at the page: they cannot remove themselves.
    pub me: Administrator,
    /// Whether the sign-in is recent enough to change anything here.
    pub recent: bool,
    /// For whom a one-time link was just made, and the link: shown this one time.
    pub issued: Option<(String, String)>,
    /// What was typed.
    pub name: String,
    /// What was typed.
    pub user_name: String,
    /// What was chosen.
    pub role: Role,
    /// What is wrong with it.
    pub errors: FormErrors,
}

/// Tokens of the JSON API, for owners. Posts `label`, `scopes` (repeated), `days` (empty: no end) to
/// `/admin/tokens`; nothing to `/admin/tokens/{id}/revoke`.
#[derive(Template)]
#[template(path = "staff/tokens.html")]
pub struct TokensPage {
    /// Around it.
    pub shell: Shell,
    /// All of them.
    pub tokens: Vec<Token>,
    /// Whether the sign-in is recent enough to change anything here.
    pub recent: bool,
    /// The token that was just made: shown this one time.
    pub issued: Option<String>,
    /// What was typed.
    pub label: String,
    /// What was chosen.
    pub scopes: Vec<Scope>,
    /// What was typed.
    pub days: String,
    /// What is wrong with it.
    pub errors: FormErrors,
}

impl std::fmt::Debug for TokensPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokensPage").finish_non_exhaustive()
    }
}
