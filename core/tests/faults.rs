//! A disk that fails at the first write or sync, at the second, and so on, in the middle of anything: what
//! was acknowledged is there, what was refused has not happened, and no attempt at the PIN is free.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::as_conversions, unsafe_code, missing_docs, reason = "SQLite's own interface is C")]

mod failing_vfs;
#[path = "../../tests/killer/mod.rs"]
#[allow(dead_code)]
mod killer;

use std::{
    future::Future,
    io,
    path::Path,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use failing_vfs::{Fault, fail_after, heal};
use killer::{Ctap, Permissions, Registration, Wire, status};
use pocketkey_core::{
    Authenticator, Location, Source,
    platform::{
        BoxFuture, Choice, Consent, NoNetwork, Platform, Prompt, Refusal, UserVerifier,
        VerifierStatus,
    },
    software::{MonotonicClock, SoftwareKeyStore, SystemRng},
    transport::Transport,
};

const PIN: &str = "1234";
const SITE: &str = "example.com";
/// No step of the scenario writes or syncs as often.
const MOST_OPERATIONS: u64 = 60;

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

#[derive(Clone)]
struct Device(Authenticator);

impl Device {
    fn open(path: &Path) -> Self {
        let platform = Platform {
            key_store: Arc::new(SoftwareKeyStore::new(&[7; 32])),
            user_verifier: Arc::new(Willing),
            clock: Arc::new(MonotonicClock::default()),
            rng: Arc::new(SystemRng::default()),
            courier: Arc::new(NoNetwork),
        };
        let location = Location::File(path.to_owned());
        Self(Authenticator::open(&location, platform).expect("the store opens"))
    }

    fn client(&self) -> Ctap<Self> {
        Ctap::new(self.clone())
    }

    fn ids(&self) -> Vec<Vec<u8>> {
        let listed = self.0.credentials().expect("the list");
        listed.into_iter().map(|credential| credential.id).collect()
    }
}

impl Wire for Device {
    fn call(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        let source = Source::new(Transport::Usb, 1);
        let transaction = self.0.begin(source).expect("nobody else is served");
        let future = pin!(transaction.ctap2(request));
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Ok(answer),
            Poll::Pending => panic!("nobody has a reason to wait"),
        }
    }
}

fn register(device: &Device, user: u8) -> Result<Vec<u8>, u8> {
    let mut client = device.client();
    let token = client.token(PIN, Permissions::MAKE_CREDENTIAL, Some(SITE)).unwrap()?;
    let (user, token) = (&[user][..], Some(&token));
    let new = Registration { rp_id: SITE, user, name: "somebody", discoverable: true, token };
    client.register(&new).unwrap()
}

/// What a step came to: its status where it was refused.
type Done = Result<(), u8>;

/// What is known before a step: the credentials of users 1 and 2, and the retries.
struct Before {
    first: Vec<u8>,
    second: Vec<u8>,
    retries: u8,
    count: u32,
}

/// Something that changes a store.
type Act = fn(&Device, &Before) -> Done;
/// What must be seen of it in another start.
type Check = fn(&Device, &Before, Done);

const STEPS: [(&str, Act, Check); 4] = [
    (
        "a registration",
        |device, _| register(device, 3).map(drop),
        |device, before, done| {
            let ids = device.ids();
            assert!(ids.contains(&before.first) && ids.contains(&before.second), "lost");
            match done {
                Ok(()) => assert_eq!(ids.len(), 3, "what was acknowledged is lost"),
                // Nobody heard of it: it may be there or not.
                _ => assert!((2..=3).contains(&ids.len())),
            }
        },
    ),
    (
        "a deletion",
        |device, before| match device.0.delete_credential(&before.second) {
            Ok(true) => Ok(()),
            _ => Err(status::OTHER),
        },
        |device, before, done| {
            let ids = device.ids();
            assert!(ids.contains(&before.first), "another credential is lost");
            assert!(done != Ok(()) || !ids.contains(&before.second), "it is back");
        },
    ),
    (
        "a wrong PIN",
        |device, _| match device.client().token("0000", 2, Some(SITE)).unwrap() {
            Ok(_) => panic!("a token for a wrong PIN"),
            Err(status::PIN_INVALID) => Ok(()),
            Err(refused) => Err(refused),
        },
        |device, before, done| {
            let retries = device.client().pin_retries().unwrap().unwrap();
            match done {
                // Called wrong: then it has cost a retry, for good.
                Ok(()) => assert_eq!(retries, before.retries - 1, "a free attempt"),
                _ => assert!((before.retries - 1..=before.retries).contains(&retries)),
            }
        },
    ),
    (
        "sign-ins",
        |device, before| {
            // More than one epoch of the counter.
            for _ in 0..70 {
                device.client().sign_in(SITE, Some(&before.first), None).unwrap()?;
            }
            Ok(())
        },
        |device, before, done| {
            let signed = device.client().sign_in(SITE, Some(&before.first), None).unwrap().unwrap();
            let least = if done == Ok(()) { before.count + 70 } else { before.count };
            assert!(signed.count > least, "the counter is {} after {least}", signed.count);
        },
    ),
];

#[test]
fn a_disk_that_fails_at_any_operation_breaks_no_promise() {
    failing_vfs::install();
    for fault in [Fault::Full, Fault::ReadOnly, Fault::Sync] {
        for (name, act, check) in STEPS {
            let mut refused = 0;
            for operations in 0..MOST_OPERATIONS {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("pocketkey.db");
                let device = Device::open(&path);
                device.client().set_pin(PIN).unwrap().unwrap();
                let first = register(&device, 1).unwrap();
                let second = register(&device, 2).unwrap();
                let retries = device.client().pin_retries().unwrap().unwrap();
                let signed = device.client().sign_in(SITE, Some(&first), None).unwrap().unwrap();
                let before = Before { first, second, retries, count: signed.count };

                fail_after(operations, fault);
                let done = act(&device, &before);
                heal();
                // The process goes on: what was refused has not happened, as far as it knows.
                if done.is_err() && name != "sign-ins" {
                    assert!(device.ids().contains(&before.second), "{fault:?}, {name}");
                }
                // And again from what is on the disk.
                drop(device);
                let acknowledged = done.is_ok();
                check(&Device::open(&path), &before, done);
                if acknowledged {
                    break;
                }
                refused += 1;
            }
            println!("{fault:?}, {name}: refused at {refused} places");
            assert!(refused > 0, "{fault:?}, {name}: no operation failed");
            assert!(refused < MOST_OPERATIONS, "{fault:?}, {name}: never done");
        }
    }
}
