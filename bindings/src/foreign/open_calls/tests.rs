//! A call has one answer at most, and leaves nothing behind.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::*;
use crate::task::block_on;

fn soon() -> Instant {
    Instant::now() + Duration::from_millis(20)
}

fn late() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

#[test]
fn a_call_is_answered_once() {
    let calls = Arc::new(OpenCalls::default());
    let call = calls.open(late());
    let number = call.number();
    assert_eq!(calls.answer(number, 1), Ok(()));
    assert_eq!(calls.answer(number, 2), Err(2), "twice");
    assert_eq!(block_on(call), Some(1));
    assert_eq!(calls.answer(number, 3), Err(3), "late");
    assert_eq!(calls.count(), 0);
}

#[test]
fn an_answer_wakes_who_waits() {
    let calls = Arc::new(OpenCalls::default());
    let call = calls.open(late());
    let (number, theirs) = (call.number(), Arc::clone(&calls));
    let other = std::thread::spawn(move || theirs.answer(number, "yes"));
    assert_eq!(block_on(call), Some("yes"));
    assert_eq!(other.join().unwrap(), Ok(()));
}

#[test]
fn nobody_waits_longer_than_the_deadline() {
    let calls = Arc::new(OpenCalls::<()>::default());
    let call = calls.open(soon());
    let number = call.number();
    assert_eq!(block_on(call), None);
    assert_eq!(calls.answer(number, ()), Err(()));
    assert_eq!(calls.count(), 0);
}

#[test]
fn a_dropped_call_leaves_nothing() {
    let calls = Arc::new(OpenCalls::default());
    let unanswered = calls.open(late());
    let answered = calls.open(late());
    calls.answer(answered.number(), Arc::new(())).unwrap();
    drop((unanswered, answered));
    assert_eq!(calls.count(), 0);
    assert_eq!(
        calls.answer(9, Arc::new(())).map_err(drop),
        Err(()),
        "and one never asked has none"
    );
}
