//! How often one address may try what costs the server, or could be a guess. Kept in memory by each
//! instance: accounts are protected by what the database counts of each.

use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::Error;
use crate::service::ServiceError;

/// For how long attempts are counted together.
const WINDOW: Duration = Duration::from_secs(60);

/// How many addresses are remembered; beyond, those whose time is over are forgotten, and then all.
const REMEMBERED: usize = 50_000;

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trial {
    /// A password, of an administrator.
    Password,
    /// A ceremony with a security key begins, which the database keeps for a while.
    Ceremony,
    /// A secret of a link: set-up, invitation, registration.
    Link,
    /// What a phone asks without having proven which it is.
    Phone,
}

impl Trial {
    /// How many in a minute.
    const fn limit(self) -> u32 {
        match self {
            Self::Password | Self::Link => 20,
            Self::Ceremony => 60,
            Self::Phone => 120,
        }
    }
}

/// Counts attempts. Clones are the same.
#[derive(Clone, Default)]
pub struct Limits(Arc<Mutex<HashMap<(Trial, IpAddr), Count>>>);

#[derive(Debug, Clone, Copy)]
struct Count {
    since: Instant,
    attempts: u32,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Limits")
    }
}

impl Limits {
    /// Counts an attempt from `address`; where it is not known, nothing is counted.
    ///
    /// # Errors
    /// [`ServiceError::Throttled`], when it was one too many.
    pub fn count(&self, trial: Trial, address: Option<IpAddr>) -> Result<(), Error> {
        let Some(address) = address else { return Ok(()) };
        self.count_at(trial, address, Instant::now())
    }

    fn count_at(&self, trial: Trial, address: IpAddr, now: Instant) -> Result<(), Error> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= REMEMBERED {
            counts.retain(|_, count| now.duration_since(count.since) < WINDOW);
        }
        if counts.len() >= REMEMBERED {
            counts.clear();
        }
        let count = counts
            .entry((trial, neighbourhood(address)))
            .or_insert(Count { since: now, attempts: 0 });
        if now.duration_since(count.since) >= WINDOW {
            *count = Count { since: now, attempts: 0 };
        }
        count.attempts = count.attempts.saturating_add(1);
        if count.attempts > trial.limit() {
            let retry_after = WINDOW.saturating_sub(now.duration_since(count.since));
            return Err(ServiceError::Throttled { retry_after }.into());
        }
        Ok(())
    }
}

/// Who has one IPv6 address has the other 2^64 of its network too.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & (u128::MAX << 64)).into()),
        IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_may_try_so_often_in_a_minute_and_again_in_the_next() {
        let limits = Limits::default();
        let now = Instant::now();
        let attempt = |at| limits.count_at(Trial::Password, address("192.0.2.1"), at);
        for _ in 0..20 {
            attempt(now).unwrap();
        }
        assert!(attempt(now).is_err());
        assert!(attempt(now + Duration::from_secs(59)).is_err());
        attempt(now + WINDOW).unwrap();
    }

    #[test]
    fn addresses_and_trials_are_counted_apart_and_a_network_of_ipv6_together() {
        let limits = Limits::default();
        let now = Instant::now();
        for _ in 0..20 {
            limits.count_at(Trial::Link, address("2001:db8::1"), now).unwrap();
        }
        assert!(limits.count_at(Trial::Link, address("2001:db8::2"), now).is_err());
        limits.count_at(Trial::Link, address("2001:db8:0:1::1"), now).unwrap();
        limits.count_at(Trial::Password, address("2001:db8::1"), now).unwrap();
    }
}
