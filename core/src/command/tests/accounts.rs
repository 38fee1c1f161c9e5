//! Several accounts at one site: the person chooses on the phone (§6.2.2 step 12).

use ciborium::Value;

use super::{
    requests::options,
    steps::{GA, RP, UV, flags, list, register_discoverable, sign_in, user_id},
};
use crate::{
    ctap::status::Status,
    platform::{Choice, Needs, Operation, Refusal},
    testing::{
        Reaction,
        device::{CLIENT_DATA_HASH, Device, member},
    },
};

/// A device with accounts "0", "1", ... of which the last is the newest.
fn device_with_accounts(count: usize) -> Device {
    let device = Device::new();
    for account in 0..count {
        register_discoverable(&device, account.to_string().as_bytes());
    }
    device.user.take_prompts();
    device
}

fn user_selected(answer: &Value) -> Option<&Value> {
    member(answer, 6)
}

/// What each prompt since the last call listed: the accounts' IDs, and how many more there are.
fn listed(device: &Device) -> Vec<(Vec<String>, u64)> {
    let pages = device.user.take_prompts().into_iter().map(|prompt| match prompt.operation {
        Operation::SignIn { accounts, not_listed, .. } => {
            let ids = accounts.into_iter().map(|account| String::from_utf8(account.id).unwrap());
            (ids.collect(), not_listed)
        }
        other => panic!("{other:?} is no sign-in"),
    });
    pages.collect()
}

fn names(accounts: impl Iterator<Item = usize>) -> Vec<String> {
    accounts.map(|account| account.to_string()).collect()
}

#[test]
fn the_person_chooses_newest_first() {
    let device = device_with_accounts(3);
    device.user.then(Reaction::Choose(Choice::Account(2)));
    let answer = sign_in(&device, vec![]).unwrap();
    assert_eq!(listed(&device), [(names([2, 1, 0].into_iter()), 0)]);
    assert_eq!(user_id(&answer), b"0");
    assert_eq!(user_selected(&answer), Some(&Value::from(true)));
    assert!(member(&answer, 5).is_none(), "there is nothing more to get");
    assert_eq!(device.raw(&[8]), Err(Status::NotAllowed));
}

#[test]
fn one_account_is_shown_but_not_chosen() {
    let device = device_with_accounts(1);
    let answer = sign_in(&device, vec![]).unwrap();
    assert_eq!(listed(&device), [(names([0].into_iter()), 0)]);
    assert!(user_selected(&answer).is_none() && member(&answer, 5).is_none());
}

#[test]
fn an_allow_list_leaves_no_choice() {
    let device = Device::new();
    let ids: Vec<_> =
        [b"0", b"1"].iter().map(|user| register_discoverable(&device, *user)).collect();
    device.user.take_prompts();
    let answer = sign_in(&device, vec![(3, list(&[&ids[0], &ids[1]]))]).unwrap();
    assert_eq!(user_id(&answer), b"0");
    assert!(user_selected(&answer).is_none() && member(&answer, 5).is_none());
    assert_eq!(listed(&device), [(names([0].into_iter()), 0)]);
}

#[test]
fn many_accounts_come_page_by_page_and_round_again() {
    let device = device_with_accounts(20);
    for _ in 0..4 {
        device.user.then(Reaction::Choose(Choice::Older));
    }
    device.user.then(Reaction::Choose(Choice::Account(7)));
    let answer = sign_in(&device, vec![]).unwrap();
    let pages = [
        (names((12..20).rev()), 12),
        (names((4..12).rev()), 4),
        (names((0..4).rev()), 0),
        (names((12..20).rev()), 12),
        (names((4..12).rev()), 4),
    ];
    assert_eq!(listed(&device), pages);
    assert_eq!(user_id(&answer), b"4");
    assert_eq!(user_selected(&answer), Some(&Value::from(true)));
}

#[test]
fn a_full_last_page_has_no_older_ones() {
    let device = device_with_accounts(16);
    for _ in 0..2 {
        device.user.then(Reaction::Choose(Choice::Older));
    }
    sign_in(&device, vec![]).unwrap();
    let pages = [(names((8..16).rev()), 8), (names((0..8).rev()), 0), (names((8..16).rev()), 8)];
    assert_eq!(listed(&device), pages);
}

#[test]
fn the_oldest_account_can_be_chosen() {
    let device = device_with_accounts(20);
    device.user.then(Reaction::Choose(Choice::Older));
    device.user.then(Reaction::Choose(Choice::Older));
    device.user.then(Reaction::Choose(Choice::Account(3)));
    assert_eq!(user_id(&sign_in(&device, vec![]).unwrap()), b"0");
}

#[test]
fn what_was_not_listed_cannot_be_chosen() {
    let device = device_with_accounts(20);
    device.user.then(Reaction::Choose(Choice::Account(8)));
    assert_eq!(sign_in(&device, vec![]), Err(Status::OperationDenied));
}

#[test]
fn the_person_may_decline_on_any_page() {
    let device = device_with_accounts(20);
    device.user.then(Reaction::Choose(Choice::Older));
    device.user.then(Reaction::Refuse(Refusal::Declined));
    assert_eq!(sign_in(&device, vec![]), Err(Status::OperationDenied));
}

#[test]
fn a_choice_is_verified_where_verification_was_asked_for() {
    let device = device_with_accounts(2);
    device.user.set_built_in_uv(Some(true));
    device.user.then(Reaction::Choose(Choice::Account(1)));
    let answer = sign_in(&device, vec![(5, options(&[("uv", true)]))]).unwrap();
    assert_eq!(flags(&answer) & UV, UV);
    assert_eq!(user_id(&answer), b"0");
    let prompts = device.user.take_prompts();
    assert_eq!((prompts.len(), prompts[0].needs), (1, Needs::Verification));
}

/// Looking at older accounts is neither presence nor a failed attempt at verification.
#[test]
fn turning_the_page_verifies_nobody_and_costs_no_attempt() {
    let device = device_with_accounts(20);
    device.user.set_built_in_uv(Some(true));
    for _ in 0..7 {
        device.user.then(Reaction::Choose(Choice::Older));
    }
    let answer = sign_in(&device, vec![(5, options(&[("uv", true)]))]).unwrap();
    assert_eq!(flags(&answer) & UV, UV);
    assert_eq!(user_id(&answer), b"11");
}

#[test]
fn consent_that_came_with_a_token_still_leaves_the_choice() {
    let device = device_with_accounts(2);
    device.user.set_built_in_uv(Some(true));
    let client = device.pin_client(2);
    let token = client.token_using_uv(GA, Some(RP)).unwrap();
    device.user.take_prompts();
    device.user.then(Reaction::Choose(Choice::Account(1)));
    let proof = vec![(6, client.param(&token, &CLIENT_DATA_HASH)), (7, client.number())];
    let answer = sign_in(&device, proof).unwrap();
    assert_eq!(user_id(&answer), b"0");
    assert_eq!(user_selected(&answer), Some(&Value::from(true)));
    assert_eq!(listed(&device).len(), 1);
}

#[test]
fn a_silent_sign_in_counts_the_accounts_instead() {
    let device = device_with_accounts(3);
    let answer = sign_in(&device, vec![(5, options(&[("up", false)]))]).unwrap();
    assert_eq!(user_id(&answer), b"2");
    assert_eq!(member(&answer, 5), Some(&Value::from(3)));
    assert!(user_selected(&answer).is_none());
    assert!(device.user.take_prompts().is_empty());
}
