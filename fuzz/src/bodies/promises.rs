//! What must hold whatever is asked.

use std::collections::BTreeMap;

use axum::http::{Method, header};
use rusqlite::{Connection, types::ValueRef};
use serde_json::Value as Json;

use super::{
    parse::{Asked, Who},
    scene::{HIDDEN, MARKUP},
    server::Answer,
};

/// The tables of everything that is handed out or decided on, and what in them only says when something
/// was last used. Sessions, ceremonies and counted attempts are not among them.
const TABLES: [(&str, &[&str]); 12] = [
    ("workspace", &[]),
    ("users", &[]),
    ("groups", &[]),
    ("memberships", &[]),
    ("keys", &[]),
    ("tickets", &[]),
    ("credentials", &["used_at"]),
    ("administrators", &[]),
    ("passkeys", &["used_at"]),
    ("set_up_links", &[]),
    ("tokens", &["used_at"]),
    ("outbox", &[]),
];

/// What somebody may change.
fn may_change(asked: &Asked) -> &'static [&'static str] {
    if asked.is_safe() {
        return &[];
    }
    match asked.who {
        Who::Nobody | Who::Reader | Who::User => &[],
        // Their own password and passkeys.
        Who::Auditor => &["administrators", "passkeys"],
        Who::Phone => &["keys", "tickets", "credentials", "users"],
        Who::Visitor => {
            &["keys", "tickets", "credentials", "users", "administrators", "set_up_links"]
        }
        Who::Administrator => &[
            "users",
            "groups",
            "memberships",
            "keys",
            "tickets",
            "credentials",
            "outbox",
            "administrators",
            "passkeys",
        ],
        Who::Owner | Who::Program => &[
            "users",
            "groups",
            "memberships",
            "keys",
            "tickets",
            "credentials",
            "outbox",
            "administrators",
            "passkeys",
            "set_up_links",
            "tokens",
        ],
    }
}

/// Looks at an answer. `input`: what everything came of.
pub fn of_an_answer(asked: &Asked, answer: &Answer, input: &[u8]) {
    let Answer { status, headers, body } = answer;
    let what = || format!("{:?} {} {}: {status}", asked.who, asked.method, asked.uri);
    assert!(!status.is_server_error(), "{}\n{}", what(), String::from_utf8_lossy(body));
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    for name in ["x-content-type-options", "content-security-policy", "referrer-policy"] {
        assert!(text(name).is_some(), "{}: no {name}", what());
    }
    let kind = text("content-type").unwrap_or_default();
    if asked.is_by_program() && (status.is_client_error()) {
        assert_eq!(kind, "application/problem+json", "{}", what());
        if asked.method != Method::HEAD {
            is_problem(status.as_u16(), body);
        }
    }
    let says = |words: &str| body.windows(words.len()).any(|part| part == words.as_bytes());
    let said = |words: &str| input.windows(words.len()).any(|part| part == words.as_bytes());
    if kind.starts_with("text/html") {
        assert!(!says(MARKUP), "{}: a name is a page's markup", what());
    }
    if asked.who == Who::Nobody {
        assert!(said(HIDDEN) || !says(HIDDEN), "{}: tells a stranger of a user", what());
        for cookie in headers.get_all(header::SET_COOKIE) {
            let given = cookie.to_str().expect("ours are text");
            let begins =
                ["pocketkey=", "pocketkey-user="].iter().find_map(|name| given.strip_prefix(name));
            assert!(begins.is_none_or(|value| value.starts_with(';')), "{}: a session", what());
        }
    }
}

/// RFC 9457.
fn is_problem(status: u16, body: &[u8]) {
    let problem: Json = serde_json::from_slice(body).expect("a problem is JSON");
    assert_eq!(problem["status"], status);
    for member in ["type", "title", "detail"] {
        assert!(problem[member].is_string(), "{member}: {problem}");
    }
}

/// What the database holds, seen over a connection of our own.
pub struct Ledger {
    db: Connection,
    version: i64,
    first: i64,
    tables: BTreeMap<&'static str, String>,
    entries: u64,
}

impl Ledger {
    pub fn new(db: Connection) -> Self {
        let version = version(&db);
        let tables = tables(&db);
        let entries = entries(&db);
        Self { db, version, first: version, tables, entries }
    }

    /// Compares with what was there before the request.
    pub fn look(&mut self, asked: &Asked) {
        // Changes with each commit of another connection.
        let version = version(&self.db);
        if version == self.version {
            return;
        }
        self.version = version;
        let now = tables(&self.db);
        let may = may_change(asked);
        for (table, rows) in &now {
            assert!(
                may.contains(table) || *rows == self.tables[table],
                "{:?} changed {table} by {} {}\nbefore: {}\nafter: {rows}",
                asked.who,
                asked.method,
                asked.uri,
                self.tables[table],
            );
        }
        self.tables = now;
        let entries = entries(&self.db);
        assert!(entries >= self.entries, "the log lost entries");
        self.entries = entries;
    }

    pub fn has_changed(&self) -> bool {
        self.version != self.first
    }

    /// What the workspace itself says of its log.
    pub fn log_is(&self, verified: u64) {
        assert_eq!(verified, self.entries, "entries that nobody vouches for");
    }
}

fn version(db: &Connection) -> i64 {
    db.query_row("PRAGMA data_version", [], |row| row.get(0)).expect("a number")
}

fn entries(db: &Connection) -> u64 {
    db.query_row("SELECT COUNT(*) FROM events", [], |row| row.get(0)).expect("a number")
}

fn tables(db: &Connection) -> BTreeMap<&'static str, String> {
    TABLES.iter().map(|(table, volatile)| (*table, rows(db, table, volatile))).collect()
}

fn rows(db: &Connection, table: &str, volatile: &[&str]) -> String {
    let mut statement = db.prepare_cached(&format!("SELECT * FROM {table}")).expect("a table");
    let lasting: Vec<usize> = (0..statement.column_count())
        .filter(|column| !volatile.contains(&statement.column_name(*column).expect("it has one")))
        .collect();
    let mut rows = statement.query([]).expect("its rows");
    let mut all = String::new();
    while let Some(row) = rows.next().expect("a row") {
        for column in &lasting {
            let text = match row.get_ref(*column).expect("a column") {
                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                other => format!("{other:?}"),
            };
            all.extend([text.as_str(), "|"]);
        }
        all.push('\n');
    }
    all
}
