//! A row of the table of credentials: columns in the clear, and the sealed rest that is bound to
//! them.

use rusqlite::Row;

use super::{Sealer, records};
use crate::credential::{CredProtect, Credential};

/// The columns of a credential's row that are in the clear, and its sealed part.
pub(super) struct CredentialRow {
    pub created: i64,
    pub id: Vec<u8>,
    pub site: Vec<u8>,
    pub account: Option<Vec<u8>>,
    pub protect: u8,
    pub sealed: Vec<u8>,
}

pub(super) const COLUMNS: &str = "created, id, site, account, protect, sealed";

impl CredentialRow {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            created: row.get(0)?,
            id: row.get(1)?,
            site: row.get(2)?,
            account: row.get(3)?,
            protect: row.get(4)?,
            sealed: row.get(5)?,
        })
    }

    /// `created` is not part of it: it is not known before the row is there, and a change of order
    /// betrays nothing.
    pub(super) fn place(&self) -> Vec<u8> {
        let account = self.account.as_deref().unwrap_or_default();
        records::place("credential", &[&self.id, &self.site, account, &[self.protect]])
    }

    pub(super) fn open(&self, rows: &Sealer) -> Option<Credential> {
        let protect = CredProtect::from_level(self.protect.into())?;
        let plaintext = rows.open(&self.place(), &self.sealed)?;
        Credential::decode_row(self.id.clone(), protect, &plaintext)
    }
}
