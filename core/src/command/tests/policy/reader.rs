//! Reader tap + PIN: over NFC and nothing else, with the tap as presence.

use std::{sync::Arc, time::Duration};

use ciborium::Value;

use super::{SITE, denial, discover, next};
use crate::{
    ctap::{auth_data, status::Status},
    platform::Denial,
    testing::{
        device::{CLIENT_DATA_HASH, Device, bytes, map, member, reader, text},
        workspace::ScriptedWorkspace,
    },
    transport::Transport,
};

const PIN: &str = "123456";

/// A key for readers, as the reader sees it, with a PIN.
fn on_reader() -> (Device, Arc<ScriptedWorkspace>) {
    let (device, workspace) = Device::joined(reader());
    let device = device.seen_from(Transport::Nfc, 1);
    device.pin_client(2).set_pin(PIN).unwrap();
    device.user.take_prompts();
    (device, workspace)
}

fn tap(device: &Device) {
    device.authenticator.disconnect(Transport::Nfc);
    device.authenticator.field_entered();
}

/// A pinUvAuthParam by PIN, and its protocol.
fn proof(device: &Device, permission: u8) -> (Value, Value) {
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, permission, Some(SITE)).unwrap();
    (client.param(&token, &CLIENT_DATA_HASH), client.number())
}

fn register(device: &Device, user: &[u8]) -> Result<Value, Status> {
    let proof = proof(device, 1);
    device.make_credential(SITE, user, true, Some(proof))
}

fn sign_in(device: &Device) -> Result<Value, Status> {
    let (param, protocol) = proof(device, 2);
    device.send(
        0x02,
        map([(1, text(SITE)), (2, bytes(&CLIENT_DATA_HASH)), (6, param), (7, protocol)]),
    )
}

#[test]
fn the_tap_is_presence_and_the_phone_shows_nothing() {
    let (device, _) = on_reader();
    tap(&device);
    let made = register(&device, b"one").unwrap();
    let flags = member(&made, 2).unwrap().as_bytes().unwrap()[32];
    assert_eq!(flags & (auth_data::UP | auth_data::UV), auth_data::UP | auth_data::UV);
    tap(&device);
    sign_in(&device).unwrap();
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn one_tap_is_one_signature() {
    let (device, _) = on_reader();
    tap(&device);
    register(&device, b"one").unwrap();
    // The field is still there, and told again with every command.
    device.authenticator.field_entered();
    assert_eq!(sign_in(&device), Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::NoTap));
    tap(&device);
    sign_in(&device).unwrap();
}

#[test]
fn a_tap_counts_for_two_minutes() {
    let (device, _) = on_reader();
    tap(&device);
    device.clock.advance(Duration::from_secs(119));
    register(&device, b"one").unwrap();
    tap(&device);
    device.clock.advance(Duration::from_secs(120));
    device.authenticator.field_entered();
    assert_eq!(sign_in(&device), Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::NoTap));
}

#[test]
fn a_tap_ends_with_the_field() {
    let (device, _) = on_reader();
    let ends: [fn(&Device); 2] = [
        |device| device.authenticator.disconnect(Transport::Nfc),
        |device| device.authenticator.power_cycle(),
    ];
    for end in ends {
        tap(&device);
        device.info();
        end(&device);
        assert_eq!(register(&device, b"one"), Err(Status::OperationDenied));
        assert_eq!(denial(&device), Some(Denial::NoTap));
    }
}

#[test]
fn a_shell_that_tells_of_no_field_has_nobody_present() {
    let (device, _) = on_reader();
    assert_eq!(register(&device, b"one"), Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::NoTap));
    assert!(device.user.take_prompts().is_empty());
}

