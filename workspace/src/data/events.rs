//! The event log: each entry chained to the one before by its hash, and signed.
//!
//! The head's row is locked by whoever appends, which gives entries one order without gaps; it
//! should be the last row that a transaction locks.

use super::page::{Order, Total};
use crate::{
    db::{DbError, Query, Row, Transaction, Value, insert_all, values},
    model::{
        Action, Actor, ActorKind, Event, EventQuery, KeyId, Page, PageRequest, Subject, Timestamp,
        UserId,
    },
    service::{ServiceError, Signer},
};

mod chain;
mod verify;

pub use verify::verify;

/// What is to be logged.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// To whom or what.
    pub subject: Subject,
    /// The user that it concerns.
    pub user: Option<UserId>,
    /// The key that it concerns.
    pub key: Option<KeyId>,
    /// What else is worth knowing, as an object of names and values, or null; never a secret.
    pub details: serde_json::Value,
}

/// An entry, as it is stored and hashed.
#[derive(Debug, Clone)]
struct Entry {
    sequence: u64,
    at: Timestamp,
    /// Kind, id and name of the actor; action; kind, id and name of the subject.
    texts: [String; 7],
    user: Option<String>,
    key: Option<String>,
    /// JSON, kept as it was written: the hash is over these very bytes.
    details: String,
    hash: Vec<u8>,
    signature: Vec<u8>,
}

/// In the order that [`Entry::read`] wants.
const COLUMNS: &str = "sequence, at, actor_kind, actor_id, actor_name, action, subject_kind, \
                       subject_id, subject_name, about_user, about_key, details, hash, signature";

impl Entry {
    fn new(sequence: u64, event: NewEvent) -> Self {
        let NewEvent { at, actor, action, subject, user, key, details } = event;
        Self {
            sequence,
            at,
            texts: [
                actor.kind.name().to_owned(),
                actor.id,
                actor.name,
                action.name().to_owned(),
                subject.kind,
                subject.id,
                subject.name,
            ]
            // PostgreSQL has no text with a NUL, and a stranger's name may be anything.
            .map(|text| text.replace('\0', "\u{fffd}")),
            user: user.map(|user| user.to_string()),
            key: key.map(|key| key.to_string()),
            details: details.to_string(),
            hash: Vec::new(),
            signature: Vec::new(),
        }
    }

    fn read(row: &Row) -> Result<Self, DbError> {
        let mut texts: [String; 7] = Default::default();
        for (at, text) in texts.iter_mut().enumerate() {
            *text = row.get(at + 2)?;
        }
        Ok(Self {
            sequence: row.get(0)?,
            at: row.get(1)?,
            texts,
            user: row.get(9)?,
            key: row.get(10)?,
            details: row.get(11)?,
            hash: row.get(12)?,
            signature: row.get(13)?,
        })
    }

    fn values(self) -> Vec<Value> {
        let [_, _, actor_name, _, _, _, subject_name] = &self.texts;
        let search = format!("{actor_name}\n{subject_name}").to_lowercase();
        let mut values = vec![self.sequence.into(), self.at.into()];
        values.extend(self.texts.map(Value::from));
        values.extend([self.user.into(), self.key.into(), self.details.into()]);
        values.extend([self.hash.into(), self.signature.into(), search.into()]);
        values
    }

    fn event(self) -> Result<Event, DbError> {
        let damaged = || DbError::Failed(format!("entry {} of the log is damaged", self.sequence));
        let [actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name] =
            self.texts;
        let id = |text: Option<String>| text.map(|text| text.parse()).transpose();
        Ok(Event {
            sequence: self.sequence,
            at: self.at,
            actor: Actor {
                kind: ActorKind::from_name(&actor_kind).ok_or_else(damaged)?,
                id: actor_id,
                name: actor_name,
            },
            action: Action::from_name(&action).ok_or_else(damaged)?,
            subject: Subject { kind: subject_kind, id: subject_id, name: subject_name },
            user: id(self.user).map_err(|_| damaged())?.map(UserId),
            key: id(self.key).map_err(|_| damaged())?.map(KeyId),
            details: serde_json::from_str(&self.details).map_err(|_| damaged())?,
            hash: chain::hex(&self.hash),
            signature: chain::hex(&self.signature),
        })
    }
}

