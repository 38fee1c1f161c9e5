//! What is left in a process's memory of PINs and keys: after a PIN was set and entered and a signature
//! made, and after the authenticator was closed.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[path = "../../tests/killer/mod.rs"]
#[allow(dead_code)]
mod killer;
#[path = "../../tests/memory/mod.rs"]
mod memory;

use std::{
    future::Future,
    path::PathBuf,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use pocketkey_core::{
    Authenticator, Location, Source,
    algorithm::Algorithm,
    platform::{
        Authorization, BoxFuture, Choice, Consent, KeyHandle, KeyRole, KeyStore, KeyStoreError,
        NoNetwork, Platform, Prompt, PublicKey, Refusal, UserVerifier, VerifierStatus,
    },
    software::{MonotonicClock, SoftwareKeyStore, SystemRng},
    transport::Transport,
};
use zeroize::Zeroizing;

/// Somebody who agrees to everything.
struct Willing;

impl UserVerifier for Willing {
    fn status(&self) -> VerifierStatus {
        VerifierStatus { built_in_uv: None, uv_modality: 0, chooses_account: false }
    }

    fn ask<'a>(&'a self, _: &'a Prompt) -> BoxFuture<'a, Result<Consent, Refusal>> {
        let consent = Consent { verified: false, choice: Choice::default(), authorization: None };
        Box::pin(async { Ok(consent) })
    }
}

/// The software's keys, whose handles are told.
struct Telling(SoftwareKeyStore);

impl KeyStore for Telling {
    fn algorithms(&self) -> &[Algorithm] {
        self.0.algorithms()
    }

    fn generate(
        &self,
        algorithm: Algorithm,
        role: KeyRole,
    ) -> Result<(KeyHandle, PublicKey), KeyStoreError> {
        self.0.generate(algorithm, role).inspect(|(handle, _)| memory::tell_handle(&handle.0))
    }

    fn sign(
        &self,
        handle: &KeyHandle,
        message: &[u8],
        authorization: Option<&Authorization>,
    ) -> Result<Vec<u8>, KeyStoreError> {
        self.0.sign(handle, message, authorization)
    }

    fn delete(&self, handle: &KeyHandle) -> Result<(), KeyStoreError> {
        self.0.delete(handle)
    }

    fn wrap(&self, secret: &[u8]) -> Result<Vec<u8>, KeyStoreError> {
        self.0.wrap(secret)
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
        self.0.unwrap(wrapped)
    }

    fn key_protection(&self) -> &[&'static str] {
        self.0.key_protection()
    }
}

fn open(masked: Vec<u8>, store: String) -> Authenticator {
    let mut root = Zeroizing::new([0; 32]);
    root.copy_from_slice(&masked);
    memory::mask(root.as_mut());
    let platform = Platform {
        key_store: Arc::new(Telling(SoftwareKeyStore::new(&root))),
        user_verifier: Arc::new(Willing),
        clock: Arc::new(MonotonicClock::default()),
        rng: Arc::new(SystemRng::default()),
        courier: Arc::new(NoNetwork),
    };
    Authenticator::open(&Location::File(PathBuf::from(store)), platform).expect("it opens")
}

#[test]
fn child() {
    let Some((masked, store)) = memory::started() else { return };
    let mut authenticator = Some(open(masked, store));
    memory::serve(|request| {
        let Some(request) = request else {
            authenticator = None;
            return Vec::new();
        };
        let open = authenticator.as_ref().expect("it is open");
        let transaction = open.begin(Source::new(Transport::Usb, 1)).unwrap();
        let future = pin!(transaction.ctap2(request));
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer,
            Poll::Pending => panic!("nobody has a reason to wait"),
        }
    });
}

#[test]
fn no_pin_and_no_key_stays_in_memory() {
    memory::nothing_is_left("child");
}
