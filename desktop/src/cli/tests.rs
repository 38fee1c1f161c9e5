#![allow(clippy::unwrap_used, clippy::panic)]

use clap::{CommandFactory, Parser};

use super::*;

fn phone(arguments: &[&str]) -> PhoneArgs {
    let words = ["pocketkey", "phone"].iter().chain(arguments);
    match Cli::try_parse_from(words).unwrap().command {
        Some(Command::Phone(phone)) => *phone,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_definition_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn nothing_said_is_no_command() {
    assert!(Cli::try_parse_from(["pocketkey"]).unwrap().command.is_none());
}

#[test]
fn transports_have_default_addresses() {
    let args = phone(&["--tcp", "--nfc", "--hid"]);
    assert_eq!(args.tcp.as_deref(), Some("127.0.0.1:35962"));
    assert_eq!(args.nfc.as_deref(), Some("127.0.0.1:35963"));
    assert!(args.hid);
    let none = phone(&[]);
    assert!(none.tcp.is_none() && none.nfc.is_none() && !none.hid && !none.test_controls);
}

#[test]
fn transports_take_an_address() {
    let args = phone(&["--tcp", "127.0.0.1:0", "--nfc", "reader:9"]);
    assert_eq!(args.tcp.as_deref(), Some("127.0.0.1:0"));
    assert_eq!(args.nfc.as_deref(), Some("reader:9"));
}

#[test]
fn consent_has_three_words_and_verification_four() {
    assert_eq!(phone(&["--approve", "never"]).approve, Some(Approve::Never));
    assert_eq!(phone(&[]).approve, None);
    assert_eq!(phone(&[]).verify, Verify::Ask);
    assert_eq!(phone(&["--verify", "none"]).verify, Verify::None);
    assert!(Cli::try_parse_from(["pocketkey", "phone", "--approve", "maybe"]).is_err());
}

#[test]
fn credentials_and_reset_take_a_state() {
    for words in [
        &["pocketkey", "credentials", "list", "--state", "x", "--json"][..],
        &["pocketkey", "credentials", "delete", "--state", "x", "ab"],
        &["pocketkey", "credentials", "rename", "ab", "alice", "--display-name", "Alice"],
        &["pocketkey", "reset", "--yes", "--state", "x"],
        &["pocketkey", "doctor", "--json"],
        &["pocketkey", "metadata"],
        &["pocketkey", "demo"],
    ] {
        assert!(Cli::try_parse_from(words).is_ok(), "{words:?}");
    }
}

#[test]
fn a_phone_has_commands_and_without_one_it_serves() {
    assert!(phone(&["--hid"]).command.is_none());
    let Some(PhoneCommand::Scan(scan)) = phone(&["scan", "qr.png", "--json"]).command else {
        panic!("not a scan")
    };
    assert!(scan.json);
    let Some(PhoneCommand::Activate(activate)) =
        phone(&["activate", "--image", "qr.png", "--state", "x", "--verify", "pass"]).command
    else {
        panic!("not an activation")
    };
    assert_eq!(activate.verify, Verify::Pass);
    assert!(activate.link.is_none());
    assert!(matches!(phone(&["status"]).command, Some(PhoneCommand::Status(_))));
}

#[test]
fn an_activation_needs_a_link_or_a_picture_and_not_both() {
    let parses = |words: &[&str]| {
        Cli::try_parse_from(["pocketkey", "phone", "activate"].iter().chain(words)).is_ok()
    };
    assert!(parses(&["-"]));
    assert!(!parses(&[]));
    assert!(!parses(&["https://keys.example.org/activate#t=x", "--image", "qr.png"]));
}