/// Begins the log of the workspace with this identifier.
///
/// # Errors
/// Any [`DbError`].
pub async fn begin(tx: &mut Transaction, workspace: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO log_head (only_one, sequence, hash) VALUES (1, 0, $1)",
        values![chain::first(workspace)],
    )
    .await
    .map(drop)
}

/// Appends an entry.
///
/// # Errors
/// Any [`DbError`].
pub async fn append(tx: &mut Transaction, signer: &Signer, event: NewEvent) -> Result<(), DbError> {
    append_all(tx, signer, vec![event]).await
}

/// Appends entries, in this order.
///
/// # Errors
/// Any [`DbError`].
pub async fn append_all(
    tx: &mut Transaction,
    signer: &Signer,
    events: Vec<NewEvent>,
) -> Result<(), DbError> {
    let head = "SELECT sequence, hash FROM log_head WHERE only_one = 1 FOR UPDATE";
    let head = tx.row(head, &[]).await?;
    let head = head.ok_or_else(|| DbError::Failed("the log's head is missing".to_owned()))?;
    let (mut sequence, mut hash) = (head.get::<u64>(0)?, head.get::<Vec<u8>>(1)?);
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        sequence += 1;
        let mut entry = Entry::new(sequence, event);
        hash = chain::hash(&hash, &entry);
        entry.hash.clone_from(&hash);
        entry.signature = chain::sign(signer, &hash);
        rows.push(entry.values());
    }
    insert_all(tx, &format!("events ({COLUMNS}, search)"), &rows, "").await?;
    tx.execute(
        "UPDATE log_head SET sequence = $1, hash = $2 WHERE only_one = 1",
        values![sequence, hash],
    )
    .await
    .map(drop)
}

/// A page of events, newest first.
///
/// # Errors
/// [`ServiceError::Invalid`] for a cursor that is none of this list's.
pub async fn page(
    tx: &mut Transaction,
    query: &EventQuery,
    request: &PageRequest,
) -> Result<Page<Event>, ServiceError> {
    let order = Order { name: "events".to_owned(), columns: &["sequence"], descending: true };
    let window = order.window(request)?;
    // Without a filter the head knows: entries count from 1 without a gap.
    let total = if *query == EventQuery::default() {
        Total::Exactly(Query::new("SELECT sequence FROM log_head").count(tx).await?)
    } else {
        let mut count = Query::new(&format!("{} FROM events", Total::SELECT));
        filter(tx, &mut count, query);
        Total::count(tx, count).await?
    };
    let mut select = Query::new(&format!("SELECT {COLUMNS} FROM events"));
    filter(tx, &mut select, query);
    window.add_to(&mut select);
    let mut rows = Vec::new();
    for row in select.rows(tx).await? {
        let event = Entry::read(&row)?.event()?;
        let key = vec![event.sequence.into()];
        rows.push((event, key));
    }
    Ok(window.page(rows, total))
}

/// The events of a query after this one, oldest first, at most `limit`.
///
/// # Errors
/// Any [`DbError`].
pub async fn after(
    tx: &mut Transaction,
    query: &EventQuery,
    sequence: u64,
    limit: u32,
) -> Result<Vec<Event>, DbError> {
    let mut select = Query::new(&format!("SELECT {COLUMNS} FROM events"));
    filter(tx, &mut select, query);
    select.condition("sequence > {}", sequence);
    let limit = select.value(limit);
    select.push(" ORDER BY sequence LIMIT ").push(&limit);
    select.rows(tx).await?.iter().map(|row| Entry::read(row)?.event()).collect()
}

fn filter(tx: &Transaction, select: &mut Query, query: &EventQuery) {
    if let Some(action) = query.action {
        select.condition("action = {}", action.name());
    }
    if let Some(kind) = query.actor {
        select.condition("actor_kind = {}", kind.name());
    }
    if let Some(user) = query.user {
        select.condition("about_user = {}", user);
    }
    if let Some(key) = query.key {
        select.condition("about_key = {}", key);
    }
    if let Some(from) = query.from {
        select.condition("at >= {}", from);
    }
    if let Some(until) = query.until {
        select.condition("at < {}", until);
    }
    if let Some(part) = query.search.as_deref().map(str::trim).filter(|part| !part.is_empty()) {
        select.contains(tx, "search", part);
    }
}
