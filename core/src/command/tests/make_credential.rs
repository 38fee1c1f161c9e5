//! authenticatorMakeCredential (§6.1.2): parameters, options, and what comes of them.

use ciborium::Value;

use super::{
    requests::{algorithm, auth_data, credential_id, make_credential, options, sign_count},
    steps::{
        AT, GA, MC, PIN, RP, UP, UV, cose_key, device_with_pin, flags, mc_proof, register, rk,
        sign_in, try_register, user_id,
    },
};
use crate::{
    crypto::sha256,
    ctap::status::Status,
    model::AAGUID,
    platform::{Account, Needs, Operation, Refusal, Site},
    testing::{
        Reaction,
        device::{CLIENT_DATA_HASH, Device, bytes, map, member, named, text},
    },
};

#[test]
fn an_answer_has_format_data_and_statement() {
    let device = Device::new();
    let made = register(&device, b"user", vec![]);
    assert_eq!(member(&made, 1), Some(&text("packed")));
    assert!(member(&made, 3).is_some());
    assert!(member(&made, 4).is_none() && member(&made, 5).is_none());
    let data = auth_data(&made);
    assert_eq!(data[..32], sha256(RP.as_bytes()));
    assert_eq!(flags(&made), UP | AT);
    assert_eq!(sign_count(&made), 0);
    assert_eq!(data[37..53], AAGUID);
    assert!((16..=255).contains(&credential_id(&made).len()));
}

#[test]
fn the_person_is_told_site_and_account() {
    let device = Device::new();
    register(&device, b"user", vec![]);
    let prompts = device.user.take_prompts();
    assert_eq!(prompts.len(), 1);
    assert_eq!(prompts[0].needs, Needs::Presence);
    let site = Site { id: RP.to_owned(), name: Some("A site".to_owned()) };
    let account =
        Account { name: Some("somebody".to_owned()), display_name: None, id: b"user".to_vec() };
    assert_eq!(
        prompts[0].operation,
        Operation::Register { site, account: Some(account), key: None }
    );
}

