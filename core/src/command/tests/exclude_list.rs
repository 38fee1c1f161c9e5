//! The exclude list (§6.1.2 step 12).

use ciborium::Value;

use super::{
    requests::{credential_id, make_credential, options},
    steps::{RP, extension, list, mc_proof, register, rk, try_register},
};
use crate::{
    ctap::status::Status,
    platform::{Operation, Refusal, Site},
    testing::{
        Reaction,
        device::{Device, bytes, map, text},
    },
};

fn exclude(id: &[u8]) -> (i64, Value) {
    (5, list(&[&[9; 40], id]))
}

#[test]
fn a_hit_collects_presence_first() {
    for more in [vec![], vec![rk()]] {
        let device = Device::new();
        let id = credential_id(&register(&device, b"user", more)).to_vec();
        device.user.take_prompts();
        let answer = try_register(&device, b"user", vec![exclude(&id)]);
        assert_eq!(answer, Err(Status::CredentialExcluded));
        let prompts = device.user.take_prompts();
        let site = Site { id: RP.to_owned(), name: Some("A site".to_owned()) };
        assert_eq!(prompts.len(), 1);
        assert_eq!(prompts[0].operation, Operation::AlreadyRegistered { site });
    }
}

#[test]
fn a_hit_is_told_even_where_nobody_answers() {
    let device = Device::new();
    let id = credential_id(&register(&device, b"user", vec![])).to_vec();
    device.user.then(Reaction::Refuse(Refusal::TimedOut));
    let answer = try_register(&device, b"user", vec![exclude(&id)]);
    assert_eq!(answer, Err(Status::CredentialExcluded));
}

#[test]
fn a_hit_is_not_told_against_the_users_will() {
    let device = Device::new();
    let id = credential_id(&register(&device, b"user", vec![])).to_vec();
    device.user.then(Reaction::Refuse(Refusal::Declined));
    let answer = try_register(&device, b"user", vec![exclude(&id)]);
    assert_eq!(answer, Err(Status::OperationDenied));
}

#[test]
fn a_credential_of_another_site_is_no_hit() {
    let device = Device::new();
    for more in [vec![], vec![rk()]] {
        let made = device.send(1, make_credential("other.example", b"user", more)).unwrap();
        register(&device, b"user", vec![exclude(credential_id(&made))]);
    }
}

#[test]
fn a_descriptor_of_another_type_is_no_hit() {
    let device = Device::new();
    let id = credential_id(&register(&device, b"user", vec![])).to_vec();
    let other = map([("id", bytes(&id)), ("type", text("future"))]);
    register(&device, b"user", vec![(5, Value::Array(vec![other]))]);
}

/// Registers at a level of credProtect with verification; gives the ID.
fn protected(device: &Device, level: u8, discoverable: bool) -> Vec<u8> {
    let more = vec![
        (6, extension("credProtect", level.into())),
        (7, options(&[("uv", true), ("rk", discoverable)])),
    ];
    credential_id(&register(device, b"user", more)).to_vec()
}

#[test]
fn level_three_is_invisible_without_verification() {
    for discoverable in [false, true] {
        let device = Device::with_uv();
        let id = protected(&device, 3, discoverable);
        register(&device, b"user", vec![exclude(&id)]);
        let verified = vec![exclude(&id), (7, options(&[("uv", true)]))];
        assert_eq!(try_register(&device, b"user", verified), Err(Status::CredentialExcluded));
    }
}

#[test]
fn level_three_is_visible_with_a_token() {
    let device = super::steps::device_with_pin();
    let mut more = mc_proof(&device);
    more.push((6, extension("credProtect", 3.into())));
    let id = credential_id(&register(&device, b"user", more)).to_vec();
    register(&device, b"user", vec![exclude(&id)]);
    let mut verified = mc_proof(&device);
    verified.push(exclude(&id));
    assert_eq!(try_register(&device, b"user", verified), Err(Status::CredentialExcluded));
}

#[test]
fn level_two_is_visible_because_its_id_is_known() {
    let device = Device::with_uv();
    let id = protected(&device, 2, true);
    let answer = try_register(&device, b"user", vec![exclude(&id)]);
    assert_eq!(answer, Err(Status::CredentialExcluded));
}
