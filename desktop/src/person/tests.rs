#![allow(clippy::unwrap_used)]

use pocketkey_core::platform::{Account, Operation, Site};
use pocketkey_core::transport::Transport;
use tokio::time::timeout;

use super::*;

fn person(approve: Approve, verify: Verify) -> (Person, mpsc::Sender<String>) {
    let screen = Arc::new(Screen::dark());
    let log = Arc::new(Log::new(Arc::clone(&screen), true));
    let (typed, lines) = mpsc::channel(LINES);
    (Person::answering(approve, verify, log, screen, lines), typed)
}

fn sign_in(needs: Needs, accounts: usize) -> Prompt {
    let account =
        |index| Account { name: Some(format!("user{index}")), display_name: None, id: vec![index] };
    Prompt {
        operation: Operation::SignIn {
            site: Site { id: "example.com".to_owned(), name: None },
            accounts: (0..u8::try_from(accounts).unwrap()).map(account).collect(),
            not_listed: 0,
            keys: Vec::new(),
        },
        transport: Transport::Usb,
        needs,
        timeout: Duration::from_millis(300),
    }
}

/// Asks, and types `line` once the question is there.
async fn ask(
    (person, typed): (Person, mpsc::Sender<String>),
    prompt: Prompt,
    line: &str,
) -> Result<Consent, Refusal> {
    let answer = tokio::spawn(async move { person.ask(&prompt).await });
    sleep(Duration::from_millis(20)).await;
    // Whoever answers by itself does not read.
    let _ = typed.try_send(line.to_owned());
    answer.await.unwrap()
}

#[tokio::test]
async fn a_yes_is_presence_and_a_v_is_verification() {
    let consent = ask(person(Approve::Ask, Verify::Ask), sign_in(Needs::Presence, 1), "y").await;
    assert!(!consent.unwrap().verified);
    let consent =
        ask(person(Approve::Ask, Verify::Ask), sign_in(Needs::Verification, 1), "v").await;
    assert!(consent.unwrap().verified);
}

#[tokio::test]
async fn the_typed_account_is_chosen() {
    let consent = ask(person(Approve::Ask, Verify::Ask), sign_in(Needs::Presence, 3), "2").await;
    assert_eq!(consent.unwrap().choice, Choice::Account(1));
}

#[tokio::test]
async fn a_no_declines_and_an_f_is_a_failed_attempt() {
    let prompt = || sign_in(Needs::Verification, 1);
    let refusal = ask(person(Approve::Ask, Verify::Ask), prompt(), "n").await.unwrap_err();
    assert_eq!(refusal, Refusal::Declined);
    let refusal = ask(person(Approve::Ask, Verify::Ask), prompt(), "f").await.unwrap_err();
    assert_eq!(refusal, Refusal::NotVerified);
}

#[tokio::test]
async fn no_answer_and_no_clear_answer_time_out() {
    let prompt = || sign_in(Needs::Presence, 1);
    for line in ["", "perhaps"] {
        let refusal = ask(person(Approve::Ask, Verify::Ask), prompt(), line).await.unwrap_err();
        assert_eq!(refusal, Refusal::TimedOut);
    }
}

#[tokio::test]
async fn what_was_typed_before_the_question_does_not_answer_it() {
    let (person, typed) = person(Approve::Ask, Verify::Ask);
    typed.try_send("y".to_owned()).unwrap();
    let refusal = person.ask(&sign_in(Needs::Presence, 1)).await.unwrap_err();
    assert_eq!(refusal, Refusal::TimedOut);
}

#[tokio::test]
async fn without_standard_input_nobody_agrees() {
    let (person, typed) = person(Approve::Ask, Verify::Ask);
    drop(typed);
    let refusal = person.ask(&sign_in(Needs::Presence, 1)).await.unwrap_err();
    assert_eq!(refusal, Refusal::Declined);
}

#[tokio::test]
async fn a_question_set_aside_does_not_keep_the_next_one_from_its_answer() {
    let (person, typed) = person(Approve::Ask, Verify::Ask);
    let (first, second) = (sign_in(Needs::Presence, 1), sign_in(Needs::Presence, 1));
    let mut aside = person.ask(&first);
    assert!(timeout(Duration::from_millis(5), &mut aside).await.is_err());
    let typing = async {
        sleep(Duration::from_millis(20)).await;
        typed.send("y".to_owned()).await.unwrap();
    };
    let (answer, ()) = tokio::join!(person.ask(&second), typing);
    answer.unwrap();
}

#[tokio::test]
async fn answers_by_itself_as_it_was_told() {
    let prompt = |needs| sign_in(needs, 2);
    for (approve, verify, needs, expected) in [
        (Approve::Always, Verify::Pass, Needs::Presence, Ok(false)),
        (Approve::Always, Verify::Pass, Needs::Verification, Ok(true)),
        (Approve::Always, Verify::Fail, Needs::Presence, Ok(false)),
        (Approve::Always, Verify::Fail, Needs::Verification, Err(Refusal::NotVerified)),
        (Approve::Always, Verify::None, Needs::Presence, Ok(false)),
        (Approve::Never, Verify::Pass, Needs::Presence, Err(Refusal::Declined)),
        (Approve::Never, Verify::Pass, Needs::Verification, Err(Refusal::Declined)),
    ] {
        let answer = person(approve, verify).0.ask(&prompt(needs)).await;
        assert_eq!(
            answer.map(|consent| {
                assert_eq!(consent.choice, Choice::Account(0));
                consent.verified
            }),
            expected,
            "{approve:?} {verify:?} {needs:?}"
        );
    }
}

#[test]
fn without_verification_there_is_none_to_offer() {
    let status = |verify| person(Approve::Always, verify).0.status();
    assert_eq!(status(Verify::None).built_in_uv, None);
    for verify in [Verify::Ask, Verify::Pass, Verify::Fail] {
        assert_eq!(status(verify).built_in_uv, Some(true));
    }
}
