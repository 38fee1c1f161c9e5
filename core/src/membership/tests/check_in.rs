//! How the phone asks.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use super::{Folder, member};
use crate::{
    ctap::status::Status,
    membership::{CheckInError, MembershipStatus, NotAnAnswer},
    platform::Unreachable,
    protocol::{CHECK_IN_PATH, GrantReport, KeyState, MEDIA_TYPE},
    testing::{
        device::{Device, offline, online},
        workspace::{Deed, ScriptedWorkspace},
    },
};

fn poll<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn it_goes_to_the_workspace_and_nowhere_else_within_five_seconds() {
    let (device, workspace) = Device::joined(offline(10, 3));
    device.check_in().unwrap();
    let [letter] = &workspace.take_letters()[..] else { panic!("one letter") };
    assert_eq!(letter.url, format!("{}{CHECK_IN_PATH}", ScriptedWorkspace::ORIGIN));
    assert_eq!(letter.media_type, MEDIA_TYPE);
    assert_eq!(letter.timeout, Duration::from_secs(5));
    assert_eq!(letter.pin, None);
}

#[test]
fn it_tells_the_rules_that_hold_and_what_is_left_of_the_grant() {
    let (device, workspace) = Device::joined(offline(10, 3));
    let id = device.register("example.com", b"one", true);
    workspace.set_reachable(false);
    device.sign_in("example.com", &id).unwrap();
    workspace.set_reachable(true);
    workspace.take_check_ins();
    device.check_in().unwrap();
    let [check_in] = &workspace.take_check_ins()[..] else { panic!("one check-in") };
    assert_eq!(check_in.key, ScriptedWorkspace::KEY_ID);
    assert_eq!(check_in.policy, 1);
    assert_eq!(check_in.grant, Some(GrantReport { serial: 2, left: 9 }));
}

#[test]
fn it_renews_what_the_phone_holds() {
    let (device, workspace) = Device::joined(offline(10, 3));
    workspace.set_settings(offline(20, 5));
    workspace.set_time(2_000_001_000);
    let status = device.check_in().unwrap();
    assert_eq!(Some(status), device.membership());
    let member = member(&device);
    assert_eq!(member.settings, offline(20, 5));
    assert_eq!(member.policy_version, 2);
    assert_eq!(member.last_check_in, 2_000_001_000);
    let grant = member.grant.unwrap();
    assert_eq!((grant.left, grant.until), (20, 2_000_001_000 + 5 * 86_400));
}

#[test]
fn a_sequence_is_used_once_whatever_happens() {
    let (folder, workspace) = Folder::joined(online());
    let mut last = 0;
    let mut rises = || {
        for check_in in workspace.take_check_ins() {
            assert!(check_in.sequence > last, "{} after {last}", check_in.sequence);
            last = check_in.sequence;
        }
    };
    for start in 0..4 {
        let device = folder.open(&workspace);
        for round in 0..(start * 40 + 1) {
            match round % 4 {
                0 => device.check_in().map(drop).unwrap(),
                1 => {
                    workspace.then(Deed::Lose);
                    device.check_in().map(drop).unwrap_err();
                }
                2 => {
                    workspace.then(Deed::Ignore);
                    let mut asking = pin!(device.authenticator.check_in());
                    assert!(poll(asking.as_mut()).is_pending());
                }
                _ => device.authenticator.power_cycle(),
            }
            rises();
        }
    }
}

#[test]
fn what_is_not_reached_is_said() {
    let (device, workspace) = Device::joined(online());
    for reason in [Unreachable::NoAnswer, Unreachable::TimedOut, Unreachable::NotTheServer] {
        workspace.then(Deed::Fail(reason));
        match device.check_in() {
            Err(CheckInError::Unreachable(said)) => assert_eq!(said, reason),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_phone_of_no_workspace_asks_nobody() {
    let result = Device::new().check_in();
    assert!(matches!(result, Err(CheckInError::NotAMember)), "{result:?}");
}

#[test]
fn a_revoked_phone_has_nothing_left_to_ask_with() {
    let (device, workspace) = Device::joined(online());
    workspace.set_state(KeyState::Revoked);
    assert!(matches!(device.check_in(), Ok(MembershipStatus::Revoked(_))));
    workspace.take_letters();
    assert!(matches!(device.check_in(), Ok(MembershipStatus::Revoked(_))));
    assert!(workspace.take_letters().is_empty());
}

#[test]
fn clients_are_served_while_the_shell_waits_for_the_workspace() {
    let (device, workspace) = Device::joined(online());
    workspace.then(Deed::Hesitate);
    let mut asking = pin!(device.authenticator.check_in());
    assert!(poll(asking.as_mut()).is_pending());
    let id = device.register("example.com", b"one", true);
    device.sign_in("example.com", &id).unwrap();
}

/// The answer that was asked for first comes last.
#[test]
fn a_late_answer_does_not_undo_a_newer_one() {
    let (device, workspace) = Device::joined(offline(10, 3));
    workspace.then(Deed::Hesitate);
    let mut asking = pin!(device.authenticator.check_in());
    assert!(poll(asking.as_mut()).is_pending());
    // Meanwhile a client makes the phone ask, and the key is suspended.
    workspace.set_state(KeyState::Suspended);
    let result = device.make_credential("example.com", b"one", true, None);
    assert_eq!(result, Err(Status::OperationDenied));
    workspace.set_state(KeyState::Active);
    // The workspace itself would have refused the older sequence; this one has lost its memory.
    workspace.forget_sequence();
    workspace.go_on();
    match poll(asking.as_mut()) {
        Poll::Ready(Err(CheckInError::NotAnAnswer(NotAnAnswer::OtherQuestion))) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(member(&device).state, KeyState::Suspended);
    assert_eq!(device.grant_left(), None);
}

#[test]
fn the_shells_check_in_waits_for_a_client_that_is_being_served() {
    let (device, workspace) = Device::joined(online());
    let mut asking = pin!(device.authenticator.check_in());
    let transaction = device.begin();
    assert!(poll(asking.as_mut()).is_pending());
    assert!(workspace.take_letters().is_empty());
    drop(transaction);
    assert!(poll(asking.as_mut()).is_ready());
}

#[test]
fn an_answer_for_a_phone_that_was_reset_meanwhile_is_none() {
    let (device, workspace) = Device::joined(online());
    workspace.then(Deed::Hesitate);
    let mut asking = pin!(device.authenticator.check_in());
    assert!(poll(asking.as_mut()).is_pending());
    device.authenticator.factory_reset().unwrap();
    workspace.go_on();
    match poll(asking.as_mut()) {
        Poll::Ready(Err(CheckInError::NotAMember)) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(device.membership(), None);
}

#[test]
fn an_answer_for_the_phone_that_it_was_before_a_reset_is_none() {
    let (device, workspace) = Device::joined(offline(10, 3));
    let held = device.authenticator.with_state(|state| Ok(state.member().cloned()));
    workspace.then(Deed::Hesitate);
    let mut asking = pin!(device.authenticator.check_in());
    assert!(poll(asking.as_mut()).is_pending());
    device.authenticator.factory_reset().unwrap();
    device.join(&workspace).unwrap();
    let before = member(&device);
    // The workspace takes it for the old phone still.
    workspace.set_device(held.unwrap().unwrap().device_public);
    workspace.go_on();
    match poll(asking.as_mut()) {
        Poll::Ready(Err(CheckInError::NotAnAnswer(NotAnAnswer::OtherQuestion))) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(member(&device), before);
}
