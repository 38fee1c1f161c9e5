//! The table of credentials.

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Change, Keys, Record, Sealer, SiteKey, Store, StoreError, records,
    row::{COLUMNS, CredentialRow},
    site::{self, SiteSummary},
};
use crate::{
    credential::{CredProtect, Credential},
    platform::KeyHandle,
};

/// A place in the order of creation, from which to go on to older credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newest(i64);

impl Newest {
    /// Before the newest credential.
    pub(crate) const FIRST: Self = Self(i64::MAX);
}

/// A credential that is to be stored, and its site.
#[derive(Debug, Clone, Copy)]
pub struct NewCredential<'a> {
    /// SHA-256 of the RP ID; in U2F the hash of the AppID.
    pub rp_id_hash: &'a [u8; 32],
    /// The RP ID; empty in U2F, which names none.
    pub rp_id: &'a str,
    /// The name that the site gives itself.
    pub rp_name: Option<&'a str>,
    /// The credential, with its ID.
    pub credential: &'a Credential,
}

impl Store {
    /// The stored credential with this ID, if it belongs to the site.
    pub(crate) fn credential(
        &self,
        site: SiteKey,
        id: &[u8],
    ) -> Result<Option<Credential>, StoreError> {
        let row = self.row(id)?.filter(|row| row.site == site.0);
        row.map(|row| self.open_row(&row)).transpose()
    }

    /// The stored credential with this ID, and its site.
    pub(crate) fn credential_anywhere(
        &self,
        id: &[u8],
    ) -> Result<Option<(SiteKey, Credential)>, StoreError> {
        let Some(row) = self.row(id)? else { return Ok(None) };
        let credential = self.open_row(&row)?;
        let site = row.site.as_slice().try_into();
        Ok(Some((SiteKey(site.map_err(|_| DAMAGED)?), credential)))
    }

    fn row(&self, id: &[u8]) -> Result<Option<CredentialRow>, StoreError> {
        self.db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM credential WHERE id = ?"))?
            .query_row([id], CredentialRow::read)
            .optional()
            .map_err(Into::into)
    }

    fn open_row(&self, row: &CredentialRow) -> Result<Credential, StoreError> {
        match row.open(&self.keys.rows) {
            Some(credential) => Ok(credential),
            None => Err(self.diagnose(row)),
        }
    }

    /// Tells a damaged row from one that was moved: by trying it in every other row's place.
    fn diagnose(&self, damaged: &CredentialRow) -> StoreError {
        let moved = || -> rusqlite::Result<bool> {
            let mut query = self.db.prepare(&format!("SELECT {COLUMNS} FROM credential"))?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let other = CredentialRow::read(row)?;
                if self.keys.rows.open(&other.place(), &damaged.sealed).is_some() {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        match moved() {
            Ok(true) => StoreError::Moved { table: "credential" },
            Ok(false) => DAMAGED,
            Err(error) => error.into(),
        }
    }

    /// The newest discoverable credential of a site that is older than `after` and shows itself.
    pub(crate) fn newest(
        &self,
        site: SiteKey,
        after: Newest,
        up_to: CredProtect,
    ) -> Result<Option<(Newest, Credential)>, StoreError> {
        let row = self
            .db
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM credential
                 WHERE site = ? AND account IS NOT NULL AND created < ? AND protect <= ?
                 ORDER BY created DESC LIMIT 1"
            ))?
            .query_row(params![site.0, after.0, up_to.level()], CredentialRow::read)
            .optional()?;
        row.map(|row| Ok((Newest(row.created), self.open_row(&row)?))).transpose()
    }

    /// Stores a credential. A discoverable one takes the place of one for the same account, whose
    /// key the platform is told to delete.
    pub(crate) fn insert(
        &mut self,
        rp_id_hash: &[u8; 32],
        rp_id: &str,
        rp_name: Option<&str>,
        credential: &Credential,
    ) -> Result<(), StoreError> {
        self.insert_with(&NewCredential { rp_id_hash, rp_id, rp_name, credential }, &[])
    }

