//! Rows of credentials and of the sites that they belong to.

use ring::hmac;
use rusqlite::{Connection, OptionalExtension, Row, params};
use zeroize::Zeroizing;

use super::{Keys, Record, Sealer, Store, StoreError, records};
use crate::{
    credential::{CredProtect, Credential},
    ctap::cbor::{CborError, Key, Reader, Writer},
    platform::KeyHandle,
};

/// The keyed hash of an RP ID hash: tells equal sites from different ones to the holder of the key,
/// and nothing to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteKey([u8; 16]);

/// A site that has discoverable credentials.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteSummary {
    /// The RP ID.
    pub rp_id: String,
    /// The name that the relying party last gave itself.
    pub name: Option<String>,
    /// How many discoverable credentials there are at each level of credProtect.
    pub(crate) counts: [u64; 3],
}

/// A place in the order of creation, from which to go on to older credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newest(i64);

impl Newest {
    /// Before the newest credential.
    pub(crate) const FIRST: Self = Self(i64::MAX);
}

impl SiteSummary {
    /// How many credentials show themselves up to a level of credProtect.
    pub(crate) fn visible(&self, up_to: CredProtect) -> u64 {
        self.counts.iter().take(up_to.level().into()).sum()
    }

    fn count(&mut self, protect: CredProtect) -> Option<&mut u64> {
        self.counts.get_mut(usize::from(protect.level()) - 1)
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.map(|map| {
            map.int(1, |value| value.text(&self.rp_id));
            if let Some(name) = &self.name {
                map.int(2, |value| value.text(name));
            }
            map.int(3, |value| value.array(self.counts.iter(), |out, count| out.unsigned(*count)));
        });
        out.finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, CborError> {
        let mut site = Self::default();
        Reader::whole(bytes, |reader| {
            reader.map(|key, reader| -> Result<(), CborError> {
                match key {
                    Key::Int(1) => site.rp_id = reader.text()?.to_owned(),
                    Key::Int(2) => site.name = Some(reader.text()?.to_owned()),
                    Key::Int(3) => {
                        let mut counts = site.counts.iter_mut();
                        reader.array(|reader| -> Result<(), CborError> {
                            *counts.next().ok_or(CborError::UnexpectedType)? = reader.unsigned()?;
                            Ok(())
                        })?;
                    }
                    _ => reader.skip()?,
                }
                Ok(())
            })
        })?;
        Ok(site)
    }
}

/// The columns of a credential's row that are in the clear, and its sealed part.
struct CredentialRow {
    created: i64,
    id: Vec<u8>,
    site: Vec<u8>,
    account: Option<Vec<u8>>,
    protect: u8,
    sealed: Vec<u8>,
}

const COLUMNS: &str = "created, id, site, account, protect, sealed";

impl CredentialRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
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
    fn place(&self) -> Vec<u8> {
        let account = self.account.as_deref().unwrap_or_default();
        records::place("credential", &[&self.id, &self.site, account, &[self.protect]])
    }

    fn open(&self, rows: &Sealer) -> Option<Credential> {
        let protect = CredProtect::from_level(self.protect.into())?;
        let plaintext = rows.open(&self.place(), &self.sealed)?;
        Credential::decode_row(self.id.clone(), protect, &plaintext)
    }
}

impl Store {
    /// The key by which a site is looked up.
    pub(crate) fn site_key(&self, rp_id_hash: &[u8; 32]) -> SiteKey {
        SiteKey(lookup(&self.keys, &[b"site", rp_id_hash]))
    }

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

    /// The site with this key.
    pub(crate) fn site(&self, site: SiteKey) -> Result<Option<SiteSummary>, StoreError> {
        read_site(&self.db, &self.keys.rows, site)
    }

    /// How many sites have discoverable credentials.
    pub(crate) fn site_count(&self) -> Result<u64, StoreError> {
        Ok(self.db.query_row("SELECT count(*) FROM site", [], |row| row.get(0))?)
    }

