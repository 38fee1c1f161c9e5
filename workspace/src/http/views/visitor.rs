//! Pages for users, and for those whom something went wrong for.

use askama::Template;

use crate::{
    http::layout::Shell,
    model::{Key, User},
};

/// Something went wrong: what happened, and what to do next.
#[derive(Debug, Template)]
#[template(path = "visitor/error.html")]
pub struct ErrorPage {
    /// Around it; without a visitor.
    pub shell: Shell,
    /// The status, such as 404.
    pub status: u16,
    /// What happened, in a few words.
    pub title: String,
    /// What happened, and what to do next.
    pub detail: String,
    /// Where to go on: address and what it is called.
    pub next: Option<(String, String)>,
}

/// A user signs in with a key, by `/signin/begin` and `/signin/finish` (`webauthn.js`), with
/// `user_name`, which may be empty.
#[derive(Debug, Template)]
#[template(path = "visitor/sign-in.html")]
pub struct UserSignInPage {
    /// Around it; `csrf` may be empty.
    pub shell: Shell,
    /// Why the last attempt was refused, where that is known.
    pub refusal: Option<String>,
}

/// Who has signed in, and with what. Posts nothing to `/signin/out`.
#[derive(Debug, Template)]
#[template(path = "visitor/me.html")]
pub struct MePage {
    /// Around it.
    pub shell: Shell,
    /// Who.
    pub user: User,
    /// With what.
    pub key: Key,
}

/// Where an activation link leads to when a browser opens it. The ticket is in the fragment, which
/// stays in the browser: the page says how to bring its address to Pocketkey.
#[derive(Debug, Template)]
#[template(path = "visitor/activate.html")]
pub struct ActivatePage {
    /// Around it.
    pub shell: Shell,
}

/// Where the link to register a card, fingerprint or USB key leads to: `/register#t=…`. Uses
/// `/register/begin` and `/register/finish` (`webauthn.js`) with the fragment's ticket as `ticket`.
#[derive(Debug, Template)]
#[template(path = "visitor/register.html")]
pub struct RegisterPage {
    /// Around it.
    pub shell: Shell,
}
