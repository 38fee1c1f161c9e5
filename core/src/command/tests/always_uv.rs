//! alwaysUv (§7.2): what it asks of each command, with and without protection.

use super::{
    requests::{credential_id, options},
    steps::{
        UP, UV, allow, device_with_pin, flags, ga_proof, mc_proof, register, sign_in,
        toggle_always_uv, try_register,
    },
};
use crate::{ctap::status::Status, platform::Needs, testing::device::Device};

#[test]
fn every_registration_needs_a_token_where_there_is_a_pin() {
    let device = device_with_pin();
    toggle_always_uv(&device);
    assert_eq!(try_register(&device, b"user", vec![]), Err(Status::PuatRequired));
    assert_eq!(flags(&register(&device, b"user", mc_proof(&device))) & UV, UV);
}

#[test]
fn every_registration_is_verified_where_that_is_built_in() {
    let device = Device::with_uv();
    toggle_always_uv(&device);
    let made = register(&device, b"user", vec![]);
    assert_eq!(flags(&made) & UV, UV);
    assert_eq!(device.user.take_prompts()[0].needs, Needs::Verification);
}

#[test]
fn nothing_is_registered_without_any_protection() {
    let device = Device::new();
    toggle_always_uv(&device);
    assert_eq!(try_register(&device, b"user", vec![]), Err(Status::PuatRequired));
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn a_sign_in_with_presence_needs_verification() {
    let device = device_with_pin();
    let id = credential_id(&register(&device, b"user", vec![])).to_vec();
    toggle_always_uv(&device);
    assert_eq!(sign_in(&device, vec![allow(&id)]), Err(Status::PuatRequired));
    let verified = [ga_proof(&device), vec![allow(&id)]].concat();
    assert_eq!(flags(&sign_in(&device, verified).unwrap()), UP | UV);

    let device = Device::with_uv();
    let id = credential_id(&register(&device, b"user", vec![])).to_vec();
    toggle_always_uv(&device);
    assert_eq!(flags(&sign_in(&device, vec![allow(&id)]).unwrap()), UP | UV);
}

#[test]
fn a_silent_sign_in_needs_none() {
    let device = device_with_pin();
    let id = credential_id(&register(&device, b"user", vec![])).to_vec();
    toggle_always_uv(&device);
    let silent = vec![allow(&id), (5, options(&[("up", false)]))];
    assert_eq!(flags(&sign_in(&device, silent).unwrap()), 0);
}

#[test]
fn a_second_toggle_restores_the_rules() {
    let device = device_with_pin();
    toggle_always_uv(&device);
    toggle_always_uv(&device);
    register(&device, b"user", vec![]);
    assert!(device.authenticator.serves_u2f());
}

#[test]
fn it_survives_a_power_cycle() {
    let device = device_with_pin();
    toggle_always_uv(&device);
    device.authenticator.power_cycle();
    assert_eq!(try_register(&device, b"user", vec![]), Err(Status::PuatRequired));
}
