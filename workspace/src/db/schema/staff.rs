//! Administrators, their passkeys and sessions, tokens of the JSON API, and what WebAuthn is in the
//! middle of.

use super::{Statement::Both, Step};

pub(super) const STEP: Step = Step {
    name: "staff",
    statements: &[
        Both(
            "CREATE TABLE administrators (
                id TEXT PRIMARY KEY,
                user_name TEXT NOT NULL,
                user_name_key TEXT NOT NULL,
                name TEXT NOT NULL,
                role TEXT NOT NULL,
                password TEXT,
                created_at BIGINT NOT NULL
            ) {table}",
        ),
        Both(
            "CREATE UNIQUE INDEX administrators_user_name_key_key
             ON administrators (user_name_key)",
        ),
        // Failed sign-ins by what was typed as the user name, hashed: also for names that nobody has,
        // so that an answer does not tell the two apart.
        Both(
            "CREATE TABLE attempts (
                name_hash {bytes} PRIMARY KEY,
                failures BIGINT NOT NULL,
                last_at BIGINT NOT NULL,
                locked_until BIGINT NOT NULL
            ) {table}",
        ),
        Both("CREATE INDEX attempts_by_time ON attempts (last_at)"),
        // The link that makes the first administrator, and links for those who are invited later.
        Both(
            "CREATE TABLE set_up_links (
                hash {bytes} PRIMARY KEY,
                administrator TEXT REFERENCES administrators (id) ON DELETE CASCADE,
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL
            ) {table}",
        ),
        Both(
            "CREATE TABLE passkeys (
                id TEXT PRIMARY KEY,
                administrator TEXT NOT NULL REFERENCES administrators (id) ON DELETE CASCADE,
                label TEXT NOT NULL,
                credential_id {bytes} NOT NULL,
                passkey TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                used_at BIGINT
            ) {table}",
        ),
        Both("CREATE UNIQUE INDEX passkeys_credential_id_key ON passkeys (credential_id)"),
        Both("CREATE INDEX passkeys_by_administrator ON passkeys (administrator)"),
        // Of the panel (administrator) or of the sign-in page (holder: a user, with which key).
        Both(
            "CREATE TABLE sessions (
                id TEXT PRIMARY KEY,
                hash {bytes} NOT NULL,
                administrator TEXT REFERENCES administrators (id) ON DELETE CASCADE,
                holder TEXT,
                key_id TEXT,
                created_at BIGINT NOT NULL,
                seen_at BIGINT NOT NULL,
                authenticated_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL
            ) {table}",
        ),
        Both("CREATE UNIQUE INDEX sessions_hash_key ON sessions (hash)"),
        Both("CREATE INDEX sessions_by_administrator ON sessions (administrator)"),
        Both("CREATE INDEX sessions_by_holder ON sessions (holder)"),
        Both("CREATE INDEX sessions_by_end ON sessions (expires_at)"),
        Both(
            "CREATE TABLE tokens (
                id TEXT PRIMARY KEY,
                hash {bytes} NOT NULL,
                label TEXT NOT NULL,
                scopes TEXT NOT NULL,
                created_by TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                expires_at BIGINT,
                used_at BIGINT
            ) {table}",
        ),
        Both("CREATE UNIQUE INDEX tokens_hash_key ON tokens (hash)"),
        // The server's side of a WebAuthn ceremony, between its beginning and its end. `binding`: the
        // hash of the secret of the browser that began it.
        Both(
            "CREATE TABLE challenges (
                id TEXT PRIMARY KEY,
                purpose TEXT NOT NULL,
                binding {bytes} NOT NULL,
                state TEXT NOT NULL,
                expires_at BIGINT NOT NULL
            ) {table}",
        ),
        Both("CREATE INDEX challenges_by_end ON challenges (expires_at)"),
    ],
};
