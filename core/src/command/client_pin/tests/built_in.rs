//! getUVRetries, and tokens by built-in verification.

use ciborium::Value;

use super::*;
use crate::{
    ctap::status::Status,
    platform::{Needs, Operation, Refusal},
    testing::{
        Reaction,
        device::{bytes, map, member, number},
    },
};

fn uv_retries(device: &Device) -> Result<i128, Status> {
    device.send(6, map([(2, Value::from(7))])).map(|answer| number(&answer, 5).unwrap())
}

fn fail(device: &Device) -> Status {
    device.user.then(Reaction::Refuse(Refusal::NotVerified));
    device.pin_client(2).token_using_uv(MC, Some(SITE)).unwrap_err()
}

#[test]
fn without_built_in_verification_the_subcommands_are_not_there() {
    let device = with_pin();
    assert_eq!(uv_retries(&device), Err(Status::InvalidSubcommand));
    let client = device.pin_client(2);
    assert_eq!(client.token_using_uv(MC, None), Err(Status::InvalidSubcommand));
}

#[test]
fn verification_that_is_not_set_up_is_not_allowed() {
    let device = Device::new();
    device.user.set_built_in_uv(Some(false));
    assert_eq!(device.option("uv"), Some(false));
    for protocol in [1, 2] {
        let client = device.pin_client(protocol);
        assert_eq!(client.token_using_uv(MC, Some(SITE)), Err(Status::NotAllowed));
    }
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn one_prompt_verifies_and_is_presence_too() {
    for protocol in [1, 2] {
        let device = Device::with_uv();
        let client = device.pin_client(protocol);
        let token = client.token_using_uv(MC, Some(SITE)).unwrap();
        let prompts = device.user.take_prompts();
        assert_eq!(prompts.len(), 1);
        assert_eq!(prompts[0].needs, Needs::Verification);
        assert!(matches!(prompts[0].operation, Operation::AllowToken { permissions: MC, .. }));

        let answer = client.make_credential(&token, SITE, b"user", true).unwrap();
        assert_eq!(member(&answer, 2).unwrap().as_bytes().unwrap()[32] & 0x05, 0x05);
        assert!(device.user.take_prompts().is_empty());
        assert_eq!(
            client.make_credential(&token, SITE, b"user", true),
            Err(Status::PinAuthInvalid)
        );
    }
}

#[test]
fn permissions_are_checked_before_anybody_is_asked() {
    let device = Device::with_uv();
    let client = device.pin_client(2);
    for (permissions, status) in [
        (0, Status::InvalidParameter),
        (0x08, Status::UnauthorizedPermission),
        (PCMR | CM, Status::UnauthorizedPermission),
    ] {
        assert_eq!(client.token_using_uv(permissions, None), Err(status));
    }
    let session = client.session();
    let none: [(i64, Value); 0] = [];
    assert_eq!(client.client_pin(&session, 6, none), Err(Status::MissingParameter));
    assert!(device.user.take_prompts().is_empty());
    assert_eq!(uv_retries(&device), Ok(5));
}

#[test]
fn five_failures_block_it_and_the_right_pin_brings_it_back() {
    for protocol in [1, 2] {
        let device = Device::with_uv();
        let client = device.pin_client(protocol);
        client.set_pin(PIN).unwrap();
        for left in (0..5).rev() {
            let expected = if left == 0 { Status::UvBlocked } else { Status::UvInvalid };
            assert_eq!(fail(&device), expected);
            assert_eq!(uv_retries(&device), Ok(left));
        }
        device.user.take_prompts();
        device.authenticator.power_cycle();
        assert_eq!(client.token_using_uv(MC, None), Err(Status::UvBlocked));
        assert!(device.user.take_prompts().is_empty());

        assert_eq!(client.get_pin_token(WRONG), Err(Status::PinInvalid));
        assert_eq!(uv_retries(&device), Ok(0));
        client.get_pin_token(PIN).unwrap();
        assert_eq!(uv_retries(&device), Ok(5));
        client.token_using_uv(MC, None).unwrap();
    }
}

#[test]
fn success_gives_the_retries_back() {
    let device = Device::with_uv();
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(fail(&device), Status::UvInvalid);
        }
        device.pin_client(2).token_using_uv(MC, None).unwrap();
        assert_eq!(uv_retries(&device), Ok(5));
    }
}

#[test]
fn a_failure_costs_no_pin_retry_and_the_other_way_round() {
    let device = Device::with_uv();
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();
    assert_eq!(fail(&device), Status::UvInvalid);
    assert_eq!(client.pin_retries(), Ok(8));
    assert_eq!(client.get_pin_token(WRONG), Err(Status::PinInvalid));
    assert_eq!(uv_retries(&device), Ok(4));
}

#[test]
fn presence_alone_is_a_failed_verification() {
    let device = Device::with_uv();
    device.user.then(Reaction::AgreeUnverified);
    assert_eq!(device.pin_client(2).token_using_uv(MC, None), Err(Status::UvInvalid));
    assert_eq!(uv_retries(&device), Ok(4));
}

#[test]
fn only_a_failed_attempt_counts() {
    let device = Device::with_uv();
    for (refusal, status) in [
        (Refusal::Declined, Status::OperationDenied),
        (Refusal::TimedOut, Status::UserActionTimeout),
        (Refusal::Locked, Status::UvBlocked),
    ] {
        device.user.then(Reaction::Refuse(refusal));
        assert_eq!(device.pin_client(2).token_using_uv(MC, None), Err(status));
        assert_eq!(uv_retries(&device), Ok(5));
    }
}

#[test]
fn a_failed_verification_gives_no_token() {
    let device = Device::with_uv();
    let client = device.pin_client(2);
    let session = client.session();
    device.user.then(Reaction::Refuse(Refusal::NotVerified));
    let status = client.client_pin(&session, 6, [(9, Value::from(MC))]).unwrap_err();
    assert_eq!(status, Status::UvInvalid);
    let proof = (bytes(&[0; 32]), Value::from(2));
    let answer = device.make_credential(SITE, b"user", true, Some(proof));
    assert_eq!(answer, Err(Status::PinAuthInvalid));
}

#[test]
fn the_owner_and_a_reset_bring_it_back() {
    for reset in [true, false] {
        let device = Device::with_uv();
        for _ in 0..5 {
            fail(&device);
        }
        assert_eq!(uv_retries(&device), Ok(0));
        if reset {
            device.raw(&[7]).unwrap();
        } else {
            device.authenticator.unblock_user_verification().unwrap();
        }
        assert_eq!(uv_retries(&device), Ok(5));
    }
}
