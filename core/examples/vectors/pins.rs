//! PINs and tokens, and what is done with them.

use ciborium::Value;
use ring::digest;

use crate::{
    account::{Registration, register, sign_in_with},
    killer::{Ctap, Permissions, Token, bytes, encode, map},
    phone::{Client, Phone},
    record::Session,
};

const LARGE_BLOBS: u8 = 0x0c;
const PIN: &str = "271828";

/// A phone without verification of its own, with a PIN.
fn with_pin(about: &'static str) -> Client {
    let mut client = Ctap::new(Phone::new(about, false, true));
    client.wire.next("setting the PIN");
    client.set_pin(PIN).unwrap().unwrap();
    client
}

/// A registration on a phone that verifies nobody by itself.
fn by_client(user: u8) -> Registration {
    Registration { verify: false, ..Registration::of(user) }
}

fn token(client: &mut Client, permissions: u8) -> Token {
    client.wire.next("a token");
    client.token(PIN, permissions, None).unwrap().unwrap()
}

pub fn pin() -> Session {
    let about = "A PIN: set, missed, changed; and tokens by it. PIN/UV protocol two.";
    let mut client = with_pin(about);
    client.wire.next("retries at first");
    client.pin_retries().unwrap().unwrap();
    for wrong in ["000000", "000001"] {
        client.wire.next("a wrong PIN");
        let _ = client.token(wrong, Permissions::GET_ASSERTION, None).unwrap();
    }
    client.wire.next("retries after two misses");
    client.pin_retries().unwrap().unwrap();
    client.wire.next("setting a PIN where there is one");
    let _ = client.set_pin("314159").unwrap();
    client.wire.next("changing it to one that is too short");
    let _ = client.change_pin(PIN, "123").unwrap();
    let made = token(&mut client, Permissions::MAKE_CREDENTIAL);
    let registration = Registration { token: Some(made), ..by_client(1) };
    register(&mut client, "a passkey by a token", &registration);
    register(&mut client, "a passkey by a token that is used up", &registration);
    register(&mut client, "a passkey without a token", &by_client(2));
    let used = token(&mut client, Permissions::GET_ASSERTION);
    sign_in_with(&mut client, "a sign-in by a token", &used);
    client.wire.next("changing it");
    client.change_pin(PIN, "314159").unwrap().unwrap();
    sign_in_with(&mut client, "a sign-in by a token of the old PIN", &used);
    for _ in 0..3 {
        client.wire.next("the old PIN");
        let _ = client.token(PIN, Permissions::GET_ASSERTION, None).unwrap();
    }
    client.wire.next("the right PIN when it is blocked");
    let _ = client.token("314159", Permissions::GET_ASSERTION, None).unwrap();
    client.wire.next("retries after three misses");
    client.pin_retries().unwrap().unwrap();
    client.wire.finish()
}

pub fn management() -> Session {
    let about = "Credentials that a client lists, renames and deletes.";
    let mut client = with_pin(about);
    let mut ids = Vec::new();
    for user in 1..=2 {
        let made = token(&mut client, Permissions::MAKE_CREDENTIAL);
        let registration = Registration { token: Some(made), ..by_client(user) };
        ids.extend(register(&mut client, &format!("account {user}"), &registration));
    }
    let manager = token(&mut client, Permissions::MANAGE_CREDENTIALS);
    client.wire.next("how many there are");
    let _ = client.manage(1, Value::Null, Some(&manager)).unwrap();
    client.wire.next("the first site");
    let _ = client.manage(2, Value::Null, Some(&manager)).unwrap();
    client.wire.next("there is no second");
    let _ = client.manage(3, Value::Null, None).unwrap();
    client.wire.next("its newest account");
    let site = digest::digest(&digest::SHA256, b"example.com");
    let site = map(vec![(1, bytes(site.as_ref()))]);
    let _ = client.manage(4, site, Some(&manager)).unwrap();
    client.wire.next("its other account");
    let _ = client.manage(5, Value::Null, None).unwrap();
    client.wire.next("renaming an account");
    client.rename(&ids[0], &[1; 16], "somebody else", &manager).unwrap().unwrap();
    client.wire.next("deleting an account");
    client.delete(&ids[1], &manager).unwrap().unwrap();
    client.wire.next("deleting it again");
    let _ = client.delete(&ids[1], &manager).unwrap();
    client.wire.next("how many there are left");
    let _ = client.manage(1, Value::Null, Some(&manager)).unwrap();
    client.wire.next("how many there are, without a token");
    let _ = client.manage(1, Value::Null, None).unwrap();
    client.wire.finish()
}

pub fn large_blobs() -> Session {
    let about = "The array of large blobs: read, written in two parts, refused.";
    let mut client = with_pin(about);
    let read = |client: &mut Client, name: &str, count: u64, offset: u64| {
        client.wire.next(name);
        let parameters = vec![(1, Value::from(count)), (3, Value::from(offset))];
        let _ = client.send(LARGE_BLOBS, parameters).unwrap();
    };
    read(&mut client, "the first array", 1000, 0);
    let entries = encode(&Value::Array(vec![bytes(&[0x5a; 700])]));
    let hash = digest::digest(&digest::SHA256, &entries);
    let array = [entries.as_slice(), &hash.as_ref()[..16]].concat();
    let writer = token(&mut client, Permissions::LARGE_BLOB_WRITE);
    let (start, rest) = array.split_at(400);
    let length = Some(array.len());
    write(&mut client, "the first part", &writer, start, 0, length);
    write(&mut client, "a part that does not follow", &writer, rest, 500, None);
    write(&mut client, "the first part again", &writer, start, 0, length);
    write(&mut client, "the second part", &writer, rest, 400, None);
    read(&mut client, "what was written", 1000, 0);
    read(&mut client, "a part of it", 16, 690);
    read(&mut client, "what is behind its end", 16, 5000);
    let mut wrong = array.clone();
    wrong[5] ^= 1;
    write(&mut client, "an array with a wrong hash", &writer, &wrong, 0, length);
    let stranger = Token(vec![1; 32]);
    write(&mut client, "an array by a token that is none", &stranger, &array, 0, length);
    read(&mut client, "nothing has changed", 1000, 0);
    client.wire.finish()
}

fn write(
    client: &mut Client,
    name: &str,
    token: &Token,
    fragment: &[u8],
    offset: u32,
    length: Option<usize>,
) {
    let hash = digest::digest(&digest::SHA256, fragment);
    let message = [&[0xff; 32][..], &[0x0c, 0x00], &offset.to_le_bytes(), hash.as_ref()].concat();
    let (param, protocol) = token.prove(&message);
    client.wire.next(name);
    let parameters = vec![
        (2, bytes(fragment)),
        (3, Value::from(offset)),
        (4, length.map_or(Value::Null, |length| Value::from(length as u64))),
        (5, param),
        (6, protocol),
    ];
    let _ = client.send(LARGE_BLOBS, parameters).unwrap();
}
