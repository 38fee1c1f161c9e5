//! Tickets as their holders see them: found by the hash of their secret, with what the activation
//! has come to.

use pocketkey_core::protocol::{DeviceKey, Digest, Problem};

use crate::{
    db::{DbError, Row, Transaction, values},
    model::{KeyId, TicketId, TicketPurpose, TicketState, Timestamp, UserId},
};

/// A ticket, and what its activation has come to.
#[derive(Debug, Clone)]
pub struct Activation {
    /// The ticket.
    pub ticket: TicketId,
    /// Which key it activates.
    pub key: KeyId,
    /// What the panel calls that key.
    pub label: String,
    /// Whose key that is.
    pub owner: UserId,
    /// What it is for.
    pub purpose: TicketPurpose,
    /// What has become of it.
    pub state: TicketState,
    /// From when on it cannot be used.
    pub expires_at: Timestamp,
    /// The offer that was made, and the server's side of the registration that it began.
    pub offer: Option<Offered>,
    /// The hash of the enrolment that used it.
    pub enrolment: Option<Digest>,
}

/// An offer that was made.
#[derive(Debug, Clone)]
pub struct Offered {
    /// The signed message.
    pub text: String,
    /// `PasskeyRegistration` as JSON.
    pub registration: String,
}

impl Activation {
    /// Whether its ticket can be used.
    ///
    /// # Errors
    /// What a phone is told where it cannot.
    pub fn check(&self, now: Timestamp) -> Result<(), Problem> {
        match self.state {
            TicketState::Used => Err(Problem::TicketUsed),
            TicketState::Cancelled => Err(Problem::TicketCancelled),
            TicketState::Open if self.expires_at <= now => Err(Problem::TicketExpired),
            TicketState::Open => Ok(()),
        }
    }
}

/// The activation whose ticket has this hash.
///
/// # Errors
/// Any [`DbError`].
pub async fn find(tx: &mut Transaction, hash: &Digest) -> Result<Option<Activation>, DbError> {
    let row = tx
        .row(
            "SELECT t.id, t.key_id, k.label, k.owner, t.purpose, t.state, t.expires_at, t.offer,
                    t.registration, t.enrolment
             FROM tickets t JOIN keys k ON k.id = t.key_id WHERE t.hash = $1",
            values![hash.0],
        )
        .await?;
    row.map(|row| read(&row)).transpose()
}

/// Keeps the offer of an open ticket; says whether it did, which it does not where another one was
/// kept meanwhile.
///
/// # Errors
/// Any [`DbError`].
pub async fn keep_offer(
    tx: &mut Transaction,
    ticket: TicketId,
    offer: &Offered,
) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE tickets SET offer = $1, registration = $2
             WHERE id = $3 AND state = 'open' AND offer IS NULL",
            values![&offer.text, &offer.registration, ticket],
        )
        .await?;
    Ok(changed == 1)
}

/// Uses a ticket up, for good; says whether it did, which it does for one only.
///
/// # Errors
/// Any [`DbError`].
pub async fn take(
    tx: &mut Transaction,
    ticket: TicketId,
    phone: Option<(&Digest, &DeviceKey)>,
    now: Timestamp,
) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE tickets SET state = 'used', used_at = $1, enrolment = $2, device_key = $3
             WHERE id = $4 AND state = 'open' AND expires_at > $1",
            values![
                now,
                phone.map(|(enrolment, _)| enrolment.0.to_vec()),
                phone.map(|(_, key)| key.0.to_vec()),
                ticket
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Cancels the open ticket of a key, where it has one: it was activated in another way.
///
/// # Errors
/// Any [`DbError`].
pub async fn close(tx: &mut Transaction, key: KeyId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE tickets SET state = 'cancelled' WHERE key_id = $1 AND state = 'open'",
        values![key],
    )
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<Activation, DbError> {
    let offer: Option<String> = row.get(7)?;
    let registration: Option<String> = row.get(8)?;
    let enrolment: Option<Vec<u8>> = row.get(9)?;
    Ok(Activation {
        ticket: row.get(0)?,
        key: row.get(1)?,
        label: row.get(2)?,
        owner: row.get(3)?,
        purpose: known(TicketPurpose::from_name(&row.get::<String>(4)?))?,
        state: known(TicketState::from_name(&row.get::<String>(5)?))?,
        expires_at: row.get(6)?,
        offer: offer.zip(registration).map(|(text, registration)| Offered { text, registration }),
        enrolment: enrolment.map(|hash| known(hash.try_into().ok().map(Digest))).transpose()?,
    })
}

fn known<T>(value: Option<T>) -> Result<T, DbError> {
    value.ok_or_else(|| DbError::Failed("a ticket says what is not understood".to_owned()))
}
