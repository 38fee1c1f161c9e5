//! Whether the log is what was written.

use pocketkey_core::protocol::WorkspaceKey;

use super::{COLUMNS, Entry, chain};
use crate::{
    db::{DbError, Transaction, values},
    model::LogDamage,
};

/// Entries that are looked at at a time.
const AT_ONCE: u32 = 512;

/// Looks at every entry of the workspace's log, a few at a time: how many there are, or where it is
/// damaged first. The transaction should only look, so that it sees one moment.
///
/// # Errors
/// Any [`DbError`].
pub async fn verify(
    tx: &mut Transaction,
    workspace: &str,
    key: &WorkspaceKey,
) -> Result<Result<u64, LogDamage>, DbError> {
    let head = tx.row("SELECT sequence, hash FROM log_head WHERE only_one = 1", &[]).await?;
    let head = head.ok_or_else(|| DbError::Failed("the log's head is missing".to_owned()))?;
    let (expected, last_hash) = (head.get::<u64>(0)?, head.get::<Vec<u8>>(1)?);
    let (mut found, mut hash) = (0, chain::first(workspace));
    let select =
        format!("SELECT {COLUMNS} FROM events WHERE sequence > $1 ORDER BY sequence LIMIT $2");
    loop {
        let rows = tx.rows(&select, values![found, AT_ONCE]).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let Ok(entry) = Entry::read(row) else { return Ok(Err(LogDamage::Changed(found + 1))) };
            match check(&entry, found + 1, &hash, key) {
                Ok(()) => (found, hash) = (entry.sequence, entry.hash),
                Err(damage) => return Ok(Err(damage)),
            }
        }
    }
    Ok(if found < expected {
        Err(LogDamage::CutOff { found, expected })
    } else if found > expected || hash != last_hash {
        // Whoever wrote the entry writes the head in the same transaction.
        Err(LogDamage::Changed(found))
    } else {
        Ok(found)
    })
}

fn check(
    entry: &Entry,
    expected: u64,
    previous: &[u8],
    key: &WorkspaceKey,
) -> Result<(), LogDamage> {
    if entry.sequence != expected {
        return Err(LogDamage::Missing(expected));
    }
    if chain::hash(previous, entry) != entry.hash {
        return Err(LogDamage::Changed(expected));
    }
    if !chain::is_signed(key, &entry.hash, &entry.signature) {
        return Err(LogDamage::NotSigned(expected));
    }
    Ok(())
}
