#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use ciborium::Value;
use proptest::{collection::vec, prelude::*};
use zeroize::Zeroizing;

use super::*;
use crate::{
    Authenticator, Location, OpenError, Source,
    algorithm::Algorithm,
    credential::CredProtect,
    platform::{KeyHandle, NoNetwork, Platform},
    software::SoftwareKeyStore,
    testing::{
        FakeClock, ScriptedUser, SeededRng,
        device::{CLIENT_DATA_HASH, Device, bytes, map, member, text},
    },
    transport::Transport,
};

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let name = format!("pocketkey-counter-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn store(&self) -> PathBuf {
        self.0.join("store")
    }

    /// What a power cut would leave of the store of `other`, which stays open.
    fn after_crash_of(other: &Self) -> Self {
        let folder = Self::new();
        for entry in fs::read_dir(&other.0).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.0.join(entry.file_name())).unwrap();
        }
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Opens a store as a phone does after a restart: with other randomness than the last time.
fn open(path: &Path) -> Device {
    let (user, clock) = (Arc::new(ScriptedUser::default()), Arc::new(FakeClock::default()));
    let mut platform = platform();
    platform.user_verifier = user.clone();
    platform.clock = clock.clone();
    let authenticator = Authenticator::open(&Location::File(path.to_owned()), platform).unwrap();
    let source = Source::new(Transport::Usb, 1);
    Device { authenticator, user, clock, source }
}

fn platform() -> Platform {
    static SEED: AtomicU32 = AtomicU32::new(0);
    Platform {
        key_store: Arc::new(SoftwareKeyStore::new(&[7; 32])),
        user_verifier: Arc::new(ScriptedUser::default()),
        clock: Arc::new(FakeClock::default()),
        rng: Arc::new(SeededRng::new(SEED.fetch_add(1, Ordering::SeqCst).into())),
        courier: Arc::new(NoNetwork),
    }
}

fn data(answer: &Value) -> &[u8] {
    member(answer, 2).unwrap().as_bytes().unwrap()
}

fn sign_count(answer: &Value) -> u32 {
    u32::from_be_bytes(data(answer)[33..37].try_into().unwrap())
}

/// Registers; gives the credential ID.
fn register(device: &Device, user: &[u8], discoverable: bool) -> Vec<u8> {
    let algorithm = map([("alg", Value::from(-7)), ("type", text("public-key"))]);
    let request = map([
        (1, bytes(&CLIENT_DATA_HASH)),
        (2, map([("id", text("example.com"))])),
        (3, map([("id", bytes(user))])),
        (4, Value::Array(vec![algorithm])),
        (7, map([("rk", Value::Bool(discoverable))])),
    ]);
    let made = device.send(0x01, request).unwrap();
    assert_eq!(sign_count(&made), 0);
    let data = data(&made);
    data[55..][..usize::from(u16::from_be_bytes([data[53], data[54]]))].to_vec()
}

/// Signs in; gives the counter.
fn sign_in(device: &Device, id: &[u8]) -> u32 {
    let descriptor = map([("id", bytes(id)), ("type", text("public-key"))]);
    let request = map([
        (1, text("example.com")),
        (2, bytes(&CLIENT_DATA_HASH)),
        (3, Value::Array(vec![descriptor])),
    ]);
    sign_count(&device.send(0x02, request).unwrap())
}

fn epoch(device: &Device) -> u32 {
    let stored = device.authenticator.with_state(|state| state.store.record(Record::Epoch));
    stored.unwrap().map_or(0, |bytes| u32::from_be_bytes(bytes.as_slice().try_into().unwrap()))
}

#[test]
fn a_counter_rises_with_every_assertion() {
    let device = Device::new();
    let ids = [(b"a", true), (b"b", false)].map(|(user, rk)| register(&device, user, rk));
    let mut last = [0, 0];
    for round in 0..300_usize {
        // Unevenly: now one credential, now the other.
        let which = usize::from(round % 7 < 3);
        let count = sign_in(&device, &ids[which]);
        assert!(count > last[which], "{count} after {}", last[which]);
        last[which] = count;
    }
}

#[test]
fn a_counter_tells_nothing_about_other_credentials_but_in_steps_of_64() {
    let device = Device::new();
    let busy = register(&device, b"busy", false);
    for _ in 0..1000 {
        sign_in(&device, &busy);
    }
    let new = register(&device, b"new", false);
    assert!(sign_in(&device, &new) <= BLOCK + 1);
}

#[test]
fn one_write_to_the_disk_pays_for_64_assertions() {
    let folder = Folder::new();
    let device = open(&folder.store());
    let ids = [b"a", b"b", b"c"].map(|user| register(&device, user, true));
    let log = folder.0.join("store-wal");
    // The log is moved into the file only at idle times: its length tells of every write.
    let length = || fs::metadata(&log).unwrap().len();
    let (first, mut writes) = (epoch(&device), Vec::new());
    for assertion in 0..200_usize {
        let before = length();
        sign_in(&device, &ids[assertion % 3]);
        if length() != before {
            writes.push(assertion);
        }
        assert_eq!(epoch(&device), first + 1 + u32::try_from(assertion / 64).unwrap());
    }
    assert_eq!(writes, [0, 64, 128, 192]);
}