    /// The same, with changes of records in the same transaction.
    pub(crate) fn insert_with(
        &mut self,
        new: &NewCredential<'_>,
        changes: &[Change<'_>],
    ) -> Result<(), StoreError> {
        self.check_files()?;
        let NewCredential { rp_id_hash, rp_id, rp_name, credential } = *new;
        let site_key = self.site_key(rp_id_hash);
        let account = credential
            .discoverable
            .as_ref()
            .map(|discoverable| account_key(&self.keys, rp_id_hash, &discoverable.user.id));
        let rng = self.rng.as_ref();
        let rows = &self.keys.rows;
        let transaction = self.db.transaction()?;

        let mut replaced = None;
        if let Some(account) = account {
            let query = format!("SELECT {COLUMNS} FROM credential WHERE site = ? AND account = ?");
            replaced = transaction
                .prepare_cached(&query)?
                .query_row(params![site_key.0, account], CredentialRow::read)
                .optional()?;
            let mut site = site::read(&transaction, rows, site_key)?.unwrap_or_default();
            rp_id.clone_into(&mut site.rp_id);
            if let Some(name) = rp_name {
                site.name = Some(name.to_owned());
            }
            if let Some(count) = replaced.as_ref().and_then(|row| row_count(&mut site, row)) {
                *count = count.saturating_sub(1);
            }
            if let Some(count) = site.count(credential.protect) {
                *count += 1;
            }
            site::write(&transaction, rows, rng, site_key, &site)?;
        }
        if let Some(row) = &replaced {
            delete_row(&transaction, row.created)?;
        }
        let mut row = CredentialRow {
            created: 0,
            id: credential.id.clone(),
            site: site_key.0.to_vec(),
            account: account.map(|account| account.to_vec()),
            protect: credential.protect.level(),
            sealed: Vec::new(),
        };
        row.sealed = rows.seal(&row.place(), &credential.encode_row(), rng)?;
        transaction
            .prepare_cached(
                "INSERT INTO credential (id, site, account, protect, sealed) VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(params![row.id, row.site, row.account, row.protect, row.sealed])?;
        renew_state(&transaction, rows, rng)?;
        records::make(&transaction, rows, rng, changes)?;
        transaction.commit()?;

        if account.is_some() && replaced.is_none() {
            self.discoverable += 1;
        }
        if let Some(old) = replaced.and_then(|row| row.open(&self.keys.rows)) {
            // A key that nothing names any more is harmless.
            let _ = self.key_store.delete(&old.key);
        }
        Ok(())
    }

    /// Deletes a stored credential, and its site with the last one.
    pub(crate) fn delete(&mut self, id: &[u8]) -> Result<bool, StoreError> {
        self.check_files()?;
        let Some(row) = self.row(id)? else { return Ok(false) };
        let credential = self.open_row(&row)?;
        let rng = self.rng.as_ref();
        let rows = &self.keys.rows;
        let transaction = self.db.transaction()?;
        delete_row(&transaction, row.created)?;
        if row.account.is_some() {
            let key = SiteKey(row.site.as_slice().try_into().map_err(|_| DAMAGED)?);
            let mut site = site::read(&transaction, rows, key)?.unwrap_or_default();
            if let Some(count) = site.count(credential.protect) {
                *count = count.saturating_sub(1);
            }
            if site.visible(CredProtect::UvRequired) == 0 {
                transaction.execute("DELETE FROM site WHERE key = ?", [key.0])?;
            } else {
                site::write(&transaction, rows, rng, key, &site)?;
            }
        }
        renew_state(&transaction, rows, rng)?;
        transaction.commit()?;
        self.discoverable -= u64::from(row.account.is_some());
        let _ = self.key_store.delete(&credential.key);
        Ok(true)
    }

    /// Stores a credential again that differs in what is sealed only.
    pub(crate) fn update(&mut self, credential: &Credential) -> Result<(), StoreError> {
        self.check_files()?;
        let Some(row) = self.row(&credential.id)? else { return Ok(()) };
        let rng = self.rng.as_ref();
        let rows = &self.keys.rows;
        let sealed = rows.seal(&row.place(), &credential.encode_row(), rng)?;
        let transaction = self.db.transaction()?;
        transaction.execute(
            "UPDATE credential SET sealed = ? WHERE created = ?",
            params![sealed, row.created],
        )?;
        renew_state(&transaction, rows, rng)?;
        transaction.commit()?;
        Ok(())
    }

    /// The handles of every key in a row, for the platform to delete.
    pub(super) fn key_handles(&self) -> Result<Vec<KeyHandle>, StoreError> {
        let mut query = self.db.prepare(&format!("SELECT {COLUMNS} FROM credential"))?;
        let mut rows = query.query([])?;
        let mut handles = Vec::new();
        while let Some(row) = rows.next()? {
            // A row that cannot be opened must not keep its owner from erasing it.
            handles.extend(
                CredentialRow::read(row)?.open(&self.keys.rows).map(|credential| credential.key),
            );
        }
        Ok(handles)
    }
}

const DAMAGED: StoreError = StoreError::Damaged { table: "credential" };

fn row_count<'a>(site: &'a mut SiteSummary, row: &CredentialRow) -> Option<&'a mut u64> {
    site.count(CredProtect::from_level(row.protect.into())?)
}

fn account_key(keys: &Keys, rp_id_hash: &[u8; 32], user_id: &[u8]) -> [u8; 16] {
    keys.keyed_hash(&[b"account", rp_id_hash, user_id])
}

fn delete_row(db: &Connection, created: i64) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM credential WHERE created = ?")?.execute([created])?;
    Ok(())
}

/// encCredStoreState tells a holder of the persistent token that something changed.
pub(super) fn renew_state(
    db: &Connection,
    rows: &Sealer,
    rng: &dyn crate::platform::Rng,
) -> Result<(), StoreError> {
    let mut state = [0; 16];
    rng.fill(&mut state)?;
    records::write(db, rows, rng, Record::CredStoreState, &state)
}
