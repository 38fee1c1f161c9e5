//! Offline login on: the workspace is asked for a moment, and else one of the granted uses is used up.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use super::{SITE, denial, discover, look, next};
use crate::{
    Location,
    command::tests::fake_keys::FlakyKeys,
    ctap::status::Status,
    platform::{Denial, KeyStoreError},
    protocol::KeyState,
    testing::{
        device::{CLIENT_DATA_HASH, Device, bytes, encode, map, offline, text},
        workspace::{Deed, ScriptedWorkspace},
    },
};

/// A key with this many uses left, out of the workspace's reach, and a credential.
fn away(uses: u32) -> (Device, Arc<ScriptedWorkspace>, Vec<u8>) {
    let (device, workspace) = Device::joined(offline(uses, 3));
    let id = device.register(SITE, b"one", true);
    assert_eq!(device.grant_left(), Some(uses), "a check-in renews, and uses nothing up");
    workspace.set_reachable(false);
    (device, workspace, id)
}

#[test]
fn each_signature_uses_one_up_and_then_none_is_made() {
    let (device, _, id) = away(4);
    device.sign_in(SITE, &id).unwrap();
    assert_eq!(device.grant_left(), Some(3));
    device.register(SITE, b"two", true);
    assert_eq!(device.grant_left(), Some(2));
    device.user.set_chooses_account(false);
    discover(&device).unwrap();
    assert_eq!(device.grant_left(), Some(1));
    next(&device).unwrap();
    assert_eq!(device.grant_left(), Some(0));
    for _ in 0..2 {
        assert_eq!(device.sign_in(SITE, &id), Err(Status::OperationDenied));
        assert_eq!(denial(&device), Some(Denial::GrantUsedUp));
    }
    let made = device.make_credential(SITE, b"three", true, None);
    assert_eq!(made, Err(Status::OperationDenied));
    assert_eq!(device.grant_left(), Some(0));
}

#[test]
fn the_last_use_can_go_in_the_middle_of_get_next_assertion() {
    let (device, _, _) = away(2);
    device.register(SITE, b"two", true);
    device.user.set_chooses_account(false);
    discover(&device).unwrap();
    assert_eq!(next(&device), Err(Status::OperationDenied));
}

#[test]
fn a_check_in_gives_the_uses_back() {
    let (device, workspace, id) = away(2);
    device.sign_in(SITE, &id).unwrap();
    device.sign_in(SITE, &id).unwrap();
    workspace.set_reachable(true);
    device.sign_in(SITE, &id).unwrap();
    assert_eq!(device.grant_left(), Some(2));
}

#[test]
fn the_workspace_is_waited_for_two_seconds_while_there_are_uses_and_five_without() {
    let (device, workspace, id) = away(1);
    workspace.take_letters();
    device.sign_in(SITE, &id).unwrap();
    device.sign_in(SITE, &id).unwrap_err();
    let timeouts: Vec<Duration> =
        workspace.take_letters().iter().map(|letter| letter.timeout).collect();
    assert_eq!(timeouts, [Duration::from_secs(2), Duration::from_secs(5)]);
}

/// Nobody is present for a silent assertion, so that relying parties must refuse it.
#[test]
fn a_silent_assertion_needs_a_use_and_takes_none() {
    let (device, _, id) = away(1);
    for _ in 0..3 {
        look(&device, &id).unwrap();
    }
    assert_eq!(device.grant_left(), Some(1));
    device.sign_in(SITE, &id).unwrap();
    assert_eq!(look(&device, &id), Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::GrantUsedUp));
}

#[test]
fn what_is_not_a_right_answer_is_no_answer() {
    let (device, workspace, id) = away(2);
    workspace.then_twist(|standing| standing.policy.version = 0);
    device.sign_in(SITE, &id).unwrap();
    assert_eq!(device.grant_left(), Some(1));
}

#[test]
fn a_suspended_key_has_no_uses() {
    let (device, workspace, id) = away(2);
    workspace.set_reachable(true);
    workspace.set_state(KeyState::Suspended);
    assert_eq!(device.sign_in(SITE, &id), Err(Status::OperationDenied));
    workspace.set_reachable(false);
    assert_eq!(device.sign_in(SITE, &id), Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::Suspended));
    assert_eq!(device.grant_left(), None);
}

#[test]
fn a_use_is_counted_in_the_file_before_the_signature_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::File(folder.path().join("store"));
    let workspace = Arc::new(ScriptedWorkspace::new(&[0x77; 32], offline(3, 3)));
    let keys = FlakyKeys::new();
    let open = |seed| {
        let device = Device::open_with(&location, keys.clone(), workspace.clone(), seed);
        device.user.set_built_in_uv(Some(true));
        device
    };
    let device = open(1);
    device.join(&workspace).unwrap();
    let id = device.register(SITE, b"one", true);
    workspace.set_reachable(false);
    // The device key signs the check-in; what fails is the signature after it.
    workspace.then(Deed::Hesitate);
    let request = map([(1, text(SITE)), (2, bytes(&CLIENT_DATA_HASH))]);
    let request = [vec![0x02], encode(&request)].concat();
    {
        let mut answer = pin!(device.begin().ctap2(&request));
        let mut task = Context::from_waker(Waker::noop());
        assert!(answer.as_mut().poll(&mut task).is_pending());
        *keys.sign_error.lock().unwrap() = Some(KeyStoreError::Failed);
        workspace.then(Deed::Answer);
        workspace.set_device(crate::protocol::DeviceKey([4; 65]));
        workspace.go_on();
        assert!(answer.as_mut().poll(&mut task).is_ready());
    }
    *keys.sign_error.lock().unwrap() = None;
    assert_eq!(device.grant_left(), Some(2));
    drop(device);
    let device = open(2);
    assert_eq!(device.grant_left(), Some(2));
    workspace.forget_script();
    device.sign_in(SITE, &id).unwrap();
    assert_eq!(device.grant_left(), Some(1));
}

#[test]
fn a_request_that_is_dropped_while_the_workspace_is_waited_for_uses_nothing_up() {
    let (device, workspace, id) = away(2);
    workspace.then(Deed::Ignore);
    let request = map([(1, text(SITE)), (2, bytes(&CLIENT_DATA_HASH))]);
    let request = [vec![0x02], encode(&request)].concat();
    {
        let mut answer = pin!(device.begin().ctap2(&request));
        assert!(answer.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(device.grant_left(), Some(2));
    device.sign_in(SITE, &id).unwrap();
    assert_eq!(device.grant_left(), Some(1));
}
