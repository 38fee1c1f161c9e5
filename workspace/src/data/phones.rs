//! Keys as the phones that are them see them.

use pocketkey_core::{
    policy::Settings,
    protocol::{DeviceKey, Grant, GrantReport, KeyState},
};

use crate::{
    db::{DbError, Row, Transaction, values},
    model::{KeyId, KeyKind, Timestamp, UserId},
};

/// A key that is, or will be, a phone.
#[derive(Debug, Clone)]
pub struct Phone {
    /// Which key.
    pub key: KeyId,
    /// Whose.
    pub owner: UserId,
    /// What it is: registered keys of other kinds are looked at here too.
    pub kind: KeyKind,
    /// What the panel calls it.
    pub label: String,
    /// `None`: pending.
    pub state: Option<KeyState>,
    /// The rules.
    pub settings: Settings,
    /// Their version.
    pub policy_version: u64,
    /// The version that the phone has fetched.
    pub policy_fetched: u64,
    /// What the phone calls itself.
    pub device_name: String,
    /// What signs its check-ins.
    pub device_key: Option<DeviceKey>,
    /// The last check-in's.
    pub sequence: u64,
    /// The state that the phone was last told of.
    pub told: Option<String>,
    /// The newest grant's.
    pub grant_serial: u64,
}

/// Whose key it is, as far as phones care.
#[derive(Debug, Clone)]
pub struct Owner {
    /// Which user.
    pub id: UserId,
    /// The user name.
    pub user_name: String,
    /// What people call them.
    pub name: String,
    /// Whether no key of theirs may do anything.
    pub blocked: bool,
}

/// What a phone was answered, and why.
#[derive(Debug)]
pub struct Answered<'a> {
    /// When.
    pub at: Timestamp,
    /// The number of the check-in; 0: an enrolment.
    pub sequence: u64,
    /// What the phone has left of its grant.
    pub left: Option<GrantReport>,
    /// The version of the policy that the answer brings.
    pub policy: u64,
    /// The state that it tells of.
    pub told: &'a str,
    /// The grant that it brings.
    pub grant: Option<Grant>,
}

const COLUMNS: &str = "SELECT id, owner, label, state, settings, policy_version, policy_fetched,
    device_name, device_key, check_in_sequence, told, grant_serial, kind FROM keys WHERE id = $1";

/// The phone that is this key.
///
/// # Errors
/// Any [`DbError`].
pub async fn find(tx: &mut Transaction, key: KeyId) -> Result<Option<Phone>, DbError> {
    tx.row(COLUMNS, values![key]).await?.map(|row| read(&row)).transpose()
}

/// The same, and nobody else changes it before the transaction ends.
///
/// # Errors
/// Any [`DbError`].
pub async fn lock(tx: &mut Transaction, key: KeyId) -> Result<Option<Phone>, DbError> {
    let sql = format!("{COLUMNS} FOR UPDATE");
    tx.row(&sql, values![key]).await?.map(|row| read(&row)).transpose()
}

