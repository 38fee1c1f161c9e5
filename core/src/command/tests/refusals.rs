//! What a client hears where a person does not agree, and who can end a waiting request.

use std::{pin::pin, sync::Arc, task::Poll};

use ciborium::Value;

use super::{
    requests::{get_assertion, make_credential, options},
    steps::{
        GA, PIN, RP, Woken, device_with_pin, ga_proof, register_discoverable, request, sign_in,
        try_register,
    },
};
use crate::{
    Busy, OwnerError, Source,
    ctap::status::Status,
    platform::Refusal,
    testing::{
        Reaction,
        device::{Device, now},
    },
    transport::Transport,
};

/// Every command that asks somebody, on a device with a credential.
fn asking() -> Vec<Vec<u8>> {
    let uv = |key| vec![(key, options(&[("uv", true)]))];
    vec![
        request(1, &make_credential(RP, b"user", vec![])),
        request(1, &make_credential(RP, b"user", uv(7))),
        request(2, &get_assertion(RP, vec![])),
        request(2, &get_assertion(RP, uv(5))),
        request(2, &get_assertion("other.example", uv(5))),
        vec![0x07],
        vec![0x0b],
    ]
}

fn device() -> Device {
    let device = Device::new();
    register_discoverable(&device, b"one");
    register_discoverable(&device, b"two");
    device.user.set_built_in_uv(Some(true));
    device.user.take_prompts();
    device
}

#[test]
fn each_refusal_has_its_status() {
    for request in asking() {
        for (refusal, status) in [
            (Refusal::Declined, Status::OperationDenied),
            (Refusal::TimedOut, Status::UserActionTimeout),
        ] {
            let device = device();
            device.user.then(Reaction::Refuse(refusal));
            assert_eq!(device.raw(&request), Err(status), "{request:02x?}");
        }
    }
}

#[test]
fn a_declined_registration_leaves_nothing() {
    let device = Device::new();
    device.user.then(Reaction::Refuse(Refusal::Declined));
    let rk = vec![super::steps::rk()];
    assert_eq!(try_register(&device, b"user", rk), Err(Status::OperationDenied));
    assert_eq!(sign_in(&device, vec![]), Err(Status::NoCredentials));
}

#[test]
fn the_client_cancels_a_waiting_request() {
    for request in asking() {
        let device = device();
        device.user.then(Reaction::Ignore);
        let transaction = device.begin();
        let handle = transaction.handle();
        assert!(!handle.waiting_for_user());
        let woken = Arc::new(Woken::default());
        let mut answer = pin!(transaction.ctap2(&request));
        assert_eq!(woken.poll(answer.as_mut()), Poll::Pending);
        assert!(handle.waiting_for_user());
        assert_eq!(device.user.prompts_shown(), 1);
        handle.cancel();
        assert!(woken.was_woken());
        let cancelled = Poll::Ready(vec![Status::KeepaliveCancel.code()]);
        assert_eq!(woken.poll(answer.as_mut()), cancelled);
        assert!(!handle.waiting_for_user());
        assert_eq!(device.user.prompts_shown(), 0);
        device.info();
    }
}

#[test]
fn the_owner_cancels_whatever_waits() {
    let device = device();
    device.user.then(Reaction::Ignore);
    let woken = Arc::new(Woken::default());
    let mut answer = pin!(device.begin().ctap2(&[0x0b]));
    assert_eq!(woken.poll(answer.as_mut()), Poll::Pending);
    device.authenticator.cancel();
    assert!(woken.was_woken());
    assert_eq!(woken.poll(answer.as_mut()), Poll::Ready(vec![0x2d]));
    // With nothing to cancel, nothing happens, and nothing is kept for the next.
    device.authenticator.cancel();
    device.raw(&[0x0b]).unwrap();
}

#[test]
fn a_cancelled_exclude_list_is_cancelled() {
    let device = Device::new();
    let id = register_discoverable(&device, b"user");
    let exclude = vec![(5, super::steps::list(&[&id]))];
    let request = request(1, &make_credential(RP, b"user", exclude));
    device.user.then(Reaction::Ignore);
    let transaction = device.begin();
    let handle = transaction.handle();
    let woken = Arc::new(Woken::default());
    let mut answer = pin!(transaction.ctap2(&request));
    assert_eq!(woken.poll(answer.as_mut()), Poll::Pending);
    handle.cancel();
    assert_eq!(woken.poll(answer.as_mut()), Poll::Ready(vec![0x2d]));
}

