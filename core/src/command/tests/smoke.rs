//! The thin whole path.

use ciborium::Value;

use super::requests::{
    auth_data, credential_id, descriptor, get_assertion, make_credential, options, sign_count,
};
use crate::testing::device::{Device, member};

#[test]
fn a_request_may_move_between_threads_while_it_waits() {
    fn require_send<T: Send>(_: &T) {}
    let device = Device::new();
    require_send(&device.begin().ctap2(&[4]));
    require_send(&device.begin().u2f(&[]));
}

#[test]
fn a_wrapped_credential_registers_and_signs_in() {
    let device = Device::new();
    let made = device.send(1, make_credential("example.com", b"user", vec![])).unwrap();
    let id = credential_id(&made).to_vec();
    let allow = Value::Array(vec![descriptor(&id)]);
    let first = device.send(2, get_assertion("example.com", vec![(3, allow.clone())])).unwrap();
    let second = device.send(2, get_assertion("example.com", vec![(3, allow)])).unwrap();
    assert!(sign_count(&second) > sign_count(&first));
    assert_eq!(auth_data(&first)[32], 0x01);
}

#[test]
fn a_discoverable_credential_needs_no_allow_list() {
    let device = Device::new();
    let rk = vec![(7, options(&[("rk", true)]))];
    device.send(1, make_credential("example.com", b"user", rk)).unwrap();
    let answer = device.send(2, get_assertion("example.com", vec![])).unwrap();
    assert!(member(&answer, 4).is_some());
}

#[test]
fn a_pin_gives_a_token_that_verifies() {
    for protocol in [1, 2] {
        let device = Device::new();
        let client = device.pin_client(protocol);
        client.set_pin("1234").unwrap();
        let token = client.token_using_pin("1234", 0x01, Some("example.com")).unwrap();
        let param = client.param(&token, &crate::testing::device::CLIENT_DATA_HASH);
        let proof = vec![(8, param), (9, client.number())];
        let made = device.send(1, make_credential("example.com", b"user", proof)).unwrap();
        assert_eq!(auth_data(&made)[32] & 0x05, 0x05);
    }
}