/// Makes a pending key active; says whether it was pending.
///
/// # Errors
/// Any [`DbError`].
pub async fn activate(
    tx: &mut Transaction,
    key: KeyId,
    phone: Option<(&DeviceKey, &str)>,
    now: Timestamp,
) -> Result<bool, DbError> {
    let changed = tx
        .execute(
            "UPDATE keys SET state = 'active', activated_at = $1, device_key = $2, device_name = $3
             WHERE id = $4 AND state = 'pending'",
            values![
                now,
                phone.map(|(key, _)| key.0.to_vec()),
                phone.map(|(_, name)| name.to_owned()),
                key
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Keeps what a phone was answered. Its row must be [locked](lock).
///
/// # Errors
/// Any [`DbError`].
pub async fn answered(
    tx: &mut Transaction,
    key: KeyId,
    what: &Answered<'_>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE keys SET checked_in_at = $1, check_in_sequence = $2,
             left_serial = COALESCE($3, left_serial), left_uses = COALESCE($4, left_uses),
             policy_fetched = $5, told = $6,
             grant_serial = COALESCE($7, grant_serial), grant_until = COALESCE($8, grant_until)
         WHERE id = $9",
        values![
            what.at,
            what.sequence,
            what.left.map(|left| left.serial),
            what.left.map(|left| left.left),
            what.policy,
            what.told,
            what.grant.map(|grant| grant.serial),
            what.grant.map(|grant| grant.until),
            key
        ],
    )
    .await
    .map(drop)
}

const OWNER: &str = "SELECT id, user_name, name, blocked FROM users WHERE id = $1";

/// The user with this identifier, where there is one still.
///
/// # Errors
/// Any [`DbError`].
pub async fn owner(tx: &mut Transaction, user: UserId) -> Result<Option<Owner>, DbError> {
    read_owner(tx.row(OWNER, values![user]).await?)
}

/// The same, and nobody else changes them before the transaction ends. To be locked before the key.
///
/// # Errors
/// Any [`DbError`].
pub async fn lock_owner(tx: &mut Transaction, user: UserId) -> Result<Option<Owner>, DbError> {
    read_owner(tx.row(&format!("{OWNER} FOR UPDATE"), values![user]).await?)
}

/// The user with this user name, in lower case.
///
/// # Errors
/// Any [`DbError`].
pub async fn owner_by_name(
    tx: &mut Transaction,
    user_name: &str,
) -> Result<Option<UserId>, DbError> {
    // PostgreSQL has no text with a NUL, and no user either.
    if user_name.contains('\0') {
        return Ok(None);
    }
    let row = tx.row("SELECT id FROM users WHERE user_name_key = $1", values![user_name]).await?;
    row.map(|row| row.get(0)).transpose()
}

fn read_owner(row: Option<Row>) -> Result<Option<Owner>, DbError> {
    row.map(|row| {
        Ok(Owner {
            id: row.get(0)?,
            user_name: row.get(1)?,
            name: row.get(2)?,
            blocked: row.get(3)?,
        })
    })
    .transpose()
}

/// Keeps when a key signed in at the workspace.
///
/// # Errors
/// Any [`DbError`].
pub async fn signed_in(tx: &mut Transaction, key: KeyId, now: Timestamp) -> Result<(), DbError> {
    tx.execute("UPDATE keys SET signed_in_at = $1 WHERE id = $2", values![now, key]).await.map(drop)
}

fn read(row: &Row) -> Result<Phone, DbError> {
    let settings: Option<String> = row.get(4)?;
    let settings = match settings {
        Some(text) => serde_json::from_str(&text)
            .map_err(|error| DbError::Failed(format!("a key's settings: {error}")))?,
        None => Settings::default(),
    };
    let device_key: Option<Vec<u8>> = row.get(8)?;
    Ok(Phone {
        key: row.get(0)?,
        owner: row.get(1)?,
        kind: KeyKind::from_name(&row.get::<String>(12)?)
            .ok_or_else(|| DbError::Failed("a key's kind is not understood".to_owned()))?,
        label: row.get(2)?,
        state: state(&row.get::<String>(3)?)?,
        settings,
        policy_version: row.get(5)?,
        policy_fetched: row.get(6)?,
        device_name: row.get::<Option<String>>(7)?.unwrap_or_default(),
        device_key: device_key
            .map(|key| key.try_into().map(DeviceKey))
            .transpose()
            .map_err(|_| DbError::Failed("a device key is not 65 bytes".to_owned()))?,
        sequence: row.get(9)?,
        told: row.get(10)?,
        grant_serial: row.get(11)?,
    })
}

fn state(name: &str) -> Result<Option<KeyState>, DbError> {
    match name {
        "pending" => Ok(None),
        "active" => Ok(Some(KeyState::Active)),
        "suspended" => Ok(Some(KeyState::Suspended)),
        "revoked" => Ok(Some(KeyState::Revoked)),
        _ => Err(DbError::Failed(format!("a key's state is {name:?}"))),
    }
}