    /// The site after `after` in the order of keys, which is no order that means anything.
    pub(crate) fn next_site(
        &self,
        after: Option<SiteKey>,
    ) -> Result<Option<(SiteKey, SiteSummary)>, StoreError> {
        let after = after.map_or_else(Vec::new, |site| site.0.to_vec());
        let key: Option<[u8; 16]> = self
            .db
            .prepare_cached("SELECT key FROM site WHERE key > ? ORDER BY key LIMIT 1")?
            .query_row([after], |row| row.get(0))
            .optional()?;
        let Some(key) = key.map(SiteKey) else { return Ok(None) };
        Ok(self.site(key)?.map(|site| (key, site)))
    }

    /// Stores a credential. A discoverable one takes the place of one for the same account, whose
    /// key is given back to be deleted.
    pub(crate) fn insert(
        &mut self,
        rp_id_hash: &[u8; 32],
        rp_id: &str,
        rp_name: Option<&str>,
        credential: &Credential,
    ) -> Result<(), StoreError> {
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
            let mut site = read_site(&transaction, rows, site_key)?.unwrap_or_default();
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
            write_site(&transaction, rows, rng, site_key, &site)?;
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
        let Some(row) = self.row(id)? else { return Ok(false) };
        let credential = self.open_row(&row)?;
        let rng = self.rng.as_ref();
        let rows = &self.keys.rows;
        let transaction = self.db.transaction()?;
        delete_row(&transaction, row.created)?;
        if row.account.is_some() {
            let key = SiteKey(row.site.as_slice().try_into().map_err(|_| DAMAGED)?);
            let mut site = read_site(&transaction, rows, key)?.unwrap_or_default();
            if let Some(count) = site.count(credential.protect) {
                *count = count.saturating_sub(1);
            }
            if site.visible(CredProtect::UvRequired) == 0 {
                transaction.execute("DELETE FROM site WHERE key = ?", [key.0])?;
            } else {
                write_site(&transaction, rows, rng, key, &site)?;
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

fn lookup(keys: &Keys, parts: &[&[u8]]) -> [u8; 16] {
    let mut context = hmac::Context::with_key(&keys.lookup);
    for part in parts {
        context.update(part);
    }
    let tag = context.sign();
    let mut key = [0; 16];
    key.copy_from_slice(tag.as_ref().get(..16).unwrap_or_default());
    key
}

fn account_key(keys: &Keys, rp_id_hash: &[u8; 32], user_id: &[u8]) -> [u8; 16] {
    lookup(keys, &[b"account", rp_id_hash, user_id])
}

fn delete_row(db: &Connection, created: i64) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM credential WHERE created = ?")?.execute([created])?;
    Ok(())
}

fn read_site(
    db: &Connection,
    rows: &Sealer,
    key: SiteKey,
) -> Result<Option<SiteSummary>, StoreError> {
    let sealed: Option<Vec<u8>> = db
        .prepare_cached("SELECT sealed FROM site WHERE key = ?")?
        .query_row([key.0], |row| row.get(0))
        .optional()?;
    let Some(sealed) = sealed else { return Ok(None) };
    rows.open(&site_place(key), &sealed)
        .and_then(|plaintext: Zeroizing<Vec<u8>>| SiteSummary::decode(&plaintext).ok())
        .map(Some)
        .ok_or(StoreError::Damaged { table: "site" })
}

fn write_site(
    db: &Connection,
    rows: &Sealer,
    rng: &dyn crate::platform::Rng,
    key: SiteKey,
    site: &SiteSummary,
) -> Result<(), StoreError> {
    let sealed = rows.seal(&site_place(key), &site.encode(), rng)?;
    db.prepare_cached("INSERT OR REPLACE INTO site (key, sealed) VALUES (?, ?)")?
        .execute(params![key.0, sealed])?;
    Ok(())
}

fn site_place(key: SiteKey) -> Vec<u8> {
    records::place("site", &[&key.0])
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
