//! Addresses of pages with a query.

use crate::{http::page::escape, model::Page};

/// `path?name=value&…`; what is empty is left out.
pub(super) fn address(path: &str, query: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    let mut separator = '?';
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(separator);
        address.push_str(name);
        address.push('=');
        address.push_str(&escape(value));
        separator = '&';
    }
    address
}

/// The addresses of the pages around one page of a list.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
}

impl Pages {
    /// `at` makes the address of the page with a cursor.
    pub(super) fn of<T>(page: &Page<T>, at: impl Fn(&str) -> String) -> Self {
        Self { previous: page.previous.as_deref().map(&at), next: page.next.as_deref().map(&at) }
    }
}
