#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

mod answers;
mod kinds;
mod pictures;
mod rates;

use zeroize::Zeroizing;

use crate::{
    crypto::sha256,
    protocol::{ActivationLink, Digest, Ticket, WorkspaceKey},
};

/// A link like no other.
fn link(number: u8, pinned: bool) -> ActivationLink {
    ActivationLink {
        origin: "https://keys.example.org".to_owned(),
        ticket: Ticket(Zeroizing::new(sha256(&[number]))),
        key: WorkspaceKey(sha256(&[number, 1])),
        pin: pinned.then(|| Digest(sha256(&[number, 2]))),
    }
}
