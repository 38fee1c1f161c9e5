//! Retries survive whatever happens around a comparison.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use ciborium::Value;

use super::*;
use crate::{
    Authenticator, Location, Source,
    ctap::status::Status,
    platform::{NoNetwork, Platform, Refusal, Rng, RngError},
    software::SoftwareKeyStore,
    testing::{
        FakeClock, Reaction, ScriptedUser, SeededRng,
        device::{map, number},
    },
    transport::Transport,
};

/// A folder of its own for a test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let name = format!("pocketkey-client-pin-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn store(&self) -> PathBuf {
        self.0.join("store")
    }

    /// What a cut of power would leave: the file and its log as they are now.
    fn crashed(&self) -> Device {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let copy = self.0.join(format!("copy-{}", NUMBER.fetch_add(1, Ordering::SeqCst)));
        let log = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
        fs::copy(self.store(), &copy).unwrap();
        fs::copy(log(&self.store()), log(&copy)).unwrap();
        open(&copy)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(path: &Path) -> Device {
    let location = Location::File(path.to_owned());
    Device::open(&location, Arc::new(SoftwareKeyStore::new(&[7; 32])))
}

#[test]
fn each_miss_is_in_the_file_before_the_answer() {
    let folder = Folder::new();
    let device = open(&folder.store());
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();
    for left in (0..8).rev() {
        device.authenticator.power_cycle();
        client.get_pin_token(WRONG).unwrap_err();
        assert_eq!(folder.crashed().pin_client(2).pin_retries(), Ok(left));
    }
    assert_eq!(folder.crashed().pin_client(2).get_pin_token(PIN), Err(Status::PinBlocked));
}

#[test]
fn closing_and_opening_again_gives_no_retry_back() {
    let folder = Folder::new();
    open(&folder.store()).pin_client(1).set_pin(PIN).unwrap();
    for left in (0..8).rev() {
        let device = open(&folder.store());
        let client = device.pin_client(1);
        let expected = if left == 0 { Status::PinBlocked } else { Status::PinInvalid };
        assert_eq!(client.get_pin_token(WRONG), Err(expected));
        assert_eq!(client.pin_retries(), Ok(left));
    }
    let device = open(&folder.store());
    let client = device.pin_client(1);
    assert_eq!(client.get_pin_token(PIN), Err(Status::PinBlocked));
    device.raw(&[7]).unwrap();
    client.set_pin("5678").unwrap();
    drop(device);
    open(&folder.store()).pin_client(2).get_pin_token("5678").unwrap();
}

#[test]
fn failed_verification_is_in_the_file_too() {
    let folder = Folder::new();
    let device = open(&folder.store());
    device.user.set_built_in_uv(Some(true));
    for left in (0..5).rev() {
        device.user.then(Reaction::Refuse(Refusal::NotVerified));
        device.pin_client(2).token_using_uv(MC, None).unwrap_err();
        let after = folder.crashed();
        after.user.set_built_in_uv(Some(true));
        let answer = after.send(6, map([(2, Value::from(7))])).unwrap();
        assert_eq!(number(&answer, 5), Some(left));
    }
}

#[test]
fn the_persistent_token_and_a_forced_change_are_in_the_file() {
    let folder = Folder::new();
    let device = open(&folder.store());
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();
    let persistent = client.token_using_pin(PIN, PCMR, None).unwrap();
    let token = client.token_using_pin(PIN, ACFG, None).unwrap();
    client.config(&token, 3, map([(3, Value::from(true))])).unwrap();
    let after = folder.crashed();
    after.pin_client(1).manage(&persistent, 1, Value::Null).unwrap();
    assert_eq!(after.pin_client(2).get_pin_token(PIN), Err(Status::PinInvalid));
    assert_eq!(after.pin_client(2).pin_retries(), Ok(8));
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Fail,
    Panic,
}

/// Randomness that is lost after a number of calls. Every write needs some, and so do the token and
/// its encryption: this stops an attempt at each point.
#[derive(Default)]
struct Faulty {
    rng: SeededRng,
    after: Mutex<Option<(u32, Fault)>>,
}

impl Faulty {
    fn after(&self) -> MutexGuard<'_, Option<(u32, Fault)>> {
        // A panic of ours has poisoned it; the value is whole.
        self.after.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rng for Faulty {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RngError> {
        match &mut *self.after() {
            Some((0, Fault::Fail)) => return Err(RngError),
            Some((0, Fault::Panic)) => panic!("the power is cut here"),
            Some((left, _)) => *left -= 1,
            None => {}
        }
        self.rng.fill(buffer)
    }
}

/// One attempt whose randomness ends after `calls`; then the retries, in memory and in the file.
fn attempt(pin: &str, calls: u32, fault: Fault) -> (Option<Result<(), Status>>, i128) {
    let folder = Folder::new();
    let rng = Arc::new(Faulty::default());
    let user = Arc::new(ScriptedUser::default());
    let clock = Arc::new(FakeClock::default());
    let platform = Platform {
        key_store: Arc::new(SoftwareKeyStore::new(&[7; 32])),
        user_verifier: user.clone(),
        clock: clock.clone(),
        rng: rng.clone(),
        courier: Arc::new(NoNetwork),
    };
    let location = Location::File(folder.store());
    let authenticator = Authenticator::open(&location, platform).unwrap();
    let source = Source::new(Transport::Usb, 1);
    let device = Device { authenticator, user, clock, source };
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();

    let session = client.session();
    *rng.after() = Some((calls, fault));
    let result = catch_unwind(AssertUnwindSafe(|| {
        client.token_in(&session, pin, Value::from(MC)).map(drop)
    }));
    *rng.after() = None;
    let retries = client.pin_retries().unwrap();
    assert_eq!(folder.crashed().pin_client(2).pin_retries(), Ok(retries), "file and memory");
    // And it goes on working.
    client.get_pin_token(PIN).unwrap();
    (result.ok(), retries)
}

#[test]
fn no_interruption_gives_an_attempt_for_nothing() {
    for fault in [Fault::Fail, Fault::Panic] {
        // Before the count is durable nothing has been compared: right and wrong look the same.
        let nothing = attempt(PIN, 0, fault);
        assert_eq!(nothing, attempt(WRONG, 0, fault));
        assert_eq!(nothing.1, 8);
        assert_eq!(nothing.0, (fault == Fault::Fail).then_some(Err(Status::Other)));
        // From there on a right PIN gets nothing either, until its success is durable too.
        let (result, retries) = attempt(PIN, 1, fault);
        assert_eq!(retries, 7);
        assert_ne!(result, Some(Ok(())));
        assert_eq!(attempt(WRONG, 1, fault), (Some(Err(Status::PinInvalid)), 7));
        for calls in [2, 3] {
            let (result, retries) = attempt(PIN, calls, fault);
            assert_eq!(retries, 8);
            assert_ne!(result, Some(Ok(())));
        }
        assert_eq!(attempt(PIN, 4, fault), (Some(Ok(())), 8));
    }
}
