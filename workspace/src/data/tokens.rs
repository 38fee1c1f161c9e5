//! Tokens of the JSON API.

use crate::{
    db::{DbError, Row, Transaction, values},
    model::{Scope, Timestamp, Token, TokenId},
};

const COLUMNS: &str = "id, label, scopes, created_at, expires_at, used_at";

/// Keeps a token, by the hash of its secret.
///
/// # Errors
/// Any [`DbError`].
pub async fn add(
    tx: &mut Transaction,
    token: &Token,
    hash: &[u8],
    created_by: &str,
) -> Result<(), DbError> {
    let scopes = token.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" ");
    tx.execute(
        "INSERT INTO tokens (id, hash, label, scopes, created_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        values![
            token.id,
            hash,
            &token.label,
            scopes,
            created_by,
            token.created_at,
            token.expires_at
        ],
    )
    .await
    .map(drop)
}

/// The token with this hash, where it has not ended.
///
/// # Errors
/// Any [`DbError`].
pub async fn by_hash(
    tx: &mut Transaction,
    hash: &[u8],
    now: Timestamp,
) -> Result<Option<Token>, DbError> {
    tx.row(
        &format!(
            "SELECT {COLUMNS} FROM tokens
             WHERE hash = $1 AND (expires_at IS NULL OR expires_at > $2)"
        ),
        values![hash, now],
    )
    .await?
    .map(|row| token(&row))
    .transpose()
}

/// Every token, the newest first.
///
/// # Errors
/// Any [`DbError`].
pub async fn all(tx: &mut Transaction) -> Result<Vec<Token>, DbError> {
    tx.rows(&format!("SELECT {COLUMNS} FROM tokens ORDER BY created_at DESC, id DESC"), &[])
        .await?
        .iter()
        .map(token)
        .collect()
}

/// Says that a token was used.
///
/// # Errors
/// Any [`DbError`].
pub async fn used(tx: &mut Transaction, id: TokenId, now: Timestamp) -> Result<(), DbError> {
    tx.execute("UPDATE tokens SET used_at = $2 WHERE id = $1", values![id, now]).await.map(drop)
}

/// Takes a token back, and says which it was.
///
/// # Errors
/// Any [`DbError`].
pub async fn remove(tx: &mut Transaction, id: TokenId) -> Result<Option<Token>, DbError> {
    tx.row(&format!("DELETE FROM tokens WHERE id = $1 RETURNING {COLUMNS}"), values![id])
        .await?
        .map(|row| token(&row))
        .transpose()
}

fn token(row: &Row) -> Result<Token, DbError> {
    let scopes: String = row.get(2)?;
    Ok(Token {
        id: row.get(0)?,
        label: row.get(1)?,
        // A scope that this version does not know allows nothing.
        scopes: scopes.split(' ').filter_map(Scope::from_name).collect(),
        created_at: row.get(3)?,
        expires_at: row.get(4)?,
        used_at: row.get(5)?,
    })
}
