//! Numbers, sites, credentials, one after the other.

use super::*;
use crate::{
    model::MAX_DISCOVERABLE,
    testing::device::{CLIENT_DATA_HASH, number},
    transport::Transport,
};

#[test]
fn metadata_counts_what_is_discoverable() {
    for protocol in [1, 2] {
        let device = with_credentials();
        let client = device.pin_client(protocol);
        let token = client.token_using_pin(PIN, CM, None).unwrap();
        let numbers = || {
            let answer = client.manage(&token, 1, Value::Null).unwrap();
            assert_eq!(answer.as_map().unwrap().len(), 2);
            (number(&answer, 1).unwrap(), number(&answer, 2).unwrap())
        };
        let most = i128::from(MAX_DISCOVERABLE);
        assert_eq!(numbers(), (4, most - 4));
        assert_eq!(number(&device.info(), 0x14), Some(most - 4));
        let id = device.authenticator.credentials().unwrap()[0].id.clone();
        client.manage(&token, 6, map([(2, descriptor(&id))])).unwrap();
        assert_eq!(numbers(), (3, most - 3));
    }
}

#[test]
fn an_account_that_registers_again_counts_once() {
    let device = Device::new();
    device.register(SITE, b"1", true);
    device.register(SITE, b"1", true);
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    let answer = client.manage(&token, 1, Value::Null).unwrap();
    assert_eq!(number(&answer, 1), Some(1));
    assert_eq!(credentials(&client, &device, &token, SITE).unwrap().len(), 1);
}

#[test]
fn every_site_comes_once_and_the_first_says_how_many() {
    for protocol in [1, 2] {
        let device = Device::new();
        let mut expected: Vec<_> = (0..20).map(|n| format!("site-{n}.example.com")).collect();
        for site in &expected {
            device.register(site, b"1", true);
        }
        let client = device.pin_client(protocol);
        client.set_pin(PIN).unwrap();
        let token = client.token_using_pin(PIN, CM, None).unwrap();
        let sites = sites(&client, &device, &token).unwrap();
        let mut found: Vec<_> = sites.iter().map(rp_id).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
        for (index, site) in sites.iter().enumerate() {
            assert_eq!(number(site, 5), (index == 0).then_some(20));
            assert_eq!(member(site, 4).unwrap(), &bytes(&sha256(rp_id(site).as_bytes())));
            let entity = member(site, 3).unwrap();
            assert_eq!(named(entity, "name").unwrap(), &text("A site"));
        }
        assert_eq!(next(&device, 3), Err(Status::NotAllowed));
    }
}

#[test]
fn the_newest_credential_comes_first_with_all_its_members() {
    for protocol in [1, 2] {
        let device = with_credentials();
        let client = device.pin_client(protocol);
        let token = client.token_using_pin(PIN, CM, None).unwrap();
        let all = credentials(&client, &device, &token, SITE).unwrap();
        assert_eq!(all.iter().map(user_id).collect::<Vec<_>>(), [b"3", b"2", b"1"]);
        for (index, credential) in all.iter().enumerate() {
            assert_eq!(number(credential, 9), (index == 0).then_some(3));
            let user = member(credential, 6).unwrap();
            assert_eq!(named(user, "name").unwrap(), &text("somebody"));
            let key = member(credential, 8).unwrap();
            assert_eq!(member(key, 3), Some(&Value::from(-7)));
            assert_eq!(number(credential, 10), Some(1));
            assert_eq!(member(credential, 11), None);
            assert_eq!(member(credential, 12), Some(&Value::from(false)));
            // And it is the one that signs in.
            device.sign_in(SITE, &credential_id(credential)).unwrap();
        }
        assert_eq!(next(&device, 5), Err(Status::NotAllowed));
    }
}

#[test]
fn extensions_of_the_registration_show() {
    let device = Device::new();
    let algorithm = map([("alg", Value::from(-8)), ("type", text("public-key"))]);
    let extensions = map([
        ("credProtect", Value::from(3)),
        ("largeBlobKey", Value::from(true)),
        ("thirdPartyPayment", Value::from(true)),
    ]);
    let request = map([
        (1, bytes(&CLIENT_DATA_HASH)),
        (2, map([("id", text(SITE))])),
        (3, map([("id", bytes(b"1"))])),
        (4, Value::Array(vec![algorithm])),
        (6, extensions),
        (7, map([("rk", Value::from(true))])),
    ]);
    let made = device.send(0x01, request).unwrap();
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();
    let token = client.token_using_pin(PIN, PCMR, None).unwrap();
    let site = client.manage(&token, 2, Value::Null).unwrap();
    assert_eq!(named(member(&site, 3).unwrap(), "name"), None);
    let credential = client.manage(&token, 4, of_site(SITE)).unwrap();
    assert_eq!(number(&credential, 10), Some(3));
    assert_eq!(member(&credential, 11), member(&made, 5));
    assert_eq!(member(&credential, 12), Some(&Value::from(true)));
    assert_eq!(member(member(&credential, 8).unwrap(), 3), Some(&Value::from(-8)));
    assert_eq!(member(&credential, 6), Some(&map([("id", bytes(b"1"))])));
}

