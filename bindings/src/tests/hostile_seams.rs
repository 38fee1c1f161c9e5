//! A clock and a source of randomness that fail, block, call back, or close the authenticator.

use std::{
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
};

use super::{hostile_person::wait_until, people::*};
use crate::{
    Authenticator, CallError, Clock, ForeignError, NfcCard, OpenError, OwnerError, Place,
    RandomSource, Seams, task::block_on,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Throws,
    Panics,
    /// Gives what nobody asked for.
    Nonsense,
    Blocks,
    CallsBack,
    Closes,
}

/// What a bad clock and a bad source of randomness have in common.
struct Bad {
    fault: Mutex<Fault>,
    gate: Gate,
    authenticator: Mutex<Weak<Authenticator>>,
    calls: AtomicU64,
}

impl Bad {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            fault: Mutex::new(Fault::None),
            gate: Gate::default(),
            authenticator: Mutex::default(),
            calls: AtomicU64::new(1),
        })
    }

    fn becomes(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    /// Whether nonsense is to be given.
    fn misbehave(&self) -> Result<bool, ForeignError> {
        let fault = *self.fault.lock().unwrap();
        let authenticator = || self.authenticator.lock().unwrap().upgrade();
        match fault {
            Fault::None => {}
            Fault::Throws => {
                return Err(ForeignError::Failed { reason: "IOException".to_owned() });
            }
            Fault::Panics => panic!("a hostile implementation"),
            Fault::Nonsense => return Ok(true),
            Fault::Blocks => self.gate.pass(),
            Fault::CallsBack => {
                if let Some(authenticator) = authenticator() {
                    // Whatever these answer: they return.
                    self.becomes(Fault::None);
                    let _ = authenticator.status();
                    let _ = authenticator.cancel(None);
                    let _ = authenticator.power_cycle(None);
                    let _ = now(authenticator.ctap2(77, CLIENT, GET_INFO.to_vec()));
                    self.becomes(Fault::CallsBack);
                }
            }
            Fault::Closes => {
                if let Some(authenticator) = authenticator() {
                    let _ = authenticator.close();
                }
            }
        }
        Ok(false)
    }
}

struct BadClock(Arc<Bad>);

impl Clock for BadClock {
    fn now_ms(&self) -> Result<u64, ForeignError> {
        let call = self.0.calls.fetch_add(1, Ordering::SeqCst);
        // One that jumps to and fro.
        Ok(if self.0.misbehave()? { u64::MAX / (call % 3 + 1) } else { 0 })
    }

    fn unix_time(&self) -> Result<u64, ForeignError> {
        Ok(if self.0.misbehave()? { u64::MAX } else { 2_000_000_000 })
    }
}

struct BadRandom(Arc<Bad>);

impl RandomSource for BadRandom {
    fn fill(&self, length: u32) -> Result<Vec<u8>, ForeignError> {
        let call = self.0.calls.fetch_add(1, Ordering::SeqCst);
        let length = usize::try_from(length).unwrap();
        let length = if self.0.misbehave()? { length + 1 } else { length };
        Ok(call.to_be_bytes().repeat(length / 8 + 1)[..length].to_vec())
    }
}

fn clocked(bad: &Arc<Bad>) -> Seams {
    Seams { clock: Some(Arc::new(BadClock(Arc::clone(bad)))), ..Seams::default() }
}

fn random(bad: &Arc<Bad>) -> Seams {
    Seams { random: Some(Arc::new(BadRandom(Arc::clone(bad)))), ..Seams::default() }
}

fn open_on(bad: &Bad, seams: Seams) -> Result<(Arc<Authenticator>, Arc<Somebody>), OpenError> {
    let somebody = Somebody::who(Manner::Agrees);
    let authenticator =
        Authenticator::open(Place::Memory, keys(), somebody.clone(), STATUS, None, seams)?;
    *somebody.authenticator.lock().unwrap() = Arc::downgrade(&authenticator);
    *bad.authenticator.lock().unwrap() = Arc::downgrade(&authenticator);
    Ok((authenticator, somebody))
}

