//! What makes the log a chain.
//!
//! An entry's hash is SHA-256 over `"pocketkey event"`, the hash of the entry before it, and its
//! content, each part with its length in bytes (8 bytes, big-endian) before it, so that no two
//! contents read the same; of a part that may be missing, one byte 0 or 1 says which. What the
//! first entry is chained to comes from the workspace's identifier. The signature is Ed25519 over
//! `"pocketkey event signature"`, a zero byte and the hash: no message to a phone begins like that.

use pocketkey_core::protocol::WorkspaceKey;
use ring::{
    digest::{Context, SHA256},
    signature::{ED25519, UnparsedPublicKey},
};

use super::Entry;
use crate::service::Signer;

/// What the first entry is chained to.
pub(super) fn first(workspace: &str) -> Vec<u8> {
    let mut content = Content::new("pocketkey log");
    content.text(workspace);
    content.hash()
}

pub(super) fn hash(previous: &[u8], entry: &Entry) -> Vec<u8> {
    let mut content = Content::new("pocketkey event");
    content.bytes(previous);
    content.bytes(&entry.sequence.to_be_bytes());
    content.bytes(&entry.at.0.to_be_bytes());
    for text in &entry.texts {
        content.text(text);
    }
    for text in [&entry.user, &entry.key] {
        match text {
            Some(text) => {
                content.bytes(&[1]);
                content.text(text);
            }
            None => content.bytes(&[0]),
        }
    }
    content.text(&entry.details);
    content.hash()
}

pub(super) fn sign(signer: &Signer, hash: &[u8]) -> Vec<u8> {
    signer.sign(&signed(hash))
}

pub(super) fn is_signed(key: &WorkspaceKey, hash: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, &key.0).verify(&signed(hash), signature).is_ok()
}

fn signed(hash: &[u8]) -> Vec<u8> {
    [b"pocketkey event signature\0", hash].concat()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is hashed.
struct Content(Context);

impl Content {
    /// `what` tells it from everything else that is hashed.
    fn new(what: &str) -> Self {
        let mut content = Self(Context::new(&SHA256));
        content.text(what);
        content
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.update(bytes);
    }

    fn hash(self) -> Vec<u8> {
        self.0.finish().as_ref().to_vec()
    }
}
