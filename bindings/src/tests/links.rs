use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{hostile_person::wait_until, people::*};
use crate::{HidLink, LinkError, NfcCard, task::block_on};

const SELECT: &[u8] = &[0, 0xa4, 4, 0, 8, 0xa0, 0, 0, 6, 0x47, 0x2f, 0, 1];

fn nfc(command: &[u8]) -> Vec<u8> {
    let mut apdu = vec![0x80, 0x10, 0x80, 0, u8::try_from(command.len()).unwrap()];
    apdu.extend(command);
    apdu.push(0);
    apdu
}

#[test]
fn a_card_is_selected_and_answers() {
    let (authenticator, _) = open(Manner::Agrees);
    let card = NfcCard::new(authenticator);
    card.activate().unwrap();
    assert_eq!(block_on(card.command(SELECT.to_vec())), Ok(b"U2F_V2\x90\x00".to_vec()));
    let info = block_on(card.command(nfc(GET_INFO))).unwrap();
    assert_eq!(info[0], 0);
    let nonsense = block_on(card.command(vec![0xff])).unwrap();
    assert_eq!(nonsense, [0x67, 0x00]);
}

#[test]
fn a_card_tells_its_client_to_ask_again_while_somebody_is_asked() {
    let (authenticator, somebody) = open(Manner::NeverAnswers);
    let card = NfcCard::new(Arc::clone(&authenticator));
    block_on(card.command(SELECT.to_vec())).unwrap();
    assert_eq!(block_on(card.command(nfc(SELECTION))), Ok(vec![2, 0x91, 0x00]), "up needed");
    authenticator.answer(somebody.last_question(), consent(false)).unwrap();
    let poll = vec![0x80, 0x11, 0, 0, 0];
    assert_eq!(block_on(card.command(poll)), Ok(vec![0, 0x90, 0x00]));
}

#[test]
fn a_lost_field_takes_the_prompt_away() {
    let (authenticator, somebody) = open(Manner::NeverAnswers);
    let card = NfcCard::new(Arc::clone(&authenticator));
    block_on(card.command(SELECT.to_vec())).unwrap();
    block_on(card.command(nfc(SELECTION))).unwrap();
    card.deactivate().unwrap();
    assert_eq!(*somebody.withdrawn.lock().unwrap(), [somebody.last_question()]);
    let unselected = block_on(card.command(nfc(GET_INFO))).unwrap();
    assert_ne!(unselected[0], 0, "another selection is needed");
    assert!(authenticator.status().is_ok());
}

fn report(channel: [u8; 4], command: u8, data: &[u8]) -> Vec<u8> {
    let mut report = channel.to_vec();
    report.extend([command, 0, u8::try_from(data.len()).unwrap()]);
    report.extend(data);
    report.resize(64, 0);
    report
}

fn channel(link: &HidLink) -> [u8; 4] {
    link.receive(report([0xff; 4], 0x86, &[1; 8])).unwrap();
    let answer = block_on(link.next_report()).unwrap().unwrap();
    answer[15..19].try_into().unwrap()
}

#[test]
fn a_hid_link_answers_reports() {
    let (authenticator, _) = open(Manner::Agrees);
    let link = HidLink::new(authenticator);
    let channel = channel(&link);
    link.receive(report(channel, 0x90, SELECTION)).unwrap();
    loop {
        let answer = block_on(link.next_report()).unwrap().unwrap();
        if answer[4] != 0xbb {
            assert_eq!((answer[4], answer[7]), (0x90, 0));
            break;
        }
    }
    let short = link.receive(vec![0; 63]);
    assert_eq!(short, Err(LinkError::WrongLength { expected: 64, found: 63 }));
}

#[test]
fn a_hid_link_keeps_its_client_waiting_with_keepalives_and_lets_it_cancel() {
    let (authenticator, somebody) = open(Manner::NeverAnswers);
    let link = HidLink::new(authenticator);
    let channel = channel(&link);
    link.receive(report(channel, 0x90, SELECTION)).unwrap();
    let begun = Instant::now();
    for _ in 0..2 {
        let answer = block_on(link.next_report()).unwrap().unwrap();
        assert_eq!((answer[4], answer[7]), (0xbb, 2), "UPNEEDED");
    }
    assert!(begun.elapsed() < Duration::from_secs(5));
    link.receive(report(channel, 0x91, &[])).unwrap();
    loop {
        let answer = block_on(link.next_report()).unwrap().unwrap();
        if answer[4] == 0x90 {
            assert_eq!(answer[7], 0x2d, "KEEPALIVE_CANCEL");
            break;
        }
    }
    assert_eq!(*somebody.withdrawn.lock().unwrap(), [somebody.last_question()]);
}

#[test]
fn a_closed_link_ends_its_driver_and_its_request() {
    let (authenticator, somebody) = open(Manner::NeverAnswers);
    let link = HidLink::new(Arc::clone(&authenticator));
    let channel = channel(&link);
    link.receive(report(channel, 0x90, SELECTION)).unwrap();
    let theirs = Arc::clone(&link);
    let driver =
        std::thread::spawn(move || while block_on(theirs.next_report()).unwrap().is_some() {});
    wait_until(|| authenticator.is_waiting_for_user() == Ok(true));
    link.close().unwrap();
    driver.join().unwrap();
    wait_until(|| !somebody.withdrawn.lock().unwrap().is_empty());
    assert!(authenticator.status().is_ok());
    assert_eq!(link.close(), Err(LinkError::Closed));
}
