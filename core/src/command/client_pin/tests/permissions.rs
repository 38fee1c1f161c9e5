//! What a token may be asked for, what it is good for, and what the person sees of it.

use ciborium::Value;

use super::*;
use crate::{
    ctap::status::Status,
    platform::{Needs, Operation, Refusal, Site},
    testing::{
        Reaction,
        device::{PinClient, bytes, map},
    },
};

#[test]
fn permissions_must_be_offered_and_pcmr_comes_alone() {
    for protocol in [1, 2] {
        let device = with_pin();
        let client = device.pin_client(protocol);
        let refusal = |permissions| client.token_using_pin(PIN, permissions, None).unwrap_err();
        assert_eq!(refusal(0), Status::InvalidParameter);
        for bio_enrollment in [0x08, 0x08 | MC, 0x08 | PCMR] {
            assert_eq!(refusal(bio_enrollment), Status::UnauthorizedPermission);
        }
        for other in [MC, GA, CM, LBW, ACFG] {
            assert_eq!(refusal(PCMR | other), Status::UnauthorizedPermission);
        }
        assert_eq!(client.pin_retries(), Ok(8));
        assert!(device.user.take_prompts().is_empty());
        client.token_using_pin(PIN, MC | GA | CM | LBW | ACFG, None).unwrap();
    }
}

#[test]
fn permissions_without_a_meaning_are_ignored() {
    let device = with_pin();
    let client = device.pin_client(2);
    let session = client.session();
    let token = client.token_in(&session, PIN, Value::from(0xff84_u64)).unwrap();
    client.manage(&token, 1, Value::Null).unwrap();
    let nothing = client.token_in(&session, PIN, Value::from(0x4000_0000_0000_0000_u64)).unwrap();
    assert_eq!(client.manage(&nothing, 1, Value::Null), Err(Status::PinAuthInvalid));
    assert_eq!(client.make_credential(&nothing, SITE, b"user", false), Err(Status::PinAuthInvalid));
}

#[test]
fn get_pin_token_takes_no_permissions() {
    let device = with_pin();
    let client = device.pin_client(1);
    let session = client.session();
    for extra in [(9, Value::from(MC)), (10, Value::from(SITE))] {
        let members = [(6, bytes(&session.encrypt(&[0; 16]))), extra];
        assert_eq!(client.client_pin(&session, 5, members), Err(Status::InvalidParameter));
    }
    assert_eq!(client.pin_retries(), Ok(8));
}

/// One use of each permission.
fn uses(client: &PinClient<'_>, token: &[u8]) -> [(u8, Result<Value, Status>); 5] {
    let blobs = [0x80, 0x76, 0xbe, 0x8b, 0x52, 0x8d, 0x00, 0x75, 0xf7];
    let blobs = [&blobs[..], &[0xaa, 0xe9, 0x8d, 0x6f, 0xa5, 0x7a, 0x6d, 0x3c]].concat();
    [
        (CM, client.manage(token, 1, Value::Null)),
        (ACFG, client.config(token, 3, map([(1, Value::from(4))]))),
        (LBW, client.write_blobs(token, &blobs, 0, Some(17))),
        (GA, client.get_assertion(token, SITE, false)),
        (MC, client.make_credential(token, SITE, b"user", true)),
    ]
}

#[test]
fn a_token_is_good_for_what_it_was_made_for() {
    for protocol in [1, 2] {
        for permission in [MC, GA, CM, LBW, ACFG] {
            let device = Device::new();
            device.register(SITE, b"user", true);
            let client = device.pin_client(protocol);
            client.set_pin(PIN).unwrap();
            let token = client.token_using_pin(PIN, permission, None).unwrap();
            for (needed, result) in uses(&client, &token) {
                let expected =
                    if needed == permission { Ok(()) } else { Err(Status::PinAuthInvalid) };
                assert_eq!(result.map(drop), expected, "{permission:#x} used for {needed:#x}");
            }
        }
    }
}

#[test]
fn get_pin_token_gives_make_credential_and_get_assertion() {
    for protocol in [1, 2] {
        let device = Device::new();
        device.register(SITE, b"user", true);
        let client = device.pin_client(protocol);
        client.set_pin(PIN).unwrap();
        let token = client.get_pin_token(PIN).unwrap();
        for (needed, result) in uses(&client, &token) {
            let expected =
                if [MC, GA].contains(&needed) { Ok(()) } else { Err(Status::PinAuthInvalid) };
            assert_eq!(result.map(drop), expected, "{needed:#x}");
        }
    }
}

#[test]
fn a_token_for_a_site_is_for_no_other() {
    for protocol in [1, 2] {
        let device = Device::new();
        for site in [SITE, "other.org"] {
            device.register(site, b"user", true);
        }
        let client = device.pin_client(protocol);
        client.set_pin(PIN).unwrap();
        let token = client.token_using_pin(PIN, MC | GA, Some(SITE)).unwrap();
        assert_eq!(client.get_assertion(&token, "other.org", true), Err(Status::PinAuthInvalid));
        assert_eq!(
            client.make_credential(&token, "other.org", b"user", false),
            Err(Status::PinAuthInvalid)
        );
        client.get_assertion(&token, SITE, true).unwrap();
    }
}

#[test]
fn the_first_use_binds_a_token_to_its_site() {
    let device = Device::new();
    for site in [SITE, "other.org"] {
        device.register(site, b"user", true);
    }
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();
    let token = client.token_using_pin(PIN, GA, None).unwrap();
    client.get_assertion(&token, SITE, false).unwrap();
    assert_eq!(client.get_assertion(&token, "other.org", false), Err(Status::PinAuthInvalid));
    client.get_assertion(&token, SITE, false).unwrap();
}

#[test]
fn only_what_would_happen_unseen_is_asked() {
    for protocol in [1, 2] {
        let device = with_pin();
        let client = device.pin_client(protocol);
        for permissions in [MC, GA, MC | GA] {
            client.token_using_pin(PIN, permissions, Some(SITE)).unwrap();
        }
        client.get_pin_token(PIN).unwrap();
        assert_eq!(device.user.take_prompts(), []);
        for permissions in [CM, LBW, ACFG, PCMR, MC | LBW] {
            client.token_using_pin(PIN, permissions, Some(SITE)).unwrap();
            let prompts = device.user.take_prompts();
            assert_eq!(prompts.len(), 1);
            let site = Some(Site { id: SITE.to_owned(), name: None });
            assert_eq!(prompts[0].operation, Operation::AllowToken { permissions, site });
            assert_eq!(prompts[0].needs, Needs::Presence);
        }
    }
}

#[test]
fn a_token_that_is_not_allowed_costs_no_retry() {
    let device = with_pin();
    let client = device.pin_client(2);
    for (refusal, status) in [
        (Refusal::Declined, Status::OperationDenied),
        (Refusal::TimedOut, Status::UserActionTimeout),
    ] {
        for pin in [PIN, WRONG] {
            device.user.then(Reaction::Refuse(refusal));
            assert_eq!(client.token_using_pin(pin, CM, None), Err(status));
        }
    }
    assert_eq!(client.pin_retries(), Ok(8));
    // Consent does not make a wrong PIN right, and a blocked PIN does not ask for consent.
    for status in [Status::PinInvalid, Status::PinInvalid, Status::PinAuthBlocked] {
        assert_eq!(client.token_using_pin(WRONG, CM, None), Err(status));
    }
    device.user.take_prompts();
    assert_eq!(client.token_using_pin(PIN, CM, None), Err(Status::PinAuthBlocked));
    assert!(device.user.take_prompts().is_empty());
}
