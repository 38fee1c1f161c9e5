//! What cannot be undone is asked first, on a page of its own.

use askama::Template;

use super::Trail;
use crate::http::layout::Shell;

/// A question. Its form posts to its own address.
#[derive(Template)]
#[template(path = "parts/confirm.html")]
pub(super) struct ConfirmPage {
    pub(super) shell: Shell,
    pub(super) trail: Trail,
    /// The question.
    pub(super) title: String,
    /// What follows from it, one sentence or two each.
    pub(super) consequences: Vec<String>,
    /// What the button says: what is done, never `OK`.
    pub(super) button: String,
    /// Where to go instead.
    pub(super) back: String,
}
