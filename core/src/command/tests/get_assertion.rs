//! authenticatorGetAssertion (§6.2.2) with one credential.

use ciborium::Value;
use ring::signature::{ED25519, UnparsedPublicKey};

use super::{
    requests::{algorithm, auth_data, credential_id, get_assertion, options, sign_count},
    steps::{
        GA, MC, PIN, RP, UP, UV, allow, cose_key, device_with_pin, flags, ga_proof, list,
        public_key, register, register_discoverable, rk, sign_in, user_id, verifies,
    },
};
use crate::{
    crypto::sha256,
    ctap::status::Status,
    platform::{Needs, Operation, Refusal, Site},
    testing::{
        Reaction,
        device::{CLIENT_DATA_HASH, Device, bytes, map, member, named, text},
    },
};

fn signature(answer: &Value) -> &[u8] {
    member(answer, 3).unwrap().as_bytes().unwrap()
}

fn signed(answer: &Value) -> Vec<u8> {
    [auth_data(answer), &CLIENT_DATA_HASH].concat()
}

#[test]
fn the_signature_is_the_credentials_own() {
    for discoverable in [false, true] {
        let device = Device::new();
        let made = register(&device, b"user", vec![(7, options(&[("rk", discoverable)]))]);
        let answer = sign_in(&device, vec![allow(credential_id(&made))]).unwrap();
        assert!(verifies(&public_key(&made), &signed(&answer), signature(&answer)));
        assert_eq!(auth_data(&answer)[..32], sha256(RP.as_bytes()));
        let descriptor = member(&answer, 1).unwrap();
        assert_eq!(named(descriptor, "id"), Some(&bytes(credential_id(&made))));
        assert_eq!(named(descriptor, "type"), Some(&text("public-key")));
    }
}

#[test]
fn an_ed25519_signature_is_raw() {
    let device = Device::new();
    let made = register(&device, b"user", vec![(4, Value::Array(vec![algorithm(-8)]))]);
    let key = cose_key(&made);
    let x = member(&key, -2).unwrap().as_bytes().unwrap();
    let answer = sign_in(&device, vec![allow(credential_id(&made))]).unwrap();
    assert_eq!(signature(&answer).len(), 64);
    let key = UnparsedPublicKey::new(&ED25519, x);
    assert!(key.verify(&signed(&answer), signature(&answer)).is_ok());
}

#[test]
fn every_required_parameter_is_required() {
    let device = Device::new();
    let hash = (2, bytes(&CLIENT_DATA_HASH));
    assert_eq!(device.send(2, map([hash])), Err(Status::MissingParameter));
    assert_eq!(device.send(2, map([(1, text(RP))])), Err(Status::MissingParameter));
}

#[test]
fn an_empty_param_collects_presence_and_tells_whether_a_pin_is_set() {
    let device = Device::new();
    let probe = || vec![(6, bytes(&[])), (7, Value::from(2))];
    assert_eq!(sign_in(&device, probe()), Err(Status::PinNotSet));
    assert_eq!(device.user.take_prompts()[0].operation, Operation::Select);
    device.pin_client(2).set_pin(PIN).unwrap();
    assert_eq!(sign_in(&device, probe()), Err(Status::PinInvalid));
    device.user.then(Reaction::Refuse(Refusal::TimedOut));
    assert_eq!(sign_in(&device, probe()), Err(Status::UserActionTimeout));
}

#[test]
fn a_param_needs_a_protocol_that_is_offered() {
    let device = device_with_pin();
    let param = (6, bytes(&[0; 32]));
    assert_eq!(sign_in(&device, vec![param.clone()]), Err(Status::MissingParameter));
    let unknown = vec![param, (7, Value::from(3))];
    assert_eq!(sign_in(&device, unknown), Err(Status::InvalidParameter));
}

