//! U2F's way to wait: the client asks again and again, the person is asked once.

use std::time::Duration;

use super::{
    steps::toggle_always_uv,
    u2f_messages::{APPLICATION, Registration, authentication, register_message},
};
use crate::{
    Source,
    platform::Refusal,
    testing::{Reaction, device::Device},
    transport::Transport,
};

const OK: u16 = 0x9000;
const NOT_YET: u16 = 0x6985;

fn poll(device: &Device, message: &[u8]) -> u16 {
    device.u2f(message).1
}

fn hesitating() -> Device {
    let device = Device::new();
    device.user.then(Reaction::Hesitate);
    device
}

#[test]
fn a_prompt_stays_up_over_polls_and_is_asked_once() {
    let device = hesitating();
    let message = register_message(&APPLICATION);
    for _ in 0..20 {
        assert_eq!(poll(&device, &message), NOT_YET);
        assert_eq!(device.user.prompts_shown(), 1);
        device.clock.advance(Duration::from_millis(200));
    }
    device.user.answer(Reaction::Agree);
    assert_eq!(poll(&device, &message), OK);
    assert_eq!(device.user.take_prompts().len(), 1);
    assert_eq!(device.user.prompts_shown(), 0);
}

#[test]
fn consent_is_good_for_one_answer() {
    let device = hesitating();
    let message = register_message(&APPLICATION);
    assert_eq!(poll(&device, &message), NOT_YET);
    device.user.answer(Reaction::Agree);
    assert_eq!(poll(&device, &message), OK);
    device.user.then(Reaction::Ignore);
    assert_eq!(poll(&device, &message), NOT_YET);
    assert_eq!(device.user.take_prompts().len(), 2);
}

#[test]
fn consent_is_good_for_the_request_that_it_was_given_to() {
    let device = hesitating();
    assert_eq!(poll(&device, &register_message(&APPLICATION)), NOT_YET);
    device.user.answer(Reaction::Agree);
    device.user.then(Reaction::Ignore);
    assert_eq!(poll(&device, &register_message(&[1; 32])), NOT_YET);
    assert_eq!(device.user.prompts_shown(), 1, "one prompt took the other's place");
    assert_eq!(device.user.take_prompts().len(), 2);
}

#[test]
fn who_declined_is_not_asked_again_for_ten_seconds() {
    for refusal in [Refusal::Declined, Refusal::TimedOut] {
        let device = Device::new();
        let message = register_message(&APPLICATION);
        device.user.then(Reaction::Refuse(refusal));
        for _ in 0..40 {
            assert_eq!(poll(&device, &message), NOT_YET);
            device.clock.advance(Duration::from_millis(249));
        }
        assert_eq!(device.user.take_prompts().len(), 1);
        device.clock.advance(Duration::from_millis(40));
        assert_eq!(poll(&device, &message), OK);
    }
}

#[test]
fn who_declined_one_site_is_asked_by_another() {
    let device = Device::new();
    device.user.then(Reaction::Refuse(Refusal::Declined));
    assert_eq!(poll(&device, &register_message(&APPLICATION)), NOT_YET);
    assert_eq!(poll(&device, &register_message(&[1; 32])), OK);
}

#[test]
fn a_sign_in_is_polled_too() {
    let device = Device::new();
    let made = Registration::parse(&device.u2f(&register_message(&APPLICATION)).0);
    let message = authentication(0x03, &APPLICATION, &made.key_handle);
    device.user.then(Reaction::Hesitate);
    assert_eq!(poll(&device, &message), NOT_YET);
    assert_eq!(poll(&device, &message), NOT_YET);
    device.user.answer(Reaction::Agree);
    assert_eq!(poll(&device, &message), OK);
}

#[test]
fn another_command_takes_the_prompt_down() {
    for other in [&[0x04][..], &[0x0b], &[0xff], &[]] {
        let device = hesitating();
        let message = register_message(&APPLICATION);
        assert_eq!(poll(&device, &message), NOT_YET);
        let _ = device.raw(other);
        assert_eq!(device.user.prompts_shown(), 0, "after {other:02x?}");
        assert_eq!(poll(&device, &message), OK, "a new prompt, which is agreed to");
    }
}

#[test]
fn a_check_or_a_version_between_polls_leaves_the_prompt() {
    let device = hesitating();
    let message = register_message(&APPLICATION);
    assert_eq!(poll(&device, &message), NOT_YET);
    poll(&device, &[0, 3, 0, 0]);
    poll(&device, &authentication(0x07, &APPLICATION, &[2; 64]));
    assert_eq!(device.user.prompts_shown(), 1);
    device.user.answer(Reaction::Agree);
    assert_eq!(poll(&device, &message), OK);
    assert_eq!(device.user.take_prompts().len(), 1);
}

#[test]
fn another_client_does_not_get_the_consent() {
    for other in [Source::new(Transport::Usb, 2), Source::new(Transport::Nfc, 1)] {
        let mut device = hesitating();
        let message = register_message(&APPLICATION);
        assert_eq!(poll(&device, &message), NOT_YET);
        device.user.answer(Reaction::Agree);
        device.source = other;
        device.user.then(Reaction::Ignore);
        assert_eq!(poll(&device, &message), NOT_YET);
        assert_eq!(device.user.take_prompts().len(), 2);
    }
}

#[test]
fn an_abandoned_prompt_goes_when_the_phone_is_idle() {
    let device = hesitating();
    assert_eq!(poll(&device, &register_message(&APPLICATION)), NOT_YET);
    device.authenticator.idle().unwrap();
    assert_eq!(device.user.prompts_shown(), 0);
}

#[test]
fn a_power_cycle_takes_the_prompt_down() {
    let device = hesitating();
    assert_eq!(poll(&device, &register_message(&APPLICATION)), NOT_YET);
    device.authenticator.power_cycle();
    assert_eq!(device.user.prompts_shown(), 0);
}

#[test]
fn always_uv_takes_the_prompt_down() {
    let device = hesitating();
    let message = register_message(&APPLICATION);
    assert_eq!(poll(&device, &message), NOT_YET);
    toggle_always_uv(&device);
    assert_eq!(device.user.prompts_shown(), 0);
    device.user.answer(Reaction::Agree);
    assert_eq!(poll(&device, &message), 0x6d00);
}
