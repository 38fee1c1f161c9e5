//! Bluetooth proximity on: what is not proven to be near is refused.

use super::{SITE, denial};
use crate::{
    Nearness, Source,
    ctap::status::Status,
    platform::Denial,
    policy::Settings,
    testing::device::{Device, offline, online},
    transport::Transport,
};

fn near_only() -> Settings {
    Settings { bluetooth_proximity: true, ..online() }
}

#[test]
fn the_framing_of_a_cable_or_a_field_counts_as_near() {
    let (device, _) = Device::joined(near_only());
    for transport in [Transport::Usb, Transport::Nfc, Transport::Ble, Transport::Internal] {
        device.seen_from(transport, 1).register(SITE, b"one", true);
    }
}

#[test]
fn what_comes_through_a_network_is_refused_without_proof() {
    let (device, workspace) = Device::joined(near_only());
    let far = device.seen_from(Transport::Hybrid, 1);
    assert_eq!(far.source.nearness, Nearness::Unproven);
    assert_eq!(far.make_credential(SITE, b"one", true, None), Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::NotNear));
    assert_eq!(far.pin_client(2).pin_retries(), Err(Status::OperationDenied));
    assert_eq!(far.raw(&[0x07]), Err(Status::OperationDenied), "not even a reset");
    assert!(device.user.take_prompts().is_empty(), "nobody is asked for somebody far away");
    assert!(workspace.take_letters().is_empty());
    far.info();
}

#[test]
fn a_shell_that_takes_a_network_for_a_cable_is_not_believed() {
    let (mut device, _) = Device::joined(near_only());
    device.source =
        Source { transport: Transport::Hybrid, channel: 1, nearness: Nearness::ByFraming };
    assert_eq!(device.make_credential(SITE, b"one", true, None), Err(Status::OperationDenied));
}

#[test]
fn it_is_asked_for_by_no_other_rules() {
    let (device, _) = Device::joined(offline(1, 1));
    device.seen_from(Transport::Hybrid, 1).register(SITE, b"one", true);
    let free = Device::new();
    free.seen_from(Transport::Hybrid, 1).register(SITE, b"one", true);
}

#[test]
fn a_rule_that_comes_with_the_check_in_holds_for_the_request_that_brought_it() {
    let (device, workspace) = Device::joined(online());
    let far = device.seen_from(Transport::Hybrid, 1);
    let id = far.register(SITE, b"one", true);
    workspace.set_settings(near_only());
    assert_eq!(far.sign_in(SITE, &id), Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::RulesChanged));
    assert_eq!(far.sign_in(SITE, &id), Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::NotNear));
}