/// What is asked before the signature must not take the signature's tap.
#[test]
fn choosing_this_key_and_managing_it_use_no_tap_up() {
    let (device, _) = on_reader();
    assert_eq!(device.raw(&[0x0b]), Err(Status::OperationDenied), "nobody is there");
    tap(&device);
    device.raw(&[0x0b]).unwrap();
    device.pin_client(2).token_using_pin(PIN, 0x04, None).unwrap();
    register(&device, b"one").unwrap();
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn an_excluded_credential_takes_the_tap_too() {
    let (device, _) = on_reader();
    tap(&device);
    let made = register(&device, b"one").unwrap();
    let data = member(&made, 2).unwrap().as_bytes().unwrap();
    let id = data[55..][..usize::from(data[54])].to_vec();
    let again = || {
        let (param, protocol) = proof(&device, 1);
        let algorithm = map([("alg", Value::from(-7)), ("type", text("public-key"))]);
        let excluded = map([("id", bytes(&id)), ("type", text("public-key"))]);
        let request = map([
            (1, bytes(&CLIENT_DATA_HASH)),
            (2, map([("id", text(SITE))])),
            (3, map([("id", bytes(b"two"))])),
            (4, Value::Array(vec![algorithm])),
            (5, Value::Array(vec![excluded])),
            (8, param),
            (9, protocol),
        ]);
        device.send(0x01, request)
    };
    tap(&device);
    assert_eq!(again(), Err(Status::CredentialExcluded));
    assert_eq!(again(), Err(Status::OperationDenied));
}

#[test]
fn several_accounts_come_one_after_the_other() {
    let (device, _) = on_reader();
    for user in [b"one", b"two"] {
        tap(&device);
        register(&device, user).unwrap();
    }
    tap(&device);
    let first = sign_in(&device).unwrap();
    assert_eq!(member(&first, 5), Some(&Value::from(2)));
    assert_eq!(member(&first, 6), None, "nobody chose on the phone");
    next(&device).unwrap();
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn nothing_is_served_without_the_pin() {
    let (device, _) = on_reader();
    tap(&device);
    assert_eq!(device.make_credential(SITE, b"one", true, None), Err(Status::PuatRequired));
    register(&device, b"one").unwrap();
    tap(&device);
    assert_eq!(discover(&device), Err(Status::PuatRequired));
    let uv = map([
        (1, text(SITE)),
        (2, bytes(&CLIENT_DATA_HASH)),
        (5, map([("uv", Value::Bool(true))])),
    ]);
    assert_eq!(device.send(0x02, uv), Err(Status::InvalidOption));
    let client = device.pin_client(2);
    assert_eq!(client.token_using_uv(0x02, None), Err(Status::InvalidSubcommand));
    assert!(device.user.take_prompts().is_empty());
}

#[test]
fn by_another_way_than_nfc_nothing_is_answered_but_get_info_and_reset() {
    let (on_reader, _) = on_reader();
    tap(&on_reader);
    let token = on_reader.pin_client(2);
    let secret = token.token_using_pin(PIN, 3, None).unwrap();
    let device = on_reader.seen_from(Transport::Usb, 1);
    device.info();
    let proof = (token.param(&secret, &CLIENT_DATA_HASH), token.number());
    let made = device.make_credential(SITE, b"one", true, Some(proof));
    assert_eq!(made, Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::ReaderOnly));
    assert_eq!(discover(&device), Err(Status::OperationDenied));
    for quiet in [&[0x08][..], &[0x0b]] {
        device.user.take_notices();
        assert_eq!(device.raw(quiet), Err(Status::OperationDenied));
        assert_eq!(denial(&device), None);
    }
    assert_eq!(device.pin_client(2).pin_retries(), Err(Status::OperationDenied));
    // A reset shows itself on the phone.
    device.raw(&[0x07]).unwrap();
    assert_eq!(device.user.take_prompts().len(), 1);
    assert_eq!(device.membership(), None);
}

#[test]
fn each_signature_counts_here_too() {
    let (device, workspace) = on_reader();
    device.check_in().unwrap();
    workspace.set_reachable(false);
    for left in (97..100).rev() {
        tap(&device);
        register(&device, &[left]).unwrap();
        assert_eq!(device.grant_left(), Some(left.into()));
    }
}
