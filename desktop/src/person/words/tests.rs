use std::time::Duration;

use super::*;

fn site() -> Site {
    Site { id: "example.com".to_owned(), name: Some("Example\x1b[2J".to_owned()) }
}

fn account(name: &str) -> Account {
    Account { name: Some(name.to_owned()), display_name: None, id: vec![1; 64] }
}

fn words(operation: Operation, needs: Needs) -> String {
    let timeout = Duration::from_secs(30);
    question(&Prompt { operation, transport: Transport::Nfc, needs, timeout }).join("\n")
}

#[test]
fn the_question_says_site_account_operation_and_transport() {
    let text = words(
        Operation::Register { site: site(), account: Some(account("alice")), key: None },
        Needs::Verification,
    );
    assert_eq!(
        text,
        "Over NFC: example.com (calls itself “Example\u{fffd}[2J”) wants to register a passkey for alice\n  \
         It needs the owner: a phone would check a fingerprint now."
    );
}

#[test]
fn several_accounts_are_numbered() {
    let accounts = vec![account("alice"), account("bob\u{202e}")];
    let text = words(
        Operation::SignIn { site: site(), accounts, not_listed: 7, keys: vec![] },
        Needs::Presence,
    );
    assert!(text.ends_with("\n  1  alice\n  2  bob\u{fffd}\n  (and 7 older ones)"), "{text}");
}

#[test]
fn an_account_without_a_name_shows_a_piece_of_its_handle() {
    let nameless = Account { name: None, display_name: Some(String::new()), id: vec![0xab; 64] };
    assert_eq!(show_account(&nameless), "account abababababababab");
}

#[test]
fn a_token_is_told_by_what_it_permits() {
    let text = words(Operation::AllowToken { permissions: 0x05, site: None }, Needs::Verification);
    assert!(
        text.contains("wants to register passkeys, manage the accounts on the phone"),
        "{text}"
    );
}
