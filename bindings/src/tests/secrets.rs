//! What the library tells a listener is for an app's log: no PIN, no token and no key is in it, however
//! much is logged.

use std::{io, sync::Arc};

use ring::digest;

use super::{
    hostile_person::wait_until,
    killer::{Ctap, Permissions, Registration, Wire},
    people::*,
};
use crate::{Authenticator, Event, LogLevel, software_key_store};

const PIN: &str = "a PIN nobody else has 8472";
const WRONG_PIN: &str = "a wrong PIN that is as secret 55";
const ROOT: [u8; 32] = *b"the root key of this phone: 32 B";

impl Wire for Arc<Authenticator> {
    fn call(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        now(Self::clone(self).ctap2(1, CLIENT, request.to_vec())).map_err(io::Error::other)
    }
}

fn hash(pin: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, pin.as_bytes()).as_ref()[..16].to_vec()
}

/// Whether a text has these bytes in it, written in one of the usual ways.
fn tells(text: &str, secret: &[u8]) -> bool {
    let list: Vec<String> = secret.iter().map(u8::to_string).collect();
    let ways = [
        String::from_utf8_lossy(secret).into_owned(),
        hex::encode(secret),
        hex::encode_upper(secret),
        list.join(", "),
        list.join(","),
    ];
    ways.iter().any(|way| text.contains(way))
}

#[test]
fn no_secret_is_in_what_is_logged() {
    let diary = Arc::new(Diary::default());
    let keys = software_key_store(ROOT.to_vec()).unwrap();
    let (authenticator, somebody) = open_with(Manner::Agrees, keys, Some(diary.clone())).unwrap();
    authenticator.set_log_level(LogLevel::Debug).unwrap();
    let mut client = Ctap::new(Arc::clone(&authenticator));
    client.set_pin(PIN).unwrap().unwrap();
    assert!(client.token(WRONG_PIN, Permissions::GET_ASSERTION, None).unwrap().is_err());
    let token = client.token(PIN, Permissions::MAKE_CREDENTIAL, Some("example.com"));
    let token = token.unwrap().unwrap();
    let new = Registration {
        rp_id: "example.com",
        user: b"user",
        name: "somebody",
        discoverable: true,
        token: Some(&token),
    };
    client.register(&new).unwrap().unwrap();
    // Something fails, which is what is logged of.
    *somebody.manner.lock().unwrap() = Manner::Throws;
    assert!(client.sign_in("example.com", None, None).unwrap().is_err());
    let is_there = |event: &Event| matches!(event, Event::Log { level: LogLevel::Error, .. });
    wait_until(|| diary.0.lock().unwrap().iter().any(is_there));

    let told = format!("{:?}", diary.0.lock().unwrap());
    assert!(tells(&told, b"somebody"), "the search finds what is there");
    for (name, secret) in [
        ("the PIN", PIN.as_bytes().to_vec()),
        ("the wrong PIN", WRONG_PIN.as_bytes().to_vec()),
        ("the PIN's hash", hash(PIN)),
        ("the wrong PIN's hash", hash(WRONG_PIN)),
        ("the token", token.0),
        ("the root key", ROOT.to_vec()),
    ] {
        assert!(!tells(&told, &secret), "{name}: {told}");
    }
}
