#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]
use std::sync::Arc;

use proptest::{collection::vec, prelude::*};
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey};

use super::*;
use crate::{
    algorithm::Algorithm,
    platform::{KeyHandle, KeyRole, KeyStore, KeyStoreError, PublicKey},
    testing::SeededRng,
};

fn store() -> SoftwareKeyStore {
    SoftwareKeyStore::new(&[7; 32])
}

fn verify(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let result = match key.algorithm {
        Algorithm::Es256 => {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &key.bytes).verify(message, signature)
        }
        Algorithm::EdDsa => UnparsedPublicKey::new(&ED25519, &key.bytes).verify(message, signature),
    };
    result.is_ok()
}

#[test]
fn a_given_source_of_randomness_makes_the_same_keys_again() {
    let store = || store().with_rng(Arc::new(SeededRng::new(3)));
    let made = [store(), store()]
        .map(|store| store.generate(Algorithm::EdDsa, KeyRole::Credential).unwrap());
    assert_eq!(made[0], made[1]);
    let sealed = [store(), store()].map(|store| store.wrap(b"secret").unwrap());
    assert_eq!(sealed[0], sealed[1]);
    let (handle, public) = &made[0];
    assert!(verify(public, b"message", &store().sign(handle, b"message", None).unwrap()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn signatures_verify_in_the_form_that_webauthn_wants(message in vec(any::<u8>(), 0..200)) {
        for algorithm in Algorithm::ALL {
            let (handle, public) = store().generate(*algorithm, KeyRole::Credential).unwrap();
            // Another instance, as after a restart.
            let signature = store().sign(&handle, &message, None).unwrap();
            prop_assert!(verify(&public, &message, &signature));
            let other = [message.as_slice(), &[0]].concat();
            prop_assert!(!verify(&public, &other, &signature));
        }
    }
}

#[test]
fn public_keys_are_raw_and_never_the_same() {
    for (algorithm, length) in [(Algorithm::Es256, 65), (Algorithm::EdDsa, 32)] {
        let (_, first) = store().generate(algorithm, KeyRole::Credential).unwrap();
        let (_, second) = store().generate(algorithm, KeyRole::Credential).unwrap();
        assert_eq!((first.algorithm, first.bytes.len()), (algorithm, length));
        assert_ne!(first, second);
    }
}

#[test]
fn a_handle_of_another_root_key_is_unknown() {
    for algorithm in Algorithm::ALL {
        let (handle, _) =
            SoftwareKeyStore::new(&[8; 32]).generate(*algorithm, KeyRole::Credential).unwrap();
        assert_eq!(store().sign(&handle, b"message", None), Err(KeyStoreError::UnknownKey));
    }
}

#[test]
fn a_handle_that_was_changed_anywhere_is_unknown() {
    for algorithm in Algorithm::ALL {
        let (KeyHandle(handle), _) = store().generate(*algorithm, KeyRole::Credential).unwrap();
        let sign = |handle: &[u8]| store().sign(&KeyHandle(handle.to_vec()), b"message", None);
        assert!(sign(&handle).is_ok());
        for place in 0..handle.len() {
            // The first byte names the algorithm: 1 and 2 differ in two bits.
            for change in [0x01, 0x03, 0x80] {
                let mut wrong = handle.clone();
                wrong[place] ^= change;
                assert_eq!(sign(&wrong), Err(KeyStoreError::UnknownKey), "byte {place}");
            }
            assert_eq!(sign(&handle[..place]), Err(KeyStoreError::UnknownKey), "{place} bytes");
        }
    }
}

#[test]
fn a_wrapped_secret_opens_under_the_same_root_key_only() {
    let wrapped = store().wrap(b"secret").unwrap();
    assert_eq!(store().unwrap(&wrapped).unwrap().as_slice(), b"secret");
    let other = SoftwareKeyStore::new(&[8; 32]).unwrap(&wrapped);
    assert_eq!(other, Err(KeyStoreError::UnknownKey));
    assert_ne!(store().wrap(b"secret").unwrap(), wrapped);
    for place in 0..wrapped.len() {
        let mut wrong = wrapped.clone();
        wrong[place] ^= 1;
        assert_eq!(store().unwrap(&wrong), Err(KeyStoreError::UnknownKey), "byte {place}");
        let cut = store().unwrap(&wrapped[..place]);
        assert_eq!(cut, Err(KeyStoreError::UnknownKey), "{place} bytes");
    }
}

#[test]
fn a_key_handle_is_no_wrapped_secret() {
    let (KeyHandle(handle), _) = store().generate(Algorithm::EdDsa, KeyRole::Credential).unwrap();
    assert_eq!(store().unwrap(&handle), Err(KeyStoreError::UnknownKey));
    assert_eq!(store().unwrap(&handle[1..]), Err(KeyStoreError::UnknownKey));
}

#[test]
fn nothing_secret_is_shown() {
    assert_eq!(format!("{:?}", store()), "SoftwareKeyStore");
    let (handle, _) = store().generate(Algorithm::Es256, KeyRole::Credential).unwrap();
    assert_eq!(format!("{handle:?}"), format!("KeyHandle({} bytes)", handle.0.len()));
}

#[test]
fn keys_are_said_to_be_protected_by_software_alone() {
    assert_eq!(store().key_protection(), ["software"]);
    assert!(store().attestation().is_none());
}

#[test]
fn the_clock_never_goes_back_and_chance_does_not_repeat() {
    let clock = MonotonicClock::default();
    let times: Vec<_> = (0..1000).map(|_| clock.now()).collect();
    assert!(times.is_sorted());
    let rng = SystemRng::default();
    let [first, second] = [(); 2].map(|()| {
        let mut bytes = [0; 32];
        crate::platform::Rng::fill(&rng, &mut bytes).unwrap();
        bytes
    });
    assert_ne!(first, second);
    assert_ne!(first, [0; 32]);
}
