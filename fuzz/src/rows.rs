//! What the store holds, without its seal: a phone must not fall over what an older or newer version of
//! itself has written, or what somebody wrote who has the key.

use pocketkey_core::testing::Stored;

use crate::memory;

/// A row is a few kilobytes, of which nothing is kept twice but what JSON takes apart.
const LIMIT: usize = 1 << 20;

/// The first byte says what it is; the rest is the row.
pub fn run(data: &[u8]) {
    let Some((kind, row)) = data.split_first() else { return };
    let kind = Stored::ALL[usize::from(*kind) % Stored::ALL.len()];
    let Some(once) = memory::within(LIMIT, || kind.rewrite(row)) else { return };
    let twice =
        kind.rewrite(&once).unwrap_or_else(|| panic!("{kind:?}: what was written is refused"));
    assert_eq!(once, twice, "{kind:?}: what was written is read otherwise");
}
