//! The commands of the phone's owner, as they are typed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, missing_docs)]
// Each test file uses another part of what they share.
#![allow(dead_code)]

use std::process::{Command, Stdio};

use serde_json::Value;

use support::client::{CBOR, Client};
use support::{Folder, POCKETKEY, Phone, run};

mod support;

/// authenticatorMakeCredential: a discoverable ES256 credential of `user` at example.com.
fn make_credential(user: &str) -> Vec<u8> {
    let text = |text: &str| [&[0x60 + text.len() as u8], text.as_bytes()].concat();
    let mut request = vec![0x01, 0xa5, 0x01, 0x58, 32];
    request.extend([7; 32]);
    request.extend([0x02, 0xa1]);
    request.extend([text("id"), text("example.com")].concat());
    request.extend([0x03, 0xa2]);
    request.extend([text("id"), vec![0x41, user.as_bytes()[0]], text("name"), text(user)].concat());
    request.extend([0x04, 0x81, 0xa2]);
    request.extend([text("alg"), vec![0x26], text("type"), text("public-key")].concat());
    request.extend([0x07, 0xa1]);
    request.extend([text("rk"), vec![0xf5]].concat());
    request
}

fn register(folder: &Folder, users: &[&str]) {
    let mut phone = Phone::start(folder, &["--verify", "none"]);
    let mut client = Client::connect(&phone);
    let channel = client.channel();
    for user in users {
        client.send(channel, CBOR, &make_credential(user));
        let asked = phone.wait_for("asked");
        assert_eq!(asked["site"], "example.com");
        assert_eq!(asked["accounts"][0]["name"], *user);
        phone.say("y");
        assert_eq!(client.receive(channel, CBOR)[0], 0);
    }
    assert!(phone.stop().0.success());
}

fn list(state: &str) -> Vec<Value> {
    let (success, output, error) = run(&["credentials", "list", "--json", "--state", state]);
    assert!(success, "{error}");
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn accounts_are_listed_renamed_deleted_and_erased() {
    let folder = Folder::new();
    let state = folder.path().to_str().unwrap();
    register(&folder, &["alice", "bob", "carol"]);
    let accounts = list(state);
    let names: Vec<&str> = accounts.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["carol", "bob", "alice"]);

    let id = accounts[1]["id"].as_str().unwrap();
    let rename =
        ["credentials", "rename", id, "robert", "--display-name", "Robert", "--state", state];
    assert!(run(&rename).0);
    assert_eq!(list(state)[1]["display_name"], "Robert");
    assert!(run(&["credentials", "delete", id, "--state", state]).0);
    assert_eq!(list(state).len(), 2);

    let (success, _, error) = run(&["credentials", "delete", id, "--state", state]);
    assert!(!success && error.contains("no account"), "{error}");
    // An unset variable in a script names nobody, above all not the only account.
    assert!(
        run(&["credentials", "delete", accounts[0]["id"].as_str().unwrap(), "--state", state]).0
    );
    let (success, _, error) = run(&["credentials", "delete", "", "--state", state]);
    assert!(!success && error.contains("at least 4 digits"), "{error}");

    let (success, _, error) = run(&["reset", "--state", state]);
    assert!(!success && error.contains("--yes"), "{error}");
    assert_eq!(list(state).len(), 1);
    assert!(run(&["reset", "--yes", "--state", state]).0);
    assert_eq!(list(state).len(), 0);
}

#[test]
fn a_misspelt_directory_is_not_a_phone_without_accounts() {
    let folder = Folder::new();
    let missing = folder.path().join("missing");
    let state = missing.to_str().unwrap();
    for command in [&["credentials", "list"][..], &["reset", "--yes"]] {
        let (success, _, error) = run(&[command, &["--state", state]].concat());
        assert!(!success && error.contains("--state"), "{error}");
        assert!(!missing.exists());
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = Folder::new();
    let mut list = Command::new(POCKETKEY)
        .args(["credentials", "list", "--state"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(list.stdout.take());
    let ended = list.wait_with_output().unwrap();
    assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
}

#[test]
fn a_passphrase_opens_what_it_sealed_and_no_other_does() {
    let folder = Folder::new();
    let passphrase = |text: &str| {
        let path = folder.path().join("passphrase");
        std::fs::write(&path, text).unwrap();
        path
    };
    let list = |file, extra: &[&str]| {
        let output = Command::new(POCKETKEY)
            .args(["credentials", "list", "--state"])
            .arg(folder.path())
            .args(extra)
            .env("POCKETKEY_PASSPHRASE_FILE", file)
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    assert!(list(passphrase("right\n"), &["--passphrase"]).0);
    assert!(list(passphrase("right"), &[]).0);
    let (success, error) = list(passphrase("wrong"), &[]);
    assert!(!success);
    assert!(error.contains("passphrase"), "{error}");
}

#[test]
fn the_doctor_says_what_is_there() {
    let folder = Folder::new();
    let (success, output, _) =
        run(&["doctor", "--json", "--state", folder.path().to_str().unwrap()]);
    assert!(success);
    let checks: Vec<Value> =
        output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(checks.iter().any(|check| check["check"] == "authenticator" && check["ok"] == true));
    for check in checks.iter().filter(|check| check["ok"] == false) {
        assert!(check["advice"].is_string(), "{check}");
    }
}

#[test]
fn the_metadata_statement_is_json() {
    let (success, output, _) = run(&["metadata"]);
    assert!(success);
    let statement: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(statement["protocolFamily"], "fido2");
}
