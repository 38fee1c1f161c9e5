//! The workspace itself.

use pocketkey_core::protocol::WorkspaceKey;

use crate::{
    db::{Transaction, values},
    model::Timestamp,
    service::ServiceError,
};

/// The workspace's identifier, and whether it begins now.
///
/// # Errors
/// [`ServiceError::Conflict`] where it began with another key.
pub async fn open(
    tx: &mut Transaction,
    key: &WorkspaceKey,
    now: Timestamp,
) -> Result<(String, bool), ServiceError> {
    let id = uuid::Uuid::now_v7().to_string();
    // Of two instances that begin at once, one waits here for the other and then finds its row.
    let is_new = tx
        .execute(
            "INSERT INTO workspace (only_one, id, public_key, created_at) VALUES (1, $1, $2, $3)
             ON CONFLICT (only_one) DO NOTHING",
            values![&id, key.0, now],
        )
        .await?
        == 1;
    if is_new {
        super::events::begin(tx, &id).await?;
        return Ok((id, true));
    }
    let row = tx
        .row("SELECT id, public_key FROM workspace WHERE only_one = 1", &[])
        .await?
        .ok_or_else(|| ServiceError::Internal("the workspace's row is missing".to_owned()))?;
    if row.get::<Vec<u8>>(1)? != key.0 {
        return Err(ServiceError::Conflict(
            "this is not the key that the workspace began with: put back the key file that belongs \
             to this database, because phones and the event log know its key"
                .to_owned(),
        ));
    }
    Ok((row.get(0)?, false))
}