#[test]
fn rk_is_no_option_of_a_sign_in() {
    let device = Device::new();
    register_discoverable(&device, b"user");
    for rk in [false, true] {
        let answer = sign_in(&device, vec![(5, options(&[("rk", rk)]))]);
        assert_eq!(answer, Err(Status::UnsupportedOption));
    }
}

#[test]
fn uv_without_built_in_verification_is_an_invalid_option() {
    let device = Device::new();
    register_discoverable(&device, b"user");
    for built_in in [None, Some(false)] {
        device.user.set_built_in_uv(built_in);
        let answer = sign_in(&device, vec![(5, options(&[("uv", true)]))]);
        assert_eq!(answer, Err(Status::InvalidOption));
    }
}

#[test]
fn without_presence_nobody_is_asked() {
    let device = Device::new();
    let id = register_discoverable(&device, b"user");
    device.user.take_prompts();
    let silent = (5, options(&[("up", false)]));
    for more in [vec![silent.clone()], vec![silent, allow(&id)]] {
        assert_eq!(flags(&sign_in(&device, more).unwrap()), 0);
    }
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn nothing_here_is_told_at_once_without_verification() {
    let device = Device::new();
    assert_eq!(sign_in(&device, vec![]), Err(Status::NoCredentials));
    assert_eq!(sign_in(&device, vec![allow(&[2; 60])]), Err(Status::NoCredentials));
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn nothing_here_is_told_after_built_in_verification() {
    let device = Device::with_uv();
    let verify = || vec![(5, options(&[("uv", true)]))];
    assert_eq!(sign_in(&device, verify()), Err(Status::NoCredentials));
    let prompts = device.user.take_prompts();
    let site = Site { id: RP.to_owned(), name: None };
    assert_eq!(prompts[0].operation, Operation::NoCredential { site });
    assert_eq!(prompts[0].needs, Needs::Verification);
    device.user.then(Reaction::Refuse(Refusal::Declined));
    assert_eq!(sign_in(&device, verify()), Err(Status::OperationDenied));
}

#[test]
fn user_names_go_out_only_after_verification() {
    let device = Device::with_uv();
    let user = map([
        ("id", bytes(b"user")),
        ("name", text("somebody")),
        ("displayName", text("Some Body")),
    ]);
    register(&device, b"user", vec![(3, user), (7, options(&[("rk", true), ("uv", true)]))]);
    let unverified = sign_in(&device, vec![]).unwrap();
    assert_eq!(member(&unverified, 4), Some(&map([("id", bytes(b"user"))])));
    let verified = sign_in(&device, vec![(5, options(&[("uv", true)]))]).unwrap();
    let user = member(&verified, 4).unwrap();
    assert_eq!(named(user, "name"), Some(&text("somebody")));
    assert_eq!(named(user, "displayName"), Some(&text("Some Body")));
}

#[test]
fn a_credential_that_is_not_discoverable_names_no_user() {
    let device = Device::new();
    let id = credential_id(&register(&device, b"user", vec![])).to_vec();
    assert!(member(&sign_in(&device, vec![allow(&id)]).unwrap(), 4).is_none());
    assert_eq!(sign_in(&device, vec![]), Err(Status::NoCredentials));
}

#[test]
fn an_empty_allow_list_is_the_same_as_none() {
    let device = Device::new();
    register_discoverable(&device, b"user");
    assert_eq!(user_id(&sign_in(&device, vec![(3, list(&[]))]).unwrap()), b"user");
}

#[test]
fn the_first_of_the_allow_list_that_is_here_signs() {
    let device = Device::new();
    let one = register_discoverable(&device, b"one");
    let two = register_discoverable(&device, b"two");
    let wrapped = credential_id(&register(&device, b"three", vec![])).to_vec();
    device.user.take_prompts();
    for (ids, expected) in
        [([&two, &one], &two), ([&one, &two], &one), ([&wrapped, &one], &wrapped)]
    {
        let ids = [&[8; 30], ids[0].as_slice(), ids[1]];
        let answer = sign_in(&device, vec![(3, list(&ids))]).unwrap();
        assert_eq!(named(member(&answer, 1).unwrap(), "id"), Some(&bytes(expected)));
        assert!(member(&answer, 5).is_none() && member(&answer, 6).is_none());
    }
    assert_eq!(device.user.take_prompts().len(), 3);
}

#[test]
fn a_credential_signs_for_its_own_site_only() {
    let device = Device::new();
    for more in [vec![], vec![rk()]] {
        let id = credential_id(&register(&device, b"user", more)).to_vec();
        let elsewhere = get_assertion("other.example", vec![allow(&id)]);
        assert_eq!(device.send(2, elsewhere), Err(Status::NoCredentials));
    }
}

#[test]
fn an_altered_wrapped_id_is_no_credential() {
    let device = Device::new();
    let id = credential_id(&register(&device, b"user", vec![])).to_vec();
    for place in 0..id.len() {
        let mut altered = id.clone();
        altered[place] ^= 1;
        assert_eq!(sign_in(&device, vec![allow(&altered)]), Err(Status::NoCredentials));
    }
}

#[test]
fn counters_rise_and_belong_to_one_credential() {
    let device = Device::new();
    let one = register_discoverable(&device, b"one");
    let two = credential_id(&register(&device, b"two", vec![])).to_vec();
    let count = |id: &[u8]| sign_count(&sign_in(&device, vec![allow(id)]).unwrap());
    let mut last = 0;
    for _ in 0..200 {
        let next = count(&one);
        assert!(next > last);
        last = next;
    }
    assert!(count(&two) < last, "it does not tell how often another one was used");
    device.authenticator.power_cycle();
    assert!(count(&one) > last);
}

#[test]
fn a_token_needs_permission_and_the_right_site() {
    let device = device_with_pin();
    let id = credential_id(&register(&device, b"user", vec![])).to_vec();
    let client = device.pin_client(1);
    let with = |token: &[u8]| {
        let proof = vec![(6, client.param(token, &CLIENT_DATA_HASH)), (7, client.number())];
        sign_in(&device, [proof, vec![allow(&id)]].concat()).map(|answer| flags(&answer))
    };
    let token = client.token_using_pin(PIN, MC, Some(RP)).unwrap();
    assert_eq!(with(&token), Err(Status::PinAuthInvalid));
    let token = client.token_using_pin(PIN, GA, Some("other.example")).unwrap();
    assert_eq!(with(&token), Err(Status::PinAuthInvalid));
    let token = client.token_using_pin(PIN, GA, Some(RP)).unwrap();
    assert_eq!(with(&token), Ok(UP | UV));
    assert_eq!(with(&token), Err(Status::PinAuthInvalid));
}

#[test]
fn a_silent_sign_in_does_not_use_a_token_up() {
    let device = device_with_pin();
    let id = credential_id(&register(&device, b"user", vec![])).to_vec();
    let proof = ga_proof(&device);
    let silent = [proof.clone(), vec![allow(&id), (5, options(&[("up", false)]))]].concat();
    assert_eq!(flags(&sign_in(&device, silent).unwrap()), UV);
    let present = [proof, vec![allow(&id)]].concat();
    assert_eq!(flags(&sign_in(&device, present).unwrap()), UP | UV);
}

#[test]
fn presence_given_with_the_token_is_not_asked_for_again() {
    let device = Device::with_uv();
    let id = credential_id(&register(&device, b"user", vec![])).to_vec();
    let client = device.pin_client(2);
    let token = client.token_using_uv(GA, Some(RP)).unwrap();
    device.user.take_prompts();
    let proof = vec![(6, client.param(&token, &CLIENT_DATA_HASH)), (7, client.number())];
    let answer = sign_in(&device, [proof, vec![allow(&id)]].concat()).unwrap();
    assert_eq!(flags(&answer), UP | UV);
    assert!(device.user.take_prompts().is_empty());
}