/// makeCredential, which asks for the time and for randomness.
fn register(authenticator: &Arc<Authenticator>, user: u8) -> Option<u8> {
    let mut request = creation();
    request.user.id = vec![user];
    match now(Arc::clone(authenticator).make_credential(user.into(), CLIENT, request)) {
        Ok(_) => Some(0),
        Err(crate::RequestError::Refused { status, .. }) => Some(status),
        Err(crate::RequestError::Closed) => None,
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_clock_that_fails_or_jumps_stops_nothing() {
    for (fault, status) in [
        (Fault::Throws, 0),
        (Fault::Panics, 0),
        (Fault::Nonsense, 0),
        // It has cancelled the request: KEEPALIVE_CANCEL.
        (Fault::CallsBack, 0x2d),
    ] {
        let bad = Bad::new();
        let (authenticator, somebody) = open_on(&bad, clocked(&bad)).unwrap();
        bad.becomes(fault);
        assert_eq!(register(&authenticator, 1), Some(status), "{fault:?}");
        bad.becomes(Fault::None);
        assert_eq!(register(&authenticator, 2), Some(0));
        drop(authenticator);
        assert_eq!((Arc::strong_count(&bad), Arc::strong_count(&somebody)), (1, 1));
    }
}

/// The tap is noted with its time: the clock is asked with nothing locked that it could want.
#[test]
fn a_clock_that_calls_back_when_the_phone_is_put_on_a_reader_deadlocks_nobody() {
    let bad = Bad::new();
    let (authenticator, _) = open_on(&bad, clocked(&bad)).unwrap();
    let card = NfcCard::new(Arc::clone(&authenticator));
    bad.becomes(Fault::CallsBack);
    let activation = std::thread::spawn(move || card.activate());
    wait_until(|| activation.is_finished());
    assert_eq!(activation.join().unwrap(), Ok(()));
}

#[test]
fn randomness_that_fails_makes_no_credential_and_is_over_with_its_request() {
    for fault in [Fault::Throws, Fault::Panics, Fault::Nonsense] {
        let bad = Bad::new();
        let (authenticator, somebody) = open_on(&bad, random(&bad)).unwrap();
        assert_eq!(register(&authenticator, 1), Some(0));
        bad.becomes(fault);
        assert_eq!(register(&authenticator, 2), Some(0x7f), "{fault:?}");
        assert_eq!(authenticator.credentials().unwrap().len(), 1);
        bad.becomes(Fault::None);
        assert_eq!(register(&authenticator, 2), Some(0));
        drop(authenticator);
        assert_eq!((Arc::strong_count(&bad), Arc::strong_count(&somebody)), (1, 1));
    }
}

#[test]
fn nothing_is_opened_without_randomness() {
    for fault in [Fault::Throws, Fault::Panics, Fault::Nonsense] {
        let bad = Bad::new();
        bad.becomes(fault);
        let opened = open_on(&bad, random(&bad)).map(drop);
        assert!(matches!(opened, Err(OpenError::KeyStore { .. })), "{opened:?}");
        assert_eq!(Arc::strong_count(&bad), 1);
    }
}

fn blocked(
    authenticator: &Arc<Authenticator>,
    bad: &Bad,
) -> JoinHandle<Result<Vec<u8>, CallError>> {
    bad.becomes(Fault::Blocks);
    let theirs = Arc::clone(authenticator);
    let call = std::thread::spawn(move || block_on(theirs.ctap2(1, CLIENT, GET_INFO.to_vec())));
    wait_until(|| bad.gate.has_somebody());
    call
}

#[test]
fn a_clock_that_blocks_holds_up_its_own_request_and_nothing_else() {
    let bad = Bad::new();
    let (authenticator, somebody) = open_on(&bad, clocked(&bad)).unwrap();
    let call = blocked(&authenticator, &bad);
    assert_eq!(authenticator.status(), Err(OwnerError::Busy));
    assert!(authenticator.cancel(Some(1)).is_ok());
    assert_eq!(authenticator.close(), Ok(()));
    bad.gate.open();
    assert_eq!(call.join().unwrap(), Err(CallError::Closed));
    drop(authenticator);
    assert_eq!((Arc::strong_count(&bad), Arc::strong_count(&somebody)), (1, 1));
}

#[test]
fn randomness_that_blocks_holds_up_its_own_request_and_nothing_else() {
    let bad = Bad::new();
    let (authenticator, _) = open_on(&bad, random(&bad)).unwrap();
    bad.becomes(Fault::Blocks);
    let theirs = Arc::clone(&authenticator);
    let call = std::thread::spawn(move || register(&theirs, 1));
    wait_until(|| bad.gate.has_somebody());
    assert_eq!(authenticator.status(), Err(OwnerError::Busy));
    assert_eq!(authenticator.close(), Ok(()));
    bad.gate.open();
    assert_eq!(call.join().unwrap(), None, "closed meanwhile");
    drop(authenticator);
    assert_eq!(Arc::strong_count(&bad), 1);
}

#[test]
fn a_clock_or_randomness_that_closes_the_authenticator_ends_the_request() {
    for seams in [clocked, random] {
        let bad = Bad::new();
        let (authenticator, somebody) = open_on(&bad, seams(&bad)).unwrap();
        bad.becomes(Fault::Closes);
        assert_eq!(register(&authenticator, 1), None);
        assert_eq!(authenticator.status(), Err(OwnerError::Closed));
        drop(authenticator);
        assert_eq!((Arc::strong_count(&bad), Arc::strong_count(&somebody)), (1, 1));
    }
}
