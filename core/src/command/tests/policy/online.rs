//! Offline login off: the workspace is asked right before each signature.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use super::{SITE, denial, discover, look, next};
use crate::{
    Source,
    ctap::status::Status,
    platform::{Denial, Reply, Unreachable},
    policy::{Settings, Verification},
    protocol::KeyState,
    testing::{
        Reaction,
        device::{CLIENT_DATA_HASH, Device, bytes, encode, map, offline, online, text},
        workspace::Deed,
    },
    transport::Transport,
};

#[test]
fn every_signature_is_preceded_by_its_own_check_in() {
    let (device, workspace) = Device::joined(online());
    device.user.set_chooses_account(false);
    let asked = || workspace.take_check_ins().len();
    for user in [b"one", b"two", b"six"] {
        device.register(SITE, user, true);
        assert_eq!(asked(), 1, "makeCredential");
    }
    let id = device.register(SITE, b"not discoverable", false);
    assert_eq!(asked(), 1, "a credential without a row");
    device.sign_in(SITE, &id).unwrap();
    assert_eq!(asked(), 1, "getAssertion");
    look(&device, &id).unwrap();
    assert_eq!(asked(), 1, "silent");
    discover(&device).unwrap();
    assert_eq!(asked(), 1);
    for _ in 0..2 {
        next(&device).unwrap();
        assert_eq!(asked(), 1, "getNextAssertion");
    }
}

#[test]
fn what_signs_nothing_asks_nobody() {
    let (device, workspace) = Device::joined(online());
    device.info();
    device.raw(&[0x0b]).unwrap();
    assert_eq!(discover(&device), Err(Status::NoCredentials));
    device.user.then(Reaction::Refuse(crate::platform::Refusal::Declined));
    device.make_credential(SITE, b"one", true, None).unwrap_err();
    assert!(workspace.take_letters().is_empty());
}

#[test]
fn it_waits_for_five_seconds_at_most() {
    let (device, workspace) = Device::joined(online());
    device.register(SITE, b"one", true);
    assert_eq!(workspace.take_letters()[0].timeout, Duration::from_secs(5));
}

#[test]
fn without_a_right_answer_nothing_is_signed_and_nothing_is_left_behind() {
    let (device, workspace) = Device::joined(online());
    let id = device.register(SITE, b"one", true);
    let count = device.authenticator.credentials().unwrap().len();
    let deeds: [fn() -> Deed; 5] = [
        || Deed::Fail(Unreachable::NoAnswer),
        || Deed::Fail(Unreachable::TimedOut),
        || Deed::Fail(Unreachable::NotTheServer),
        || Deed::Lose,
        || Deed::Reply(Reply { status: 200, body: b"yes".to_vec() }),
    ];
    for deed in deeds {
        workspace.then(deed());
        let made = device.make_credential(SITE, b"two", true, None);
        assert_eq!(made, Err(Status::OperationDenied));
        assert_eq!(denial(&device), Some(Denial::Unreachable));
        workspace.then(deed());
        assert_eq!(device.sign_in(SITE, &id), Err(Status::OperationDenied));
        assert_eq!(denial(&device), Some(Denial::Unreachable));
    }
    assert_eq!(device.authenticator.credentials().unwrap().len(), count);
    device.sign_in(SITE, &id).unwrap();
}

#[test]
fn a_suspended_key_signs_nothing_until_it_is_resumed() {
    let (device, workspace) = Device::joined(online());
    let id = device.register(SITE, b"one", true);
    workspace.set_state(KeyState::Suspended);
    for _ in 0..2 {
        assert_eq!(device.sign_in(SITE, &id), Err(Status::OperationDenied));
        assert_eq!(denial(&device), Some(Denial::Suspended));
    }
    // Out of reach it says what it knows.
    workspace.set_reachable(false);
    assert_eq!(device.sign_in(SITE, &id), Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::Suspended));
    workspace.set_reachable(true);
    workspace.set_state(KeyState::Active);
    device.sign_in(SITE, &id).unwrap();
}

#[test]
fn a_suspension_in_the_middle_stops_get_next_assertion() {
    let (device, workspace) = Device::joined(online());
    device.user.set_chooses_account(false);
    device.register(SITE, b"one", true);
    device.register(SITE, b"two", true);
    discover(&device).unwrap();
    workspace.set_state(KeyState::Suspended);
    assert_eq!(next(&device), Err(Status::OperationDenied));
    assert_eq!(next(&device), Err(Status::NotAllowed));
}

/// The person was verified by rules that no longer hold.
#[test]
fn rules_that_change_with_the_check_in_hold_at_once() {
    let (device, workspace) = Device::joined(online());
    let id = device.register(SITE, b"one", true);
    let reader = Settings { verification: Verification::ReaderTapAndPin, ..online() };
    workspace.set_settings(reader);
    assert_eq!(device.sign_in(SITE, &id), Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::RulesChanged));
    assert_eq!(device.sign_in(SITE, &id), Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::ReaderOnly));
}

#[test]
fn rules_that_change_nothing_for_the_request_do_not_stop_it() {
    let (device, workspace) = Device::joined(online());
    let id = device.register(SITE, b"one", true);
    workspace.set_settings(offline(5, 5));
    device.sign_in(SITE, &id).unwrap();
    assert_eq!(device.grant_left(), Some(5));
}

fn sign_in_request() -> Vec<u8> {
    let request = map([(1, text(SITE)), (2, bytes(&CLIENT_DATA_HASH))]);
    [vec![0x02], encode(&request)].concat()
}

#[test]
fn the_client_can_cancel_while_the_workspace_is_waited_for() {
    let (device, workspace) = Device::joined(online());
    device.register(SITE, b"one", true);
    workspace.then(Deed::Ignore);
    let request = sign_in_request();
    let transaction = device.begin();
    let handle = transaction.handle();
    let mut answer = pin!(transaction.ctap2(&request));
    let mut task = Context::from_waker(Waker::noop());
    assert!(answer.as_mut().poll(&mut task).is_pending());
    assert!(!handle.waiting_for_user(), "nobody is asked any more");
    handle.cancel();
    assert_eq!(answer.as_mut().poll(&mut task), Poll::Ready(vec![0x2d]));
    discover(&device).unwrap();
}

#[test]
fn a_cancelled_request_signs_nothing_even_where_the_answer_comes_at_that_moment() {
    let (device, workspace) = Device::joined(offline(3, 3));
    device.register(SITE, b"one", true);
    workspace.then(Deed::Hesitate);
    let request = sign_in_request();
    let transaction = device.begin();
    let handle = transaction.handle();
    let mut answer = pin!(transaction.ctap2(&request));
    let mut task = Context::from_waker(Waker::noop());
    assert!(answer.as_mut().poll(&mut task).is_pending());
    workspace.set_state(KeyState::Suspended);
    handle.cancel();
    workspace.go_on();
    assert_eq!(answer.as_mut().poll(&mut task), Poll::Ready(vec![0x2d]));
    // What it said is known all the same.
    workspace.set_reachable(false);
    discover(&device).unwrap_err();
    assert_eq!(denial(&device), Some(Denial::Suspended));
}

#[test]
fn others_are_told_busy_while_the_workspace_is_waited_for() {
    let (device, workspace) = Device::joined(online());
    device.register(SITE, b"one", true);
    workspace.then(Deed::Ignore);
    let request = sign_in_request();
    {
        let mut answer = pin!(device.begin().ctap2(&request));
        assert!(answer.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let other = Source::new(Transport::Usb, 2);
        device.authenticator.begin(other).unwrap_err();
    }
    // A client that goes away takes its request with it.
    discover(&device).unwrap();
}
