//! Built-in user verification (§6.5.3): attempts, and who was not verified.

use std::{path::PathBuf, sync::Arc};

use super::{
    requests::{credential_id, options},
    steps::{GA, PIN, RP, UV, allow, flags, register, sign_in, try_register},
};
use crate::{
    Location,
    ctap::status::Status,
    platform::{Needs, Refusal},
    software::SoftwareKeyStore,
    testing::{
        Reaction,
        device::{Device, map, member},
    },
};

/// A registration with the `uv` option; gives the flags.
fn verify(device: &Device) -> Result<u8, Status> {
    let made = try_register(device, b"user", vec![(7, options(&[("uv", true)]))])?;
    Ok(flags(&made))
}

fn fail(device: &Device, times: usize) {
    for _ in 0..times {
        device.user.then(Reaction::Refuse(Refusal::NotVerified));
    }
}

/// getUVRetries.
fn uv_retries(device: &Device) -> i128 {
    let answer = device.send(6, map([(2, 7.into())])).unwrap();
    member(&answer, 5).unwrap().as_integer().unwrap().into()
}

#[test]
fn a_request_has_three_attempts() {
    let device = Device::with_uv();
    fail(&device, 3);
    assert_eq!(verify(&device), Err(Status::OperationDenied));
    let prompts = device.user.take_prompts();
    assert_eq!(prompts.len(), 3);
    assert!(prompts.iter().all(|prompt| prompt.needs == Needs::Verification));
    assert_eq!(uv_retries(&device), 2);
}

#[test]
fn a_success_restores_the_attempts() {
    let device = Device::with_uv();
    fail(&device, 2);
    assert_eq!(verify(&device).unwrap() & UV, UV);
    assert_eq!(uv_retries(&device), 5);
}

#[test]
fn after_five_failures_nobody_is_asked() {
    let device = Device::with_uv();
    fail(&device, 5);
    assert_eq!(verify(&device), Err(Status::OperationDenied));
    assert_eq!(verify(&device), Err(Status::OperationDenied));
    assert_eq!(device.user.take_prompts().len(), 5);
    assert_eq!(uv_retries(&device), 0);
    assert_eq!(verify(&device), Err(Status::OperationDenied));
    assert!(device.user.take_prompts().is_empty());
    // A power cycle is no way around it.
    device.authenticator.power_cycle();
    assert_eq!(verify(&device), Err(Status::OperationDenied));
    assert_eq!(device.pin_client(2).token_using_uv(GA, Some(RP)), Err(Status::UvBlocked));
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn where_a_pin_is_set_the_client_is_sent_to_it() {
    let device = Device::with_uv();
    device.pin_client(2).set_pin(PIN).unwrap();
    fail(&device, 3);
    assert_eq!(verify(&device), Err(Status::PuatRequired));
    fail(&device, 2);
    assert_eq!(verify(&device), Err(Status::PuatRequired));
    device.user.take_prompts();
    assert_eq!(verify(&device), Err(Status::PuatRequired));
    assert!(device.user.take_prompts().is_empty());
    // The right PIN restores the attempts.
    device.pin_client(2).token_using_pin(PIN, GA, Some(RP)).unwrap();
    assert_eq!(uv_retries(&device), 5);
    assert_eq!(verify(&device).unwrap() & UV, UV);
}

#[test]
fn a_platform_that_is_locked_costs_no_attempt() {
    let device = Device::with_uv();
    device.user.then(Reaction::Refuse(Refusal::Locked));
    assert_eq!(verify(&device), Err(Status::OperationDenied));
    assert_eq!(device.user.take_prompts().len(), 1);
    device.pin_client(2).set_pin(PIN).unwrap();
    device.user.then(Reaction::Refuse(Refusal::Locked));
    assert_eq!(verify(&device), Err(Status::PuatRequired));
    assert_eq!(uv_retries(&device), 5);
}

#[test]
fn declining_and_waiting_cost_no_attempt() {
    let device = Device::with_uv();
    device.user.then(Reaction::Refuse(Refusal::Declined));
    assert_eq!(verify(&device), Err(Status::OperationDenied));
    device.user.then(Reaction::Refuse(Refusal::TimedOut));
    assert_eq!(verify(&device), Err(Status::UserActionTimeout));
    assert_eq!(uv_retries(&device), 5);
    assert_eq!(device.user.take_prompts().len(), 2);
}

/// Whatever a shell answers, only a verified person sets the flag.
#[test]
fn presence_where_verification_was_asked_for_is_a_failed_attempt() {
    let device = Device::with_uv();
    let id = credential_id(&register(&device, b"user", vec![])).to_vec();
    for _ in 0..5 {
        device.user.then(Reaction::AgreeUnverified);
    }
    assert_eq!(verify(&device), Err(Status::OperationDenied));
    assert_eq!(uv_retries(&device), 2);
    let uv = vec![allow(&id), (5, options(&[("uv", true)]))];
    assert_eq!(sign_in(&device, uv), Err(Status::OperationDenied));
    assert_eq!(uv_retries(&device), 0);
}

#[test]
fn older_accounts_where_there_are_none_verify_nobody() {
    let device = Device::with_uv();
    let id = credential_id(&register(&device, b"user", vec![])).to_vec();
    for _ in 0..3 {
        device.user.then(Reaction::Choose(crate::platform::Choice::Older));
    }
    let uv = vec![allow(&id), (5, options(&[("uv", true)]))];
    assert_eq!(sign_in(&device, uv), Err(Status::OperationDenied));
    for _ in 0..3 {
        device.user.then(Reaction::Choose(crate::platform::Choice::Older));
    }
    assert_eq!(verify(&device), Err(Status::OperationDenied));
}

#[test]
fn a_token_has_one_attempt_for_each_request() {
    let device = Device::with_uv();
    let client = device.pin_client(2);
    fail(&device, 1);
    assert_eq!(client.token_using_uv(GA, Some(RP)), Err(Status::UvInvalid));
    assert_eq!(device.user.take_prompts().len(), 1);
    assert_eq!(uv_retries(&device), 4);
}

/// A file that is removed with its companions, however the test ends.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let mut name = self.0.clone().into_os_string();
            name.push(suffix);
            let _ = std::fs::remove_file(name);
        }
    }
}

#[test]
fn failures_are_counted_on_disk() {
    let name = format!("pocketkey-uv-retries-{}", std::process::id());
    let scratch = Scratch(std::env::temp_dir().join(name));
    let open = || {
        let keys = Arc::new(SoftwareKeyStore::new(&[7; 32]));
        let device = Device::open(&Location::File(scratch.0.clone()), keys);
        device.user.set_built_in_uv(Some(true));
        device
    };
    let device = open();
    fail(&device, 3);
    assert_eq!(verify(&device), Err(Status::OperationDenied));
    drop(device);
    let device = open();
    assert_eq!(uv_retries(&device), 2);
    fail(&device, 2);
    assert_eq!(verify(&device), Err(Status::OperationDenied));
    assert_eq!(device.user.take_prompts().len(), 2);
}
