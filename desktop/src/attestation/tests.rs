#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use pocketkey_core::software::SoftwareKeyStore;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

use super::*;
use crate::testing::Folder;

fn keys(byte: u8) -> SoftwareKeyStore {
    SoftwareKeyStore::new(&[byte; 32])
}

fn load(folder: &Folder, keys: &SoftwareKeyStore) -> Result<Attestation, AttestationError> {
    Attestation::load_or_create(folder.path(), keys, vec!["example.com".to_owned()])
}

#[test]
fn the_keys_are_made_once() {
    let folder = Folder::new();
    let (first, second) = (load(&folder, &keys(1)).unwrap(), load(&folder, &keys(1)).unwrap());
    for kind in [AttestationKind::Basic, AttestationKind::Enterprise] {
        assert_eq!(first.chain(kind), second.chain(kind));
        assert_eq!(first.chain(kind).unwrap().len(), 2);
    }
    assert_ne!(first.chain(AttestationKind::Basic), first.chain(AttestationKind::Enterprise));
    assert_eq!(first.enterprise_rp_ids(), ["example.com"]);
}

#[test]
fn each_key_signs_for_its_certificate() {
    let folder = Folder::new();
    let attestation = load(&folder, &keys(1)).unwrap();
    for kind in [AttestationKind::Basic, AttestationKind::Enterprise] {
        let leaf = attestation.chain(kind).unwrap().swap_remove(0);
        let signature = attestation.sign(kind, b"message").unwrap();
        // The point stands in the certificate as it is.
        let point = leaf.windows(65).filter(|point| point[0] == 4).any(|point| {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
                .verify(b"message", &signature)
                .is_ok()
        });
        assert!(point, "{kind:?}");
        assert!(leaf.windows(16).any(|part| part == AAGUID), "{kind:?}");
    }
}

#[test]
fn another_phone_cannot_use_them() {
    let folder = Folder::new();
    load(&folder, &keys(1)).unwrap();
    assert!(matches!(load(&folder, &keys(2)), Err(AttestationError::Unusable(_))));
}

#[test]
fn a_damaged_file_is_refused_and_left_alone() {
    let folder = Folder::new();
    let path = folder.path().join("attestation.json");
    for text in ["", "{}", "[]", r#"{"basic":{"key":"00","chain":[]},"enterprise":{}}"#] {
        fs::write(&path, text).unwrap();
        assert!(matches!(load(&folder, &keys(1)), Err(AttestationError::Unusable(_))), "{text}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}
