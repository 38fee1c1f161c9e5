use std::sync::Arc;

use super::{hostile_person::wait_until, people::*};
use crate::{BleLink, LinkError, ble_service, task::block_on};

const FIDO2: u8 = 0x20;

fn fido2(manner: Manner) -> (Arc<BleLink>, Arc<crate::Authenticator>, Arc<Somebody>) {
    let (authenticator, somebody) = open(manner);
    let link = BleLink::new(Arc::clone(&authenticator), 512);
    assert_eq!(link.select_revision(vec![FIDO2]), Ok(true));
    (link, authenticator, somebody)
}

fn message(data: &[u8]) -> Vec<u8> {
    [&[0x83, 0, u8::try_from(data.len()).unwrap()], data].concat()
}

/// The next whole frame: its command, and its data.
fn frame(link: &BleLink) -> (u8, Vec<u8>) {
    let next = || block_on(link.next_notification()).unwrap().unwrap();
    let first = next();
    let length = usize::from(first[1]) * 256 + usize::from(first[2]);
    let mut data = first[3..].to_vec();
    while data.len() < length {
        data.extend(&next()[1..]);
    }
    (first[0], data)
}

#[test]
fn a_client_is_answered_by_notifications_as_long_as_the_mtu_allows() {
    let (link, authenticator, somebody) = fido2(Manner::Agrees);
    for (mtu, longest) in [(23, 20), (185, 182), (u16::MAX, 512)] {
        link.set_mtu(mtu).unwrap();
        link.write(message(&[0x81; 30])).unwrap();
        assert_eq!(frame(&link), (0x83, vec![1]), "INVALID_COMMAND");
        link.write([&[0x81, 2, 0][..], &[7; 509]].concat()).unwrap();
        link.write(vec![0, 7, 7, 7]).unwrap();
        let first = block_on(link.next_notification()).unwrap().unwrap();
        assert_eq!(first.len(), longest);
        let mut left = 512 - (longest - 3);
        while left > 0 {
            let next = block_on(link.next_notification()).unwrap().unwrap();
            assert!(next.len() <= longest);
            left -= next.len() - 1;
        }
    }
    link.write(message(SELECTION)).unwrap();
    assert_eq!(frame(&link), (0x83, vec![0]));
    let asked = somebody.asked.lock().unwrap();
    assert_eq!(asked.last().unwrap().1.transport, crate::Transport::Ble);
    assert_eq!(authenticator.open_questions(), 0);
}

#[test]
fn the_service_is_that_of_the_standard() {
    let service = ble_service();
    assert_eq!(service.service, "0000fffd-0000-1000-8000-00805f9b34fb");
    for (uuid, number) in [
        (service.control_point, 1),
        (service.status, 2),
        (service.control_point_length, 3),
        (service.revision_bitfield, 4),
    ] {
        assert_eq!(uuid, format!("f1d0fff{number}-deaa-ecee-b42f-c9ba7ed623bb"));
    }
    assert_eq!(service.revision, "00002a28-0000-1000-8000-00805f9b34fb");
    assert_eq!(service.revision_value, "1.0");
    let (link, ..) = fido2(Manner::Agrees);
    assert_eq!(link.control_point_length(), Ok(vec![2, 0]));
    assert_eq!(link.revisions(), Ok(vec![0xe0]));
    assert_eq!(link.select_revision(vec![0xa0]), Ok(false));
}

#[test]
fn a_client_of_u2f_is_served_too() {
    let (authenticator, _) = open(Manner::Agrees);
    let link = BleLink::new(authenticator, 20);
    assert_eq!(link.select_revision(vec![0x80]), Ok(true));
    link.write(message(&[0, 3, 0, 0, 0, 0, 0])).unwrap();
    assert_eq!(frame(&link), (0x83, b"U2F_V2\x90\x00".to_vec()));
}

#[test]
fn a_client_hears_that_the_person_is_asked_and_may_cancel() {
    let (link, _, somebody) = fido2(Manner::NeverAnswers);
    link.write(message(SELECTION)).unwrap();
    assert_eq!(frame(&link), (0x82, vec![2]), "UPNEEDED, at once");
    link.write(message(GET_INFO)).unwrap();
    assert_eq!(frame(&link), (0xbf, vec![6]), "BUSY");
    assert_eq!(frame(&link), (0x82, vec![2]), "and within half a second again");
    link.write(vec![0xbe, 0, 0]).unwrap();
    assert_eq!(frame(&link), (0x83, vec![0x2d]), "KEEPALIVE_CANCEL");
    assert_eq!(*somebody.withdrawn.lock().unwrap(), [somebody.last_question()]);
}

#[test]
fn a_second_client_is_told_that_the_phone_is_busy() {
    let (link, authenticator, _) = fido2(Manner::NeverAnswers);
    link.write(message(SELECTION)).unwrap();
    assert_eq!(frame(&link).0, 0x82);
    let second = BleLink::new(authenticator, 20);
    second.select_revision(vec![FIDO2]).unwrap();
    second.write(message(GET_INFO)).unwrap();
    assert_eq!(frame(&second), (0xbf, vec![6]));
}

#[test]
fn a_lost_connection_takes_the_prompt_away() {
    let (link, authenticator, somebody) = fido2(Manner::NeverAnswers);
    link.write(message(SELECTION)).unwrap();
    let theirs = Arc::clone(&link);
    let driver =
        std::thread::spawn(
            move || while block_on(theirs.next_notification()).unwrap().is_some() {},
        );
    wait_until(|| authenticator.is_waiting_for_user() == Ok(true));
    link.close().unwrap();
    driver.join().unwrap();
    wait_until(|| !somebody.withdrawn.lock().unwrap().is_empty());
    assert!(authenticator.status().is_ok());
    assert_eq!(link.close(), Err(LinkError::Closed));
    assert_eq!(link.write(message(GET_INFO)), Err(LinkError::Closed));
}

#[test]
fn a_link_of_a_closed_authenticator_says_so() {
    let (link, authenticator, _) = fido2(Manner::Agrees);
    authenticator.close().unwrap();
    assert_eq!(link.write(message(GET_INFO)), Err(LinkError::Closed));
    assert_eq!(link.revisions(), Err(LinkError::Closed));
    assert_eq!(link.control_point_length(), Err(LinkError::Closed));
    assert_eq!(link.set_mtu(100), Err(LinkError::Closed));
    assert_eq!(link.select_revision(vec![FIDO2]), Err(LinkError::Closed));
    assert_eq!(now(link.next_notification()), Err(LinkError::Closed));
}
