//! The workspace itself, users, groups, keys and the event log.

use super::{
    Statement::{Both, PostgresIfPossible, Sqlite},
    Step,
};

pub(super) const STEP: Step = Step {
    name: "core",
    statements: &[
        // One row. The key is what the log and the phones were signed with from the beginning.
        Both(
            "CREATE TABLE workspace (
                only_one BIGINT PRIMARY KEY CHECK (only_one = 1),
                id TEXT NOT NULL,
                public_key {bytes} NOT NULL,
                created_at BIGINT NOT NULL
            ) {table}",
        ),
        // What ends in _key is in lower case, for look-up and order. `search` is all four texts.
        Both(
            "CREATE TABLE users (
                id TEXT {numbered key},
                user_id TEXT NOT NULL,
                user_id_key TEXT NOT NULL,
                name TEXT NOT NULL,
                name_key TEXT NOT NULL,
                email TEXT,
                user_name TEXT NOT NULL,
                user_name_key TEXT NOT NULL,
                search TEXT NOT NULL,
                blocked BIGINT NOT NULL DEFAULT 0,
                state TEXT NOT NULL DEFAULT 'not-invited',
                created_at BIGINT NOT NULL
            ) {table}",
        ),
        Both("CREATE UNIQUE INDEX users_user_id_key_key ON users (user_id_key)"),
        Both("CREATE UNIQUE INDEX users_user_name_key_key ON users (user_name_key)"),
        Both("CREATE INDEX users_by_name ON users (name_key, id)"),
        Both("CREATE INDEX users_by_created ON users (created_at, id)"),
        Both("CREATE INDEX users_by_state_name ON users (state, name_key, id)"),
        Both("CREATE INDEX users_by_state_user_name ON users (state, user_name_key, id)"),
        Both("CREATE INDEX users_by_state_user_id ON users (state, user_id_key, id)"),
        Both("CREATE INDEX users_by_state_created ON users (state, created_at, id)"),
        // Both find any part of three or more characters by its trigrams. On SQLite the index is a
        // table, which triggers keep; what is removed from it leaves no trace.
        Sqlite(
            "CREATE VIRTUAL TABLE users_parts USING fts5 (
                search, content = 'users', content_rowid = 'number', columnsize = 0,
                tokenize = 'trigram case_sensitive 1'
            )",
        ),
        Sqlite("INSERT INTO users_parts (users_parts, rank) VALUES ('secure-delete', 1)"),
        Sqlite(
            "CREATE TRIGGER users_parts_insert AFTER INSERT ON users BEGIN
                INSERT INTO users_parts (rowid, search) VALUES (new.number, new.search);
            END",
        ),
        Sqlite(
            "CREATE TRIGGER users_parts_delete AFTER DELETE ON users BEGIN
                INSERT INTO users_parts (users_parts, rowid, search)
                VALUES ('delete', old.number, old.search);
            END",
        ),
        Sqlite(
            "CREATE TRIGGER users_parts_update AFTER UPDATE OF search ON users BEGIN
                INSERT INTO users_parts (users_parts, rowid, search)
                VALUES ('delete', old.number, old.search);
                INSERT INTO users_parts (rowid, search) VALUES (new.number, new.search);
            END",
        ),
        PostgresIfPossible(
            "CREATE EXTENSION IF NOT EXISTS pg_trgm;
             CREATE INDEX users_by_part ON users USING gin (search gin_trgm_ops);",
        ),
        Both(
            "CREATE TABLE groups (
                id TEXT PRIMARY KEY,
                name TEXT NOT NULL,
                name_key TEXT NOT NULL,
                created_at BIGINT NOT NULL
            ) {table}",
        ),
        Both("CREATE UNIQUE INDEX groups_name_key_key ON groups (name_key)"),
        Both(
            "CREATE TABLE memberships (
                member TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
                PRIMARY KEY (member, group_id)
            ) {table}",
        ),
        Both("CREATE INDEX memberships_by_group ON memberships (group_id, member)"),
        // `owner` is no foreign key: the phones of a removed user still have to learn that they are
        // revoked. `told` is the state that the phone was last told of, signed.
        Both(
            "CREATE TABLE keys (
                id TEXT PRIMARY KEY,
                owner TEXT NOT NULL,
                kind TEXT NOT NULL,
                label TEXT NOT NULL,
                state TEXT NOT NULL DEFAULT 'pending',
                settings TEXT,
                policy_version BIGINT NOT NULL,
                policy_fetched BIGINT NOT NULL DEFAULT 0,
                device_name TEXT,
                device_key {bytes},
                check_in_sequence BIGINT NOT NULL DEFAULT 0,
                told TEXT,
                created_at BIGINT NOT NULL,
                activated_at BIGINT,
                checked_in_at BIGINT,
                grant_serial BIGINT NOT NULL DEFAULT 0,
                grant_until BIGINT,
                left_serial BIGINT,
                left_uses BIGINT,
                signed_in_at BIGINT
            ) {table}",
        ),
        Both("CREATE INDEX keys_by_owner ON keys (owner, created_at, id)"),
        // `offer`, `registration` and what follows are filled as the activation goes on: the offer
        // that was made, the server's side of WebAuthn, and who used the ticket with what.
        Both(
            "CREATE TABLE tickets (
                id TEXT PRIMARY KEY,
                key_id TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
                purpose TEXT NOT NULL,
                state TEXT NOT NULL DEFAULT 'open',
                hash {bytes},
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                offer TEXT,
                registration TEXT,
                enrolment {bytes},
                device_key {bytes},
                used_at BIGINT
            ) {table}",
        ),
        Both("CREATE UNIQUE INDEX tickets_hash_key ON tickets (hash)"),
        Both("CREATE UNIQUE INDEX tickets_key_id_key ON tickets (key_id) WHERE state = 'open'"),
        Both("CREATE INDEX tickets_by_key ON tickets (key_id, created_at)"),
        Both(
            "CREATE TABLE credentials (
                id TEXT PRIMARY KEY,
                credential_id {bytes} NOT NULL,
                key_id TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
                passkey TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                used_at BIGINT
            ) {table}",
        ),
        Both("CREATE UNIQUE INDEX credentials_credential_id_key ON credentials (credential_id)"),
        Both("CREATE INDEX credentials_by_key ON credentials (key_id)"),
        // `search` is derived, and the only column that the hash does not cover.
        Both(
            "CREATE TABLE events (
                sequence BIGINT PRIMARY KEY,
                at BIGINT NOT NULL,
                actor_kind TEXT NOT NULL,
                actor_id TEXT NOT NULL,
                actor_name TEXT NOT NULL,
                action TEXT NOT NULL,
                subject_kind TEXT NOT NULL,
                subject_id TEXT NOT NULL,
                subject_name TEXT NOT NULL,
                about_user TEXT,
                about_key TEXT,
                details TEXT NOT NULL,
                hash {bytes} NOT NULL,
                signature {bytes} NOT NULL,
                search TEXT NOT NULL
            ) {table}",
        ),
        Both("CREATE INDEX events_by_action ON events (action, sequence)"),
        Both("CREATE INDEX events_by_actor_kind ON events (actor_kind, sequence)"),
        Both("CREATE INDEX events_by_user ON events (about_user, sequence)"),
        Both("CREATE INDEX events_by_key ON events (about_key, sequence)"),
        Both("CREATE INDEX events_by_time ON events (at, sequence)"),
        // One row: what the next entry is chained to. Locking it gives entries their order.
        Both(
            "CREATE TABLE log_head (
                only_one BIGINT PRIMARY KEY CHECK (only_one = 1),
                sequence BIGINT NOT NULL,
                hash {bytes} NOT NULL
            ) {table}",
        ),
    ],
};
