//! The outbox.

use super::{Statement::Both, Step};

pub(super) const STEP: Step = Step {
    name: "mail",
    statements: &[
        // `claimed_until`: an instance is sending it, and nobody else does until then.
        Both(
            "CREATE TABLE outbox (
                id TEXT PRIMARY KEY,
                addressee TEXT NOT NULL,
                address TEXT NOT NULL,
                subject TEXT NOT NULL,
                purpose TEXT NOT NULL,
                ticket_id TEXT REFERENCES tickets (id) ON DELETE CASCADE,
                state TEXT NOT NULL DEFAULT 'queued',
                attempts BIGINT NOT NULL DEFAULT 0,
                last_error TEXT,
                created_at BIGINT NOT NULL,
                next_attempt_at BIGINT,
                claimed_until BIGINT,
                sent_at BIGINT
            ) {table}",
        ),
        Both("CREATE INDEX outbox_by_created ON outbox (created_at, id)"),
        Both("CREATE INDEX outbox_by_next_attempt ON outbox (state, next_attempt_at)"),
        Both("CREATE INDEX outbox_by_ticket ON outbox (ticket_id)"),
    ],
};
