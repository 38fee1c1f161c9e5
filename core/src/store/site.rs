//! Sites that have discoverable credentials: their names, and how many there are.

use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

use super::{Sealer, Store, StoreError, records};
use crate::{
    credential::CredProtect,
    ctap::cbor::{CborError, Key, Reader, Writer},
    platform::Rng,
};

/// The keyed hash of an RP ID hash: tells equal sites from different ones to the holder of the key,
/// and nothing to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteKey(pub(super) [u8; 16]);

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

impl SiteSummary {
    /// How many credentials show themselves up to a level of credProtect.
    pub(crate) fn visible(&self, up_to: CredProtect) -> u64 {
        self.counts.iter().take(up_to.level().into()).sum()
    }

    pub(super) fn count(&mut self, protect: CredProtect) -> Option<&mut u64> {
        self.counts.get_mut(usize::from(protect.level()) - 1)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
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

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, CborError> {
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

impl Store {
    /// The key by which a site is looked up.
    pub(crate) fn site_key(&self, rp_id_hash: &[u8; 32]) -> SiteKey {
        SiteKey(self.keys.keyed_hash(&[b"site", rp_id_hash]))
    }

    /// The site with this key.
    pub(crate) fn site(&self, site: SiteKey) -> Result<Option<SiteSummary>, StoreError> {
        read(&self.db, &self.keys.rows, site)
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
}

pub(super) fn read(
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

pub(super) fn write(
    db: &Connection,
    rows: &Sealer,
    rng: &dyn Rng,
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
