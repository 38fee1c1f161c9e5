#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

use super::{CborError, Key, Reader, Type, Writer};

mod items;
mod loose;
mod properties;
mod strict;
mod writer;

/// What reading one item of any kind gives.
fn skip(input: &[u8]) -> Result<(), CborError> {
    Reader::whole(input, Reader::skip)
}

fn hex(input: &str) -> Vec<u8> {
    hex::decode(input.replace(' ', "")).unwrap()
}