#[test]
fn where_there_is_nothing_there_are_no_credentials() {
    let device = Device::new();
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    assert_eq!(sites(&client, &device, &token), Err(Status::NoCredentials));
    assert_eq!(credentials(&client, &device, &token, SITE), Err(Status::NoCredentials));
    client.manage(&token, 1, Value::Null).unwrap();
    assert_eq!(next(&device, 3), Err(Status::NotAllowed));
    assert_eq!(next(&device, 5), Err(Status::NotAllowed));
}

#[test]
fn another_command_ends_an_enumeration() {
    let device = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    let interruptions: [&dyn Fn(); 6] = [
        &|| drop(device.info()),
        &|| drop(device.raw(&[8])),
        &|| drop(device.raw(&[0x55])),
        &|| drop(client.manage(&token, 1, Value::Null).unwrap()),
        &|| drop(device.u2f(&[0, 3, 0, 0])),
        &|| device.authenticator.power_cycle(),
    ];
    for (index, interrupt) in interruptions.iter().enumerate() {
        client.manage(&token, 4, of_site(SITE)).unwrap();
        interrupt();
        assert_eq!(next(&device, 5), Err(Status::NotAllowed), "{index}");
        if index + 1 == interruptions.len() {
            break;
        }
        client.manage(&token, 2, Value::Null).unwrap();
        interrupt();
        assert_eq!(next(&device, 3), Err(Status::NotAllowed), "{index}");
    }
}

#[test]
fn each_enumeration_has_its_own_continuation() {
    let device = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    client.manage(&token, 2, Value::Null).unwrap();
    assert_eq!(next(&device, 5), Err(Status::NotAllowed));
    // That was another command: nothing is left to continue.
    assert_eq!(next(&device, 3), Err(Status::NotAllowed));
    client.manage(&token, 4, of_site(SITE)).unwrap();
    assert_eq!(next(&device, 3), Err(Status::NotAllowed));
    assert_eq!(next(&device, 5), Err(Status::NotAllowed));
}

#[test]
fn another_client_cannot_continue_and_ends_it() {
    let device = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    for (transport, channel) in [(Transport::Usb, 2), (Transport::Nfc, 1)] {
        let another = device.seen_from(transport, channel);
        client.manage(&token, 4, of_site(SITE)).unwrap();
        assert_eq!(next(&another, 5), Err(Status::NotAllowed));
        assert_eq!(next(&device, 5), Err(Status::NotAllowed));
    }
}

#[test]
fn a_continuation_waits_no_longer_than_thirty_seconds() {
    let device = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    for (seconds, goes_on) in [(29, true), (30, false)] {
        client.manage(&token, 4, of_site(SITE)).unwrap();
        device.clock.advance(std::time::Duration::from_secs(seconds));
        assert_eq!(next(&device, 5).is_ok(), goes_on, "{seconds} s");
    }
}

#[test]
fn a_continuation_ends_with_the_token_that_began_it() {
    let device = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    device.clock.advance(std::time::Duration::from_secs(29));
    client.manage(&token, 1, Value::Null).unwrap();
    device.clock.advance(std::time::Duration::from_secs(570));
    client.manage(&token, 4, of_site(SITE)).unwrap();
    device.clock.advance(std::time::Duration::from_secs(2));
    assert_eq!(next(&device, 5), Err(Status::NotAllowed));
}

#[test]
fn the_preview_command_does_the_same() {
    let device = with_credentials();
    let client = device.pin_client(1);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    let request = |subcommand: u8| {
        map([
            (1, Value::from(subcommand)),
            (3, client.number()),
            (4, client.param(&token, &[subcommand])),
        ])
    };
    for subcommand in [1, 2] {
        let preview = device.send(0x41, request(subcommand)).unwrap();
        assert_eq!(preview, device.send(0x0a, request(subcommand)).unwrap());
    }
    device.send(0x41, request(2)).unwrap();
    device.send(0x41, map([(1, Value::from(3))])).unwrap();
}