#[test]
fn a_counter_rises_across_restarts() {
    let folder = Folder::new();
    let ids: [Vec<u8>; 2] = {
        let device = open(&folder.store());
        [(b"a", true), (b"b", false)].map(|(user, rk)| register(&device, user, rk))
    };
    let mut last = [0, 0];
    for restart in 0..10 {
        let device = open(&folder.store());
        for (last, id) in last.iter_mut().zip(&ids) {
            for _ in 0..restart * 9 + 1 {
                let count = sign_in(&device, id);
                assert!(count > *last, "{count} after {last}");
                *last = count;
            }
        }
        if restart % 2 == 0 {
            device.authenticator.idle().unwrap();
        }
    }
}

#[test]
fn a_crash_after_any_assertion_brings_no_value_back() {
    let folder = Folder::new();
    let device = open(&folder.store());
    let ids = [(b"a", true), (b"b", false)].map(|(user, rk)| register(&device, user, rk));
    let mut last = [0, 0];
    for assertion in 0..140_usize {
        let which = usize::from(assertion % 3 == 0);
        last[which] = sign_in(&device, &ids[which]);
        if assertion % 8 == 0 || matches!(assertion % 64, 0..2 | 62..) {
            let left = Folder::after_crash_of(&folder);
            let survivor = open(&left.store());
            for (id, last) in ids.iter().zip(last) {
                let count = sign_in(&survivor, id);
                assert!(count > last, "{count} after {last}, crash after {assertion}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Crash after crash, with assertions and registrations between them.
    #[test]
    fn crashes_in_a_row_bring_no_value_back(lives in vec((vec(0..4_usize, 0..90), any::<bool>()), 1..6)) {
        let mut folder = Folder::new();
        let mut credentials: Vec<(Vec<u8>, u32)> = Vec::new();
        for (number, (uses, discoverable)) in lives.into_iter().enumerate() {
            let device = open(&folder.store());
            let user = [u8::try_from(number).unwrap()];
            credentials.push((register(&device, &user, discoverable), 0));
            for which in uses {
                let count = credentials.len();
                let (id, last) = &mut credentials[which % count];
                let value = sign_in(&device, id);
                prop_assert!(value > *last, "{} after {}", value, last);
                *last = value;
            }
            folder = Folder::after_crash_of(&folder);
        }
    }
}

fn credential(base_epoch: u32) -> Credential {
    Credential {
        id: vec![1],
        key: KeyHandle(Vec::new()),
        algorithm: Algorithm::Es256,
        protect: CredProtect::UvOptional,
        seed: Zeroizing::new([0; 32]),
        base_epoch,
        third_party_payment: false,
        discoverable: None,
    }
}

#[test]
fn a_counter_that_is_used_up_stops_instead_of_starting_again() {
    let mut store = Store::open(&Location::Memory, &platform()).unwrap();
    store.set_record(Record::Epoch, &u32::MAX.to_be_bytes()).unwrap();
    let mut counter = Counter::load(&store).unwrap();
    assert_eq!(counter.next(&mut store, &credential(u32::MAX)), Err(Status::Other));
    // The last epoch: values beyond 32 bits are not given either.
    store.set_record(Record::Epoch, &(u32::MAX - 1).to_be_bytes()).unwrap();
    let mut counter = Counter::load(&store).unwrap();
    assert_eq!(counter.next(&mut store, &credential(0)), Err(Status::Other));
    assert_eq!(counter.next(&mut store, &credential(u32::MAX)), Ok(2));
    let mut counter = Counter { epoch: u32::MAX / BLOCK, left: BLOCK, uses: HashMap::new() };
    for use_ in 1..BLOCK {
        let expected = u32::MAX - BLOCK + 1 + use_;
        assert_eq!(counter.next(&mut store, &credential(0)), Ok(expected));
    }
    assert_eq!(counter.next(&mut store, &credential(0)), Err(Status::Other));
}

#[test]
fn a_credential_from_an_epoch_that_has_not_come_yet_signs_nothing() {
    let mut store = Store::open(&Location::Memory, &platform()).unwrap();
    let mut counter = Counter::load(&store).unwrap();
    assert_eq!(counter.next(&mut store, &credential(2)), Err(Status::Other));
}

#[test]
fn an_epoch_that_is_damaged_is_not_taken_for_none() {
    let folder = Folder::new();
    {
        let mut store = Store::open(&Location::File(folder.store()), &platform()).unwrap();
        store.set_record(Record::Epoch, &[0, 0, 1]).unwrap();
        let result = Counter::load(&store).map(drop);
        assert!(matches!(result, Err(StoreError::Damaged { table: "record" })));
    }
    let result = Authenticator::open(&Location::File(folder.store()), platform());
    assert!(matches!(result.map(drop), Err(OpenError::Store(StoreError::Damaged { .. }))));
}