#[test]
fn every_required_parameter_is_required() {
    let device = Device::new();
    for missing in 1..=4 {
        let answer = try_register(&device, b"user", vec![(missing, Value::Null)]);
        assert_eq!(answer, Err(Status::MissingParameter), "parameter {missing}");
    }
    let nameless = map([("name", text("somebody"))]);
    for entity in [2, 3] {
        let answer = try_register(&device, b"user", vec![(entity, nameless.clone())]);
        assert_eq!(answer, Err(Status::MissingParameter), "entity {entity} without id");
    }
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn an_empty_param_collects_presence_and_tells_whether_a_pin_is_set() {
    let device = Device::new();
    let probe = || vec![(8, bytes(&[])), (9, Value::from(1))];
    assert_eq!(try_register(&device, b"user", probe()), Err(Status::PinNotSet));
    assert_eq!(device.user.take_prompts()[0].operation, Operation::Select);
    // Clients probe without a protocol too.
    let bare = vec![(8, bytes(&[]))];
    assert_eq!(try_register(&device, b"user", bare), Err(Status::PinNotSet));
    device.pin_client(2).set_pin(PIN).unwrap();
    assert_eq!(try_register(&device, b"user", probe()), Err(Status::PinInvalid));
    device.user.then(Reaction::Refuse(Refusal::Declined));
    assert_eq!(try_register(&device, b"user", probe()), Err(Status::OperationDenied));
}

#[test]
fn a_param_needs_a_protocol_that_is_offered() {
    let device = device_with_pin();
    let param = (8, bytes(&[0; 32]));
    let without = try_register(&device, b"user", vec![param.clone()]);
    assert_eq!(without, Err(Status::MissingParameter));
    let unknown = try_register(&device, b"user", vec![param, (9, Value::from(3))]);
    assert_eq!(unknown, Err(Status::InvalidParameter));
}

#[test]
fn the_first_offered_algorithm_of_the_list_is_chosen() {
    let device = Device::new();
    let chosen = |ids: &[i64]| {
        let list = Value::Array(ids.iter().map(|id| algorithm(*id)).collect());
        let made = try_register(&device, b"user", vec![(4, list)])?;
        Ok(member(&cose_key(&made), 3).unwrap().as_integer().unwrap().into())
    };
    assert_eq!(chosen(&[-7, -8]), Ok(-7_i128));
    assert_eq!(chosen(&[-8, -7]), Ok(-8));
    assert_eq!(chosen(&[-257, -8, -7]), Ok(-8));
    assert_eq!(chosen(&[-257, -37]), Err(Status::UnsupportedAlgorithm));
    assert_eq!(chosen(&[]), Err(Status::UnsupportedAlgorithm));
}

#[test]
fn an_algorithm_of_another_type_is_passed_over() {
    let device = Device::new();
    let other = map([("alg", Value::from(-7)), ("type", text("future"))]);
    let alone = vec![(4, Value::Array(vec![other.clone()]))];
    assert_eq!(try_register(&device, b"user", alone), Err(Status::UnsupportedAlgorithm));
    let made = register(&device, b"user", vec![(4, Value::Array(vec![other, algorithm(-8)]))]);
    assert_eq!(member(&cose_key(&made), 3), Some(&Value::from(-8)));
}

#[test]
fn up_false_is_an_invalid_option_at_registration() {
    let device = Device::new();
    let silent = vec![(7, options(&[("up", false)]))];
    assert_eq!(try_register(&device, b"user", silent), Err(Status::InvalidOption));
    register(&device, b"user", vec![(7, options(&[("up", true)]))]);
}

#[test]
fn uv_without_built_in_verification_is_an_invalid_option() {
    let device = Device::new();
    for built_in in [None, Some(false)] {
        device.user.set_built_in_uv(built_in);
        let more = vec![(7, options(&[("uv", true)]))];
        assert_eq!(try_register(&device, b"user", more), Err(Status::InvalidOption));
    }
}

#[test]
fn uv_with_built_in_verification_verifies() {
    let device = Device::with_uv();
    let made = register(&device, b"user", vec![(7, options(&[("rk", true), ("uv", true)]))]);
    assert_eq!(flags(&made), UP | UV | AT);
    let prompts = device.user.take_prompts();
    assert_eq!(prompts.len(), 1, "verification is presence too");
    assert_eq!(prompts[0].needs, Needs::Verification);
}

#[test]
fn a_param_makes_the_uv_option_false() {
    for device in [Device::new(), Device::with_uv()] {
        device.pin_client(2).set_pin(PIN).unwrap();
        let mut more = mc_proof(&device);
        more.push((7, options(&[("uv", true)])));
        let made = register(&device, b"user", more);
        assert_eq!(flags(&made) & UV, UV);
        let prompts = device.user.take_prompts();
        assert!(prompts.iter().all(|prompt| prompt.needs == Needs::Presence));
    }
}

#[test]
fn unknown_options_are_passed_over() {
    let more = vec![(7, options(&[("future", true), ("rk", false)]))];
    register(&Device::new(), b"user", more);
}

#[test]
fn registration_without_verification_is_for_what_is_not_discoverable() {
    let device = device_with_pin();
    let made = register(&device, b"user", vec![]);
    assert_eq!(flags(&made) & UV, 0);
    assert_eq!(try_register(&device, b"user", vec![rk()]), Err(Status::PuatRequired));
    let verified = [mc_proof(&device), vec![rk()]].concat();
    assert_eq!(flags(&register(&device, b"user", verified)) & UV, UV);

    let device = Device::with_uv();
    assert_eq!(try_register(&device, b"user", vec![rk()]), Err(Status::OperationDenied));
}

#[test]
fn a_device_without_any_verification_makes_discoverable_credentials() {
    let made = register(&Device::new(), b"user", vec![rk()]);
    assert_eq!(flags(&made), UP | AT);
}

#[test]
fn a_token_needs_permission_and_the_right_site() {
    let device = device_with_pin();
    let client = device.pin_client(2);
    let with = |token: &[u8], message: &[u8]| {
        let proof = vec![(8, client.param(token, message)), (9, client.number())];
        device.send(1, make_credential(RP, b"user", proof)).map(drop)
    };
    let token = client.token_using_pin(PIN, GA, Some(RP)).unwrap();
    assert_eq!(with(&token, &CLIENT_DATA_HASH), Err(Status::PinAuthInvalid));
    let token = client.token_using_pin(PIN, MC, Some("other.example")).unwrap();
    assert_eq!(with(&token, &CLIENT_DATA_HASH), Err(Status::PinAuthInvalid));
    let token = client.token_using_pin(PIN, MC, Some(RP)).unwrap();
    assert_eq!(with(&token, &[0; 32]), Err(Status::PinAuthInvalid));
    assert_eq!(with(&[0; 32], &CLIENT_DATA_HASH), Err(Status::PinAuthInvalid));
    // And it is good for one registration.
    assert_eq!(with(&token, &CLIENT_DATA_HASH), Ok(()));
    assert_eq!(with(&token, &CLIENT_DATA_HASH), Err(Status::PinAuthInvalid));
}

#[test]
fn a_discoverable_credential_takes_the_place_of_one_for_the_same_account() {
    let device = Device::new();
    device.user.set_chooses_account(false);
    let old = credential_id(&register(&device, b"one", vec![rk()])).to_vec();
    register(&device, b"two", vec![rk()]);
    // Now the newest, with another name.
    let user = map([("id", bytes(b"one")), ("name", text("renamed"))]);
    let new = register(&device, b"one", vec![rk(), (3, user)]);
    let answer = sign_in(&device, vec![]).unwrap();
    assert_eq!(user_id(&answer), b"one");
    let id = named(member(&answer, 1).unwrap(), "id").unwrap().as_bytes().unwrap();
    assert_eq!(id, credential_id(&new));
    assert_eq!(member(&answer, 5), Some(&Value::from(2)));
    let allow = super::steps::allow(&old);
    assert_eq!(sign_in(&device, vec![allow]), Err(Status::NoCredentials));
}

#[test]
fn the_same_account_at_another_site_is_another_account() {
    let device = Device::new();
    register(&device, b"one", vec![rk()]);
    device.send(1, make_credential("other.example", b"one", vec![rk()])).unwrap();
    assert!(member(&sign_in(&device, vec![]).unwrap(), 5).is_none());
    assert_eq!(user_id(&sign_in(&device, vec![]).unwrap()), b"one");
}

#[test]
fn a_user_id_longer_than_64_bytes_is_refused() {
    let device = Device::new();
    register(&device, &[1; 64], vec![rk()]);
    assert_eq!(try_register(&device, &[1; 65], vec![rk()]), Err(Status::InvalidLength));
}