#[test]
fn a_cancellation_before_the_prompt_is_not_lost() {
    let device = device();
    let transaction = device.begin();
    transaction.handle().cancel();
    assert_eq!(now(transaction.ctap2(&[0x0b])), [0x2d]);
    // What asks nobody has nothing to cancel.
    let transaction = device.begin();
    transaction.handle().cancel();
    assert_eq!(now(transaction.ctap2(&[0x04]))[0], 0);
}

#[test]
fn a_cancellation_after_the_end_does_not_reach_the_next() {
    let device = device();
    let transaction = device.begin();
    let late = transaction.handle();
    now(transaction.ctap2(&[0x0b]));
    let next = device.begin();
    late.cancel();
    assert_eq!(now(next.ctap2(&[0x0b])), [0]);
}

#[test]
fn a_late_answer_goes_to_the_request_that_waits() {
    let device = device();
    device.user.then(Reaction::Hesitate);
    let woken = Arc::new(Woken::default());
    let mut answer = pin!(device.begin().ctap2(&[0x0b]));
    assert_eq!(woken.poll(answer.as_mut()), Poll::Pending);
    device.user.answer(Reaction::Agree);
    assert!(woken.was_woken());
    assert_eq!(woken.poll(answer.as_mut()), Poll::Ready(vec![0]));
}

#[test]
fn one_transaction_runs_at_a_time() {
    let device = device();
    let other = Source::new(Transport::Nfc, 9);
    let running = device.begin();
    assert_eq!(device.authenticator.begin(other).err(), Some(Busy));
    assert!(matches!(device.authenticator.factory_reset(), Err(OwnerError::Busy(Busy))));
    assert!(device.authenticator.serves_u2f(), "whoever asks need not wait");
    device.authenticator.idle().unwrap();
    drop(running);
    device.authenticator.begin(other).unwrap();
}

#[test]
fn a_dropped_future_takes_its_prompt_away_and_gives_the_state_back() {
    for request in asking() {
        let device = device();
        device.user.then(Reaction::Ignore);
        let mut answer = Box::pin(device.begin().ctap2(&request));
        assert_eq!(Arc::new(Woken::default()).poll(answer.as_mut()), Poll::Pending);
        assert!(device.authenticator.begin(device.source).is_err());
        drop(answer);
        assert_eq!(device.user.prompts_shown(), 0);
        assert_eq!(super::steps::user_id(&sign_in(&device, vec![]).unwrap()), b"two");
    }
}

#[test]
fn a_future_that_was_never_polled_gives_the_state_back() {
    let device = device();
    drop(device.begin().ctap2(&[0x0b]));
    device.raw(&[0x0b]).unwrap();
}

#[test]
fn a_power_cycle_ends_what_waits_and_forgets_the_token() {
    let device = device_with_pin();
    let id = super::steps::register(&device, b"user", vec![]);
    let allow = super::steps::allow(super::requests::credential_id(&id));
    let proof = ga_proof(&device);
    device.user.then(Reaction::Ignore);
    let woken = Arc::new(Woken::default());
    let mut answer = pin!(device.begin().ctap2(&[0x0b]));
    assert_eq!(woken.poll(answer.as_mut()), Poll::Pending);
    device.authenticator.power_cycle();
    assert_eq!(woken.poll(answer.as_mut()), Poll::Ready(vec![0x2d]));
    let with_token = [proof, vec![allow]].concat();
    assert_eq!(sign_in(&device, with_token), Err(Status::PinAuthInvalid));
}

#[test]
fn a_power_cycle_while_a_token_is_made_forgets_it() {
    let device = Device::with_uv();
    let client = device.pin_client(2);
    let token = client.token_using_uv(GA, Some(RP)).unwrap();
    // One that is about to answer is not stopped; what it leaves is forgotten all the same.
    let transaction = device.begin();
    device.authenticator.power_cycle();
    assert_eq!(now(transaction.ctap2(&[0x04]))[0], 0);
    let param = client.param(&token, &crate::testing::device::CLIENT_DATA_HASH);
    let answer = sign_in(&device, vec![(6, param), (7, Value::from(2))]);
    assert_eq!(answer, Err(Status::PinAuthInvalid));
    assert_eq!(client.set_pin(PIN).map(drop), Ok(()));
}
