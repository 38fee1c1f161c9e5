//! How often the store waits for the disk, counted where SQLite asks the operating system: once for
//! each makeCredential, once for each 64 assertions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::as_conversions, unsafe_code, reason = "SQLite's own interface is C")]

mod counting_vfs;

use std::{
    future::Future,
    path::PathBuf,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use ciborium::{Value, cbor};
use pocketkey_core::{
    Authenticator, Location, Source,
    platform::{
        BoxFuture, Choice, Consent, NoNetwork, Platform, Prompt, Refusal, UserVerifier,
        VerifierStatus,
    },
    software::{MonotonicClock, SoftwareKeyStore, SystemRng},
    transport::Transport,
};

const REGISTRATIONS: u64 = 20;
const SIGN_INS: u64 = 5 * 64;

/// Whoever is asked agrees.
struct Agreeable;

impl UserVerifier for Agreeable {
    fn status(&self) -> VerifierStatus {
        VerifierStatus { built_in_uv: None, uv_modality: 0, chooses_account: true }
    }

    fn ask<'a>(&'a self, _prompt: &'a Prompt) -> BoxFuture<'a, Result<Consent, Refusal>> {
        let consent = Consent { verified: false, choice: Choice::default(), authorization: None };
        Box::pin(std::future::ready(Ok(consent)))
    }
}

/// A folder that goes away with its value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("pocketkey-syncs-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(folder: &Folder) -> Authenticator {
    let platform = Platform {
        key_store: Arc::new(SoftwareKeyStore::new(&[7; 32])),
        user_verifier: Arc::new(Agreeable),
        clock: Arc::new(MonotonicClock::default()),
        rng: Arc::new(SystemRng::default()),
        courier: Arc::new(NoNetwork),
    };
    Authenticator::open(&Location::File(folder.0.join("store")), platform).unwrap()
}

fn call(authenticator: &Authenticator, command: u8, parameters: &Value) -> Value {
    let mut request = vec![command];
    ciborium::into_writer(parameters, &mut request).unwrap();
    let source = Source::new(Transport::Usb, 1);
    let answer = pin!(authenticator.begin(source).unwrap().ctap2(&request));
    let Poll::Ready(answer) = answer.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the authenticator waits for somebody");
    };
    assert_eq!(answer[0], 0, "the status of the answer");
    ciborium::from_reader(&answer[1..]).unwrap()
}

fn register(authenticator: &Authenticator, user: u64, discoverable: bool) {
    let parameters = cbor!({
        1 => Value::Bytes(vec![0xcd; 32]),
        2 => { "id" => "example.com" },
        3 => { "id" => Value::Bytes(user.to_be_bytes().to_vec()) },
        4 => [{ "alg" => -7, "type" => "public-key" }],
        7 => { "rk" => discoverable },
    });
    call(authenticator, 1, &parameters.unwrap());
}

fn sign_in(authenticator: &Authenticator) {
    let parameters = cbor!({ 1 => "example.com", 2 => Value::Bytes(vec![0xcd; 32]) });
    call(authenticator, 2, &parameters.unwrap());
}

#[test]
fn a_registration_costs_one_sync_and_64_sign_ins_cost_another() {
    counting_vfs::install();
    let folder = Folder::new();
    let authenticator = open(&folder);
    // The first write after opening begins the write-ahead log, which is not what is counted here.
    register(&authenticator, 0, true);

    let counted = |work: &dyn Fn()| {
        let before = counting_vfs::syncs();
        work();
        counting_vfs::syncs() - before
    };
    let new = counted(&|| (1..=REGISTRATIONS).for_each(|u| register(&authenticator, u, true)));
    let again = counted(&|| (1..=REGISTRATIONS).for_each(|u| register(&authenticator, u, true)));
    let wrapped = counted(&|| (1..=REGISTRATIONS).for_each(|u| register(&authenticator, u, false)));
    let sign_ins = counted(&|| (0..SIGN_INS).for_each(|_| sign_in(&authenticator)));

    // `cargo xtask bench` reads this line.
    println!(
        "syncs: {REGISTRATIONS} new accounts {new}, {REGISTRATIONS} replaced {again}, \
         {REGISTRATIONS} wrapped {wrapped}, {SIGN_INS} assertions {sign_ins}"
    );
    assert_eq!(new, REGISTRATIONS);
    assert_eq!(again, REGISTRATIONS);
    assert_eq!(wrapped, 0);
    assert_eq!(sign_ins, SIGN_INS / 64);
}
