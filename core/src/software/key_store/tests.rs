#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey};

use super::*;

const ROOT: [u8; 32] = [7; 32];

#[test]
fn a_new_key_signs_for_its_public_key() {
    let store = SoftwareKeyStore::new(&ROOT);
    for algorithm in Algorithm::ALL {
        let (handle, public) = store.generate(*algorithm, KeyRole::Credential).unwrap();
        let signature = store.sign(&handle, b"message", None).unwrap();
        let verified = match algorithm {
            Algorithm::Es256 => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &public.bytes)
                .verify(b"message", &signature),
            Algorithm::EdDsa => {
                UnparsedPublicKey::new(&ED25519, &public.bytes).verify(b"message", &signature)
            }
        };
        assert!(verified.is_ok(), "{algorithm:?}");
    }
}

#[test]
fn two_keys_are_never_alike() {
    let store = SoftwareKeyStore::new(&ROOT);
    for algorithm in Algorithm::ALL {
        let first = store.generate(*algorithm, KeyRole::Credential).unwrap();
        let second = store.generate(*algorithm, KeyRole::Credential).unwrap();
        assert_ne!(first.0, second.0);
        assert_ne!(first.1, second.1);
    }
}

#[test]
fn another_root_key_opens_nothing() {
    let (handle, _) =
        SoftwareKeyStore::new(&ROOT).generate(Algorithm::Es256, KeyRole::Credential).unwrap();
    let other = SoftwareKeyStore::new(&[8; 32]);
    assert_eq!(other.sign(&handle, b"message", None), Err(KeyStoreError::UnknownKey));
}
