//! The outbox.

use super::page::{Order, Total};
use crate::{
    db::{DbError, Query, Row, Transaction, values},
    model::{
        Mail, MailId, MailState, Page, PageRequest, Ticket, TicketId, TicketPurpose, Timestamp,
        User,
    },
    service::ServiceError,
};

/// Puts a message into the outbox that carries a ticket. Its text, with the ticket's secret, is made
/// each time it is sent.
///
/// # Errors
/// Any [`DbError`].
pub async fn queue(
    tx: &mut Transaction,
    user: &User,
    address: &str,
    subject: &str,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<MailId, DbError> {
    let id = MailId::new();
    tx.execute(
        "INSERT INTO outbox
             (id, addressee, address, subject, purpose, ticket_id, state, created_at,
              next_attempt_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $7)",
        values![id, user.id, address, subject, ticket.purpose.name(), ticket.id, now],
    )
    .await?;
    Ok(id)
}

/// A message that this instance alone may send, until its claim ends.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The message.
    pub mail: Mail,
    /// What its ticket is for.
    pub purpose: TicketPurpose,
    /// Its ticket.
    pub ticket: TicketId,
    /// When the claim ends: which claim it is.
    pub until: Timestamp,
}

/// Whose ticket a message carries, for its text.
#[derive(Debug, Clone)]
pub struct Addressee {
    /// The user's name.
    pub name: String,
    /// What the panel calls the key.
    pub key: String,
    /// When the ticket ends.
    pub expires_at: Timestamp,
}

