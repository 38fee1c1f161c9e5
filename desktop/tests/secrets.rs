//! Nothing that the phone writes anywhere a reader may look tells a secret: its events, its errors, and
//! the files beside the key.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::as_conversions, missing_docs)]
#![allow(dead_code)]

#[path = "../../tests/killer/mod.rs"]
mod killer;
#[path = "killed/process.rs"]
mod process;

use std::fs;

use killer::{Permissions, Registration};
use process::{Process, State};
use ring::digest;

const PIN: &str = "a PIN nobody else has 8472";
const WRONG_PIN: &str = "a wrong PIN that is as secret 55";

/// The ways in which bytes are written where they should not be.
fn spellings(secret: &[u8]) -> Vec<Vec<u8>> {
    let hexadecimal = hex::encode(secret);
    let decimal: Vec<String> = secret.iter().map(u8::to_string).collect();
    vec![
        secret.to_vec(),
        hexadecimal.to_uppercase().into_bytes(),
        hexadecimal.into_bytes(),
        decimal.join(",").into_bytes(),
        decimal.join(", ").into_bytes(),
    ]
}

fn tells(text: &[u8], secret: &[u8]) -> bool {
    spellings(secret).iter().any(|one| text.windows(one.len()).any(|part| part == one))
}

#[test]
fn no_secret_is_in_an_event_an_error_or_a_file() {
    let state = State::new();
    let mut phone = Process::start_with(&state, &["--attestation"]);
    let mut client = phone.client().unwrap();
    client.set_pin(PIN).unwrap().unwrap();
    assert!(client.token(WRONG_PIN, 2, None).unwrap().is_err());
    let token = client.token(PIN, Permissions::MAKE_CREDENTIAL, Some("example.com"));
    let token = token.unwrap().unwrap();
    let new = Registration {
        rp_id: "example.com",
        user: b"user",
        name: "somebody",
        discoverable: true,
        token: Some(&token),
    };
    let id = client.register(&new).unwrap().unwrap();
    client.sign_in("example.com", Some(&id), None).unwrap().unwrap();
    let (_, events) = phone.stop();
    let written: String = events.iter().map(|event| format!("{event}\n")).collect();
    assert!(tells(written.as_bytes(), b"somebody"), "the search finds what is there");

    let hash = |pin: &str| digest::digest(&digest::SHA256, pin.as_bytes()).as_ref()[..16].to_vec();
    let key = fs::read(state.path().join("key")).unwrap();
    let secrets = [
        ("the PIN", PIN.as_bytes().to_vec()),
        ("the wrong PIN", WRONG_PIN.as_bytes().to_vec()),
        ("the PIN's hash", hash(PIN)),
        ("the wrong PIN's hash", hash(WRONG_PIN)),
        ("the token", token.0),
        ("the key", key),
    ];
    for (name, secret) in &secrets {
        assert!(!tells(written.as_bytes(), secret), "{name} is in an event");
        for file in fs::read_dir(state.path()).unwrap() {
            let path = file.unwrap().path();
            if path.file_name().is_some_and(|name| name != "key") {
                let bytes = fs::read(&path).unwrap();
                assert!(!tells(&bytes, secret), "{name} is in {}", path.display());
            }
        }
    }
}
