//! Frames: what a client sends over each transport, byte by byte.

use crate::{
    phone::{BLE_LENGTH, Phone},
    record::Session,
};

const GET_INFO: &[u8] = &[4];
const SELECTION: &[u8] = &[0x0b];
const U2F_VERSION: &[u8] = &[0, 3, 0, 0, 0, 0, 0];

pub fn u2f() -> Session {
    let mut phone = Phone::new("U2F messages, with the status words of ISO 7816.", true, true);
    let unknown_key = [&[0; 64][..], &[64], &[7; 64]].concat();
    let authenticate = |control: u8| {
        [&[0, 2, control, 0, 0, 0, unknown_key.len() as u8], unknown_key.as_slice(), &[0, 0]]
            .concat()
    };
    for (name, apdu) in [
        ("the version", U2F_VERSION.to_vec()),
        ("the version by a short APDU", vec![0, 3, 0, 0]),
        ("a class that does not exist", vec![0x80, 3, 0, 0, 0, 0, 0]),
        ("an instruction that does not exist", vec![0, 0x40, 0, 0, 0, 0, 0]),
        ("nothing", vec![]),
        ("a registration that is too short", vec![0, 1, 0, 0, 0, 0, 1, 9, 0, 0]),
        ("whether a key is known that is not", authenticate(7)),
        ("a sign-in with that key", authenticate(3)),
        ("a length that is not there", vec![0, 1, 0, 0, 0, 1, 0, 1]),
    ] {
        phone.next(name).u2f(&apdu);
    }
    phone.finish()
}

pub fn nfc() -> Session {
    let mut phone = Phone::new("APDUs of a reader (CTAP 2.3 §11.3).", true, true);
    let select = [0, 0xa4, 4, 0, 8, 0xa0, 0, 0, 6, 0x47, 0x2f, 0, 1, 0];
    phone.next("a message before anything is selected").nfc(&[0x80, 0x10, 0, 0, 1, 4, 0]);
    phone.next("another applet").nfc(&[0, 0xa4, 4, 0, 5, 0xa0, 0, 0, 3, 8]);
    phone.next("the FIDO applet").nfc(&select);
    let extended = [&select[..4], &[0, 0, 8], &select[5..13], &[0, 0]].concat();
    phone.next("the FIDO applet, by an extended APDU").nfc(&extended);
    phone.next("the version of U2F").nfc(&[0, 3, 0, 0, 0]);
    let mut answer = phone.next("getInfo by a short APDU").nfc(&[0x80, 0x10, 0, 0, 1, 4, 0]);
    while answer[answer.len() - 2] == 0x61 {
        answer = phone.next("the rest of it").nfc(&[0x80, 0xc0, 0, 0, 0]);
    }
    phone.next("getInfo by an extended APDU").nfc(&[0x80, 0x10, 0, 0, 0, 0, 1, 4, 0, 0]);
    phone.next("selection").nfc(&[&[0x80, 0x10, 0, 0, 1], SELECTION, &[0]].concat());
    phone.next("the first part of a chain").nfc(&[0x90, 0x10, 0, 0, 2, 2, 0xa1]);
    phone.next("its last part").nfc(&[0x80, 0x10, 0, 0, 3, 1, 0x61, b'a', 0]);
    phone.next("a message without anything").nfc(&[0x80, 0x10, 0, 0, 0]);
    phone.next("a class that does not exist").nfc(&[0x40, 0x10, 0, 0, 1, 4, 0]);
    phone.next("an instruction that does not exist").nfc(&[0x80, 0x55, 0, 0, 1, 4, 0]);
    phone.next("a length that is wrong").nfc(&[0x80, 0x10, 0, 0, 9, 4]);
    phone.next("a poll for nothing").nfc(&[0x80, 0x11, 0, 0, 0]);
    phone.next("the end").nfc(&[0x80, 0x12, 1, 0]);
    phone.next("a message after the end").nfc(&[0x80, 0x10, 0, 0, 1, 4, 0]);
    phone.finish()
}