/// What became of an attempt.
#[derive(Debug)]
pub enum Outcome<'a> {
    /// It is sent.
    Sent,
    /// It is tried again at this time, because of this.
    Later(Timestamp, &'a str),
    /// It is given up, because of this.
    Failed(&'a str),
    /// Its ticket is no longer good.
    Dropped,
}

/// In the order that [`read`] wants.
const COLUMNS: &str = "id, addressee, address, subject, state, attempts, last_error, created_at, \
                       next_attempt_at, sent_at";

fn read(row: &Row) -> Result<Mail, DbError> {
    Ok(Mail {
        id: row.get(0)?,
        user: row.get(1)?,
        to: row.get(2)?,
        subject: row.get(3)?,
        state: MailState::from_name(&row.get::<String>(4)?)
            .ok_or_else(|| DbError::Failed("a message's state is not understood".to_owned()))?,
        attempts: row.get(5)?,
        last_error: row.get(6)?,
        created_at: row.get(7)?,
        next_attempt_at: row.get(8)?,
        sent_at: row.get(9)?,
    })
}

/// A page of messages, newest first.
///
/// # Errors
/// [`ServiceError::Invalid`] for a cursor that is none of this list's.
pub async fn page(tx: &mut Transaction, request: &PageRequest) -> Result<Page<Mail>, ServiceError> {
    let columns = &["created_at", "id"];
    let order = Order { name: "outbox".to_owned(), columns, descending: true };
    let window = order.window(request)?;
    let total = Total::Exactly(Query::new("SELECT COUNT(*) FROM outbox").count(tx).await?);
    let mut select = Query::new(&format!("SELECT {COLUMNS} FROM outbox"));
    window.add_to(&mut select);
    let mut rows = Vec::new();
    for row in select.rows(tx).await? {
        let mail = read(&row)?;
        let key = vec![mail.created_at.into(), mail.id.into()];
        rows.push((mail, key));
    }
    Ok(window.page(rows, total))
}

/// Claims the message that has waited longest, where one is due and nobody else has it.
///
/// # Errors
/// Any [`DbError`].
pub async fn claim(
    tx: &mut Transaction,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Claimed>, DbError> {
    // Of two instances that pick the same row, the second waits for the first, looks again at what
    // the row says by then, and changes nothing.
    let due = "state = 'queued' AND next_attempt_at <= $1
               AND (claimed_until IS NULL OR claimed_until <= $1)";
    let update = format!(
        "UPDATE outbox SET claimed_until = $2, attempts = attempts + 1
         WHERE id = (SELECT id FROM outbox WHERE {due} ORDER BY next_attempt_at, id LIMIT 1)
             AND {due}
         RETURNING {COLUMNS}, purpose, ticket_id"
    );
    loop {
        if let Some(row) = tx.row(&update, values![now, until]).await? {
            let purpose = TicketPurpose::from_name(&row.get::<String>(10)?);
            return Ok(Some(Claimed {
                mail: read(&row)?,
                purpose: purpose
                    .ok_or_else(|| DbError::Failed("a message's purpose is none".to_owned()))?,
                ticket: row.get(11)?,
                until,
            }));
        }
        let more = format!("SELECT 1 FROM outbox WHERE {due} LIMIT 1");
        if tx.row(&more, values![now]).await?.is_none() {
            return Ok(None);
        }
    }
}

/// Whose ticket it is that a message carries.
///
/// # Errors
/// Any [`DbError`].
pub async fn addressee(
    tx: &mut Transaction,
    ticket: TicketId,
) -> Result<Option<Addressee>, DbError> {
    let row = tx
        .row(
            "SELECT u.name, k.label, t.expires_at FROM tickets t
             JOIN keys k ON k.id = t.key_id JOIN users u ON u.id = k.owner
             WHERE t.id = $1",
            values![ticket],
        )
        .await?;
    row.map(|row| Ok(Addressee { name: row.get(0)?, key: row.get(1)?, expires_at: row.get(2)? }))
        .transpose()
}

/// Keeps what became of an attempt, and says whether the claim was still good.
///
/// # Errors
/// Any [`DbError`].
pub async fn settle(
    tx: &mut Transaction,
    claimed: &Claimed,
    outcome: &Outcome<'_>,
    now: Timestamp,
) -> Result<bool, DbError> {
    let (state, next, error, sent) = match outcome {
        Outcome::Sent => (MailState::Sent, None, None, Some(now)),
        Outcome::Later(at, error) => (MailState::Queued, Some(*at), Some(*error), None),
        Outcome::Failed(error) => (MailState::Failed, None, Some(*error), None),
        Outcome::Dropped => (MailState::Dropped, None, None, None),
    };
    let changed = tx
        .execute(
            "UPDATE outbox SET state = $1, next_attempt_at = $2, last_error = $3, sent_at = $4,
                 claimed_until = NULL
             WHERE id = $5 AND state = 'queued' AND claimed_until = $6",
            values![state.name(), next, error, sent, claimed.mail.id, claimed.until],
        )
        .await?;
    Ok(changed == 1)
}

/// Which ticket a message carries.
///
/// # Errors
/// Any [`DbError`].
pub async fn ticket(tx: &mut Transaction, id: MailId) -> Result<Option<TicketId>, DbError> {
    let row = tx.row("SELECT ticket_id FROM outbox WHERE id = $1", values![id]).await?;
    row.map_or(Ok(None), |row| row.get(0))
}

/// A message, which nobody else changes until the transaction ends.
///
/// # Errors
/// Any [`DbError`].
pub async fn lock(tx: &mut Transaction, id: MailId) -> Result<Option<Mail>, DbError> {
    let select = format!("SELECT {COLUMNS} FROM outbox WHERE id = $1 FOR UPDATE");
    tx.row(&select, values![id]).await?.map(|row| read(&row)).transpose()
}

/// Tries a message again from the beginning.
///
/// # Errors
/// Any [`DbError`].
pub async fn requeue(tx: &mut Transaction, id: MailId, now: Timestamp) -> Result<Mail, DbError> {
    let update = format!(
        "UPDATE outbox SET state = 'queued', attempts = 0, next_attempt_at = $2,
             claimed_until = NULL
         WHERE id = $1 RETURNING {COLUMNS}"
    );
    let row = tx.row(&update, values![id, now]).await?;
    read(&row.ok_or_else(|| DbError::Failed("a locked message is gone".to_owned()))?)
}
