//! Signature counters (WebAuthn §6.1.1): one for each credential, never going back, without a disk
//! sync for each login.
//!
//! A counter's value is `(epoch − base) × 64 + uses`: `epoch` is a number that the store holds and
//! that is raised, durably, before the first of each 64 assertions; `base` is its value when the
//! credential was made; `uses` counts the assertions of this credential in this epoch. A new epoch
//! is above all that an earlier one can have given, so that a crash only skips values. Nothing is
//! stored for a credential, which is why wrapped ones count too.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::{
    credential::Credential,
    ctap::status::Status,
    store::{Record, Store, StoreError},
};

/// How many assertions one durable step pays for.
const BLOCK: u32 = 64;

/// Hands out counter values.
#[derive(Debug)]
pub(crate) struct Counter {
    /// The last epoch that was reserved.
    epoch: u32,
    /// Assertions left in it.
    left: u32,
    /// Uses in this epoch, by credential ID: at most [`BLOCK`] entries.
    uses: HashMap<Vec<u8>, u32>,
}

impl Counter {
    /// Goes on after what the store remembers. What was left of that epoch is skipped.
    pub(crate) fn load(store: &Store) -> Result<Self, StoreError> {
        let damaged = StoreError::Damaged { table: "record" };
        let bytes = store.record(Record::Epoch)?;
        let bytes = bytes.and_then(|bytes| <[u8; 4]>::try_from(bytes.as_slice()).ok());
        let epoch = u32::from_be_bytes(bytes.ok_or(damaged)?);
        Ok(Self { epoch, left: 0, uses: HashMap::new() })
    }

    /// The counter of a store in factory state.
    pub(crate) fn new() -> Self {
        Self { epoch: 0, left: 0, uses: HashMap::new() }
    }

    /// The base of a credential that is made now.
    pub(crate) const fn base(&self) -> u32 {
        self.epoch
    }

    /// The next value for a credential; above every value that it was given before.
    pub(crate) fn next(
        &mut self,
        store: &mut Store,
        credential: &Credential,
    ) -> Result<u32, Status> {
        if self.left == 0 {
            let epoch = self.epoch.checked_add(1).ok_or(Status::Other)?;
            store.set_record(Record::Epoch, &epoch.to_be_bytes())?;
            *self = Self { epoch, left: BLOCK, uses: HashMap::new() };
        }
        self.left -= 1;
        let uses = self.uses.entry(credential.id.clone()).or_default();
        *uses += 1;
        self.epoch
            .checked_sub(credential.base_epoch)
            .and_then(|epochs| epochs.checked_mul(BLOCK))
            .and_then(|value| value.checked_add(*uses))
            .ok_or(Status::Other)
    }
}
