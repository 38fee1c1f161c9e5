//! Which refusals are logged. Whoever is refused can come again at no cost: nobody may fill the log,
//! or hide in it what matters.

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::model::{KeyId, Timestamp};

/// For how long refusals are counted together, in seconds.
const WINDOW: i64 = 60 * 60;

/// How many are logged in that time, of one key or of all that no key is known of.
const LOGGED: u32 = 20;

/// How many keys are counted apart; those beyond are counted with what is not known.
const KEYS: usize = 4096;

/// Counts refusals, of this instance.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<HashMap<Option<KeyId>, Count>>);

#[derive(Debug)]
struct Count {
    since: Timestamp,
    logged: u32,
    silent: u64,
}

impl Refusals {
    /// Whether a refusal is to be logged, and how many before it were not.
    pub(super) fn admit(&self, key: Option<KeyId>, now: Timestamp) -> Option<u64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KEYS {
            // Those with something untold are kept: it is told with the next one.
            counts.retain(|_, count| !count.is_over(now) || count.silent > 0);
        }
        let key = key.filter(|_| counts.len() < KEYS || counts.contains_key(&key));
        let count = counts.entry(key).or_insert(Count { since: now, logged: 0, silent: 0 });
        if count.is_over(now) {
            (count.since, count.logged) = (now, 0);
        }
        if count.logged >= LOGGED {
            count.silent = count.silent.saturating_add(1);
            return None;
        }
        count.logged += 1;
        Some(std::mem::take(&mut count.silent))
    }
}

impl Count {
    fn is_over(&self, now: Timestamp) -> bool {
        self.since.plus_seconds(WINDOW) <= now
    }
}
