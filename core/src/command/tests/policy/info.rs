//! getInfo says what is served, by the rules that hold.

use ciborium::Value;

use crate::{
    ctap::status::Status,
    policy::Settings,
    protocol::KeyState,
    testing::device::{Device, member, number, online, reader},
    transport::Transport,
};

fn texts(device: &Device, key: i64) -> Vec<String> {
    let info = device.info();
    let items = member(&info, key).unwrap().as_array().unwrap().clone();
    items.into_iter().map(|item| item.into_text().unwrap()).collect()
}

fn commands(device: &Device) -> Vec<Value> {
    member(&device.info(), 0x1f).unwrap().as_array().unwrap().clone()
}

fn joined(settings: Settings) -> Device {
    Device::joined(settings).0
}

/// The cross-rules that a client may rely on, in every mode.
fn assert_consistent(device: &Device) {
    let option = |name| device.option(name);
    let uv_configured = option("uv") == Some(true) || option("clientPin") == Some(true);
    assert!(!uv_configured || option("pinUvAuthToken") == Some(true));
    assert_eq!(option("makeCredUvNotRqd"), option("alwaysUv").map(|on| !on));
    assert!(option("alwaysUv") != Some(true) || !texts(device, 1).contains(&"U2F_V2".to_owned()));
    assert_eq!(option("rk"), Some(true));
    assert_eq!(option("credMgmt"), Some(true));
    assert_eq!(option("plat"), Some(false));
    let min_pin_length = texts(device, 2).contains(&"minPinLength".to_owned());
    let set_min_pin_length = option("setMinPINLength") == Some(true);
    assert_eq!(min_pin_length, set_min_pin_length);
    assert_eq!(set_min_pin_length, commands(device).contains(&Value::from(3)));
    assert_eq!(set_min_pin_length, number(&device.info(), 0x10).is_some());
    assert_eq!(set_min_pin_length, option("clientPin").is_some());
    assert_eq!(option("uvAcfg").is_some(), option("uv").is_some());
    assert_eq!(number(&device.info(), 0x12).is_some(), option("uv").is_some());
    assert!(commands(device).contains(&Value::from(2)), "alwaysUv is an option");
}

#[test]
fn on_phone_offers_built_in_verification_as_the_platform_has_it_and_no_pin() {
    let device = joined(online());
    for ready in [Some(true), Some(false), None] {
        device.user.set_built_in_uv(ready);
        assert_eq!(device.option("uv"), ready);
        assert_eq!(device.option("clientPin"), None);
        assert_eq!(device.option("alwaysUv"), Some(true));
        assert_eq!(texts(&device, 9), ["nfc", "usb"]);
        for pin_only in [0x0c, 0x0d, 0x10, 0x1d] {
            assert_eq!(member(&device.info(), pin_only), None);
        }
        assert_consistent(&device);
    }
}

#[test]
fn reader_tap_offers_a_pin_over_nfc_and_no_built_in_verification() {
    let device = joined(reader());
    let on_reader = device.seen_from(Transport::Nfc, 1);
    for (set, ready) in [(false, Some(true)), (true, None)] {
        device.user.set_built_in_uv(ready);
        if set {
            on_reader.pin_client(2).set_pin("1234").unwrap();
        }
        assert_eq!(device.option("uv"), None);
        assert_eq!(device.option("clientPin"), Some(set));
        assert_eq!(device.option("alwaysUv"), Some(true));
        assert_eq!(texts(&device, 9), ["nfc"]);
        assert_eq!(member(&device.info(), 0x11), None);
        assert_consistent(&device);
    }
}

#[test]
fn a_revoked_phone_says_what_it_can_without_a_workspace() {
    let (device, workspace) = Device::joined(reader());
    workspace.set_state(KeyState::Revoked);
    device.check_in().unwrap();
    assert_eq!(device.option("clientPin"), Some(false));
    assert_eq!(device.option("alwaysUv"), Some(false));
    assert!(!texts(&device, 1).contains(&"U2F_V2".to_owned()));
    assert_consistent(&device);
}

#[test]
fn u2f_is_served_by_no_rules() {
    for settings in [online(), reader()] {
        let device = joined(settings);
        assert!(!device.authenticator.serves_u2f());
        for transport in [Transport::Usb, Transport::Nfc] {
            let (_, word) = device.seen_from(transport, 1).u2f(&[0, 3, 0, 0, 0, 0, 0]);
            assert_eq!(word, 0x6d00);
        }
        assert_consistent(&device);
        device.authenticator.factory_reset().unwrap();
        assert!(device.authenticator.serves_u2f());
    }
}

#[test]
fn a_change_of_the_rules_shows_at_once() {
    let (device, workspace) = Device::joined(online());
    assert_eq!(device.option("clientPin"), None);
    workspace.set_settings(reader());
    device.check_in().unwrap();
    assert_eq!(device.option("clientPin"), Some(false));
    assert_eq!(device.pin_client(2).pin_retries(), Err(Status::OperationDenied), "over USB");
}