pub fn hid() -> Session {
    let mut phone = Phone::new("CTAPHID reports (CTAP 2.3 §11.2).", true, true);
    let mut channel = [0xff; 4];
    let nonce = [1, 2, 3, 4, 5, 6, 7, 8];
    let answer = phone.next("a channel").hid(&reports(channel, 0x86, &nonce));
    channel.copy_from_slice(&answer[0][15..19]);
    phone.next("a second channel").hid(&reports([0xff; 4], 0x86, &nonce));
    phone.next("a ping of three reports").hid(&reports(channel, 0x81, &[0xab; 130]));
    phone.next("getInfo").hid(&reports(channel, 0x90, GET_INFO));
    phone.next("the version of U2F").hid(&reports(channel, 0x83, U2F_VERSION));
    phone.next("selection").hid(&reports(channel, 0x90, SELECTION));
    phone.next("wink").hid(&reports(channel, 0x88, &[]));
    phone.next("a lock of five seconds").hid(&reports(channel, 0x84, &[5]));
    phone.next("another channel meanwhile").hid(&reports([0, 0, 0, 2], 0x81, &[1]));
    phone.next("the lock released").hid(&reports(channel, 0x84, &[0]));
    phone.next("a lock that is too long").hid(&reports(channel, 0x84, &[11]));
    phone.next("a command that does not exist").hid(&reports(channel, 0xc0, &[1]));
    phone.next("a channel that does not exist").hid(&reports([0, 0, 9, 9], 0x81, &[1]));
    phone.next("a channel that is reserved").hid(&reports([0; 4], 0x81, &[1]));
    phone.next("a request that asks nothing").hid(&reports(channel, 0x90, &[]));
    let long = report(channel, &[0x81, 0xff, 0xff]);
    phone.next("a message that is too long").hid(&[long]);
    let mut broken = reports(channel, 0x81, &[7; 130]);
    broken.swap(1, 2);
    phone.next("reports in the wrong order").hid(&broken);
    phone.next("a channel begun anew").hid(&reports(channel, 0x86, &nonce));
    phone.next("a ping after all that").hid(&reports(channel, 0x81, &[1]));
    phone.finish()
}

fn reports(channel: [u8; 4], command: u8, data: &[u8]) -> Vec<Vec<u8>> {
    let (start, rest) = data.split_at(data.len().min(57));
    let [high, low] = (data.len() as u16).to_be_bytes();
    let mut reports = vec![report(channel, &[&[command, high, low], start].concat())];
    for (sequence, part) in (0..).zip(rest.chunks(59)) {
        reports.push(report(channel, &[&[sequence], part].concat()));
    }
    reports
}

fn report(channel: [u8; 4], bytes: &[u8]) -> Vec<u8> {
    let mut report = [&channel, bytes].concat();
    report.resize(64, 0);
    report
}

pub fn ble() -> Session {
    let about = "Fragments of Bluetooth Low Energy (CTAP 2.3 §11.4): 64 bytes each at most.";
    let mut phone = Phone::new(about, true, true);
    phone.next("a client that knows no bitfield speaks U2F").ble(&fragments(0x83, U2F_VERSION));
    phone.next("two protocols at once").ble_revision(&[0xa0]);
    phone.next("FIDO2").ble_revision(&[0x20]);
    phone.next("a ping of three fragments").ble(&fragments(0x81, &[0xab; 130]));
    phone.next("an empty ping").ble(&fragments(0x81, &[]));
    phone.next("getInfo").ble(&fragments(0x83, GET_INFO));
    phone.next("selection").ble(&fragments(0x83, SELECTION));
    phone.next("cancelling nothing, and a ping").ble(&[vec![0xbe, 0, 0], vec![0x81, 0, 1, 9]]);
    phone.next("a command that does not exist").ble(&fragments(0xc0, &[1]));
    phone.next("a request that asks nothing").ble(&fragments(0x83, &[]));
    phone.next("a message that is too long").ble(&[vec![0x83, 0xff, 0xff]]);
    phone.next("a fragment that is too short").ble(&[vec![0x83, 0]]);
    phone.next("a fragment that is too long").ble(&[vec![0x81; 65]]);
    phone.next("more data than was announced").ble(&[vec![0x81, 0, 1, 7, 7]]);
    let mut broken = fragments(0x81, &[7; 150]);
    broken.swap(1, 2);
    phone.next("fragments in the wrong order").ble(&broken);
    phone.next("a message begun twice").ble(&[vec![0x81, 0, 9, 1], vec![0x81, 0, 1, 1]]);
    phone.next("U2F").ble_revision(&[0x40]);
    phone.next("the version of U2F").ble(&fragments(0x83, U2F_VERSION));
    phone.finish()
}

fn fragments(command: u8, data: &[u8]) -> Vec<Vec<u8>> {
    let longest = usize::from(BLE_LENGTH);
    let (start, rest) = data.split_at(data.len().min(longest - 3));
    let [high, low] = (data.len() as u16).to_be_bytes();
    let mut fragments = vec![[&[command, high, low], start].concat()];
    for (sequence, part) in (0..).zip(rest.chunks(longest - 1)) {
        fragments.push([&[sequence], part].concat());
    }
    fragments
}
