//! Keys of which each must be authorized by itself: the prompt names the key that will sign.

use std::{
    pin::pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Waker},
};

use ciborium::Value;

use super::{
    fake_keys::FlakyKeys,
    requests::{make_credential, options},
    steps::{GA, MC, RP, rk, sign_in, try_register},
    u2f_messages::{APPLICATION, register_message},
};
use crate::{
    ctap::status::Status,
    platform::{Choice, KeyHandle, Operation, Refusal},
    testing::{
        Reaction,
        device::{CLIENT_DATA_HASH, Device, encode},
    },
};

fn device() -> (Device, Arc<FlakyKeys>) {
    let keys = FlakyKeys::new();
    keys.binds_authorization.store(true, Ordering::Relaxed);
    let device = Device::with_key_store(keys.clone());
    device.user.set_built_in_uv(Some(true));
    (device, keys)
}

/// The keys that the last prompt named.
fn named(device: &Device) -> Vec<KeyHandle> {
    match device.user.take_prompts().pop().expect("somebody was asked").operation {
        Operation::SignIn { keys, .. } => keys,
        Operation::Register { key, .. } => key.into_iter().collect(),
        other => panic!("{other:?} signs nothing"),
    }
}

fn discoverable() -> Vec<(i64, Value)> {
    vec![(7, options(&[("rk", true), ("uv", true)]))]
}

fn verified() -> (i64, Value) {
    (5, options(&[("uv", true)]))
}

#[test]
fn the_prompt_for_a_new_credential_names_the_key_that_attests_it() {
    let (device, keys) = device();
    try_register(&device, b"user", discoverable()).unwrap();
    assert_eq!(named(&device), *keys.signed_with.lock().unwrap());
    assert!(keys.deleted.lock().unwrap().is_empty());
}

#[test]
fn a_key_that_nobody_agreed_to_is_deleted() {
    let (device, keys) = device();
    device.user.then(Reaction::Refuse(Refusal::Declined));
    let refused = try_register(&device, b"user", discoverable());
    assert_eq!(refused, Err(Status::OperationDenied));
    assert_eq!(named(&device), *keys.deleted.lock().unwrap());

    // So is one whose client has gone while the person was asked.
    device.user.then(Reaction::Ignore);
    let mut request = vec![1];
    request.extend(encode(&make_credential(RP, b"user", discoverable())));
    {
        let mut asking = pin!(device.begin().ctap2(&request));
        assert!(asking.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(named(&device), keys.deleted.lock().unwrap()[1..]);
}

#[test]
fn the_prompt_for_a_sign_in_names_the_accounts_keys_in_their_order() {
    let (device, keys) = device();
    for user in [b"one", b"two"] {
        try_register(&device, user, discoverable()).unwrap();
    }
    let made = std::mem::take(&mut *keys.signed_with.lock().unwrap());
    device.user.then(Reaction::Choose(Choice::Account(1)));
    sign_in(&device, vec![verified()]).unwrap();
    assert_eq!(named(&device), [made[1].clone(), made[0].clone()], "newest first");
    assert_eq!(*keys.signed_with.lock().unwrap(), [made[0].clone()]);
}

#[test]
fn presence_given_with_a_token_does_not_save_the_prompt_for_the_key() {
    let (device, keys) = device();
    let client = device.pin_client(2);
    for permission in [MC, GA] {
        let token = client.token_using_uv(permission, Some(RP)).unwrap();
        let param = client.param(&token, &CLIENT_DATA_HASH);
        device.user.take_prompts();
        if permission == MC {
            let proof = vec![rk(), (8, param), (9, client.number())];
            try_register(&device, b"user", proof).unwrap();
        } else {
            sign_in(&device, vec![(6, param), (7, client.number())]).unwrap();
        }
        let signed = keys.signed_with.lock().unwrap().pop().unwrap();
        assert_eq!(named(&device), [signed]);
        assert!(keys.authorized_by.lock().unwrap().pop().unwrap().is_some());
    }
}

#[test]
fn u2f_clients_who_poll_register_no_such_key() {
    let (device, keys) = device();
    assert_eq!(device.u2f(&register_message(&APPLICATION)), (vec![], 0x6d00));
    assert!(device.user.take_prompts().is_empty());
    assert!(keys.deleted.lock().unwrap().is_empty());
}

#[test]
fn what_a_consent_authorized_reaches_every_signature_of_it() {
    let keys = FlakyKeys::new();
    let device = Device::with_key_store(keys.clone());
    device.user.set_chooses_account(false);
    for user in [b"one", b"two"] {
        try_register(&device, user, vec![rk()]).unwrap();
    }
    device.user.take_prompts();
    keys.authorized_by.lock().unwrap().clear();
    sign_in(&device, vec![]).unwrap();
    device.raw(&[0x08]).unwrap();
    let prompt = device.user.take_prompts().pop();
    assert_eq!(*keys.authorized_by.lock().unwrap(), [prompt.clone(), prompt]);
}
