use std::sync::Arc;

use super::{hostile_person::wait_until, people::*};
use crate::{
    AnswerError, Authenticator, CallError, HidLink, LinkError, LogLevel, NfcCard, OpenError,
    OwnerError, Place, RequestError, Seams, task::block_on,
};

#[test]
fn closing_while_somebody_is_asked_ends_the_call_and_takes_the_prompt_away() {
    let (authenticator, somebody) = open(Manner::NeverAnswers);
    let theirs = Arc::clone(&authenticator);
    let call = std::thread::spawn(move || block_on(theirs.make_credential(1, CLIENT, creation())));
    wait_until(|| authenticator.is_waiting_for_user() == Ok(true));
    authenticator.close().unwrap();
    assert_eq!(call.join().unwrap(), Err(RequestError::Closed));
    assert_eq!(*somebody.withdrawn.lock().unwrap(), [somebody.last_question()]);
    let late = authenticator.answer(somebody.last_question(), consent(true));
    assert_eq!(late, Err(AnswerError::Closed));
}

#[test]
fn who_closes_the_authenticator_from_within_a_prompt_ends_the_request() {
    let (authenticator, somebody) = open(Manner::Closes);
    let answer = now(Arc::clone(&authenticator).ctap2(1, CLIENT, SELECTION.to_vec()));
    assert_eq!(answer, Err(CallError::Closed));
    drop(authenticator);
    assert_eq!(Arc::strong_count(&somebody), 1);
}

#[test]
fn whatever_is_used_after_closing_says_so() {
    let (authenticator, _) = open(Manner::Agrees);
    let card = NfcCard::new(Arc::clone(&authenticator));
    let link = HidLink::new(Arc::clone(&authenticator));
    authenticator.close().unwrap();
    assert_eq!(authenticator.close(), Err(CallError::Closed));
    assert_eq!(authenticator.cancel(None), Err(CallError::Closed));
    assert_eq!(authenticator.status(), Err(OwnerError::Closed));
    assert_eq!(authenticator.credentials(), Err(OwnerError::Closed));
    assert_eq!(authenticator.reset(), Err(OwnerError::Closed));
    assert_eq!(authenticator.idle(), Err(OwnerError::Closed));
    assert_eq!(authenticator.power_cycle(None), Err(CallError::Closed));
    assert_eq!(authenticator.metadata(), Err(CallError::Closed));
    assert_eq!(authenticator.set_log_level(LogLevel::Off), Err(CallError::Closed));
    assert_eq!(authenticator.set_verifier_status(STATUS), Err(CallError::Closed));
    let asked = now(Arc::clone(&authenticator).ctap2(1, CLIENT, GET_INFO.to_vec()));
    assert_eq!(asked, Err(CallError::Closed));
    let joined = now(Arc::clone(&authenticator).resume_activation(1));
    assert_eq!(joined, Err(crate::ActivationError::Closed));
    assert_eq!(now(card.command(vec![0; 4])), Err(LinkError::Closed));
    assert_eq!(link.receive(vec![0; 64]), Err(LinkError::Closed));
    assert_eq!(now(link.next_report()), Err(LinkError::Closed));
}

#[test]
fn a_closed_authenticator_lets_go_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store").display().to_string();
    let open = || {
        let somebody = Somebody::who(Manner::NeverAnswers);
        let place = Place::File { path: path.clone() };
        Authenticator::open(place, keys(), somebody, STATUS, None, Seams::default())
    };
    let first = open().unwrap();
    assert_eq!(open().map(drop), Err(OpenError::InUse));
    let theirs = Arc::clone(&first);
    let call = std::thread::spawn(move || block_on(theirs.ctap2(1, CLIENT, SELECTION.to_vec())));
    wait_until(|| first.is_waiting_for_user() == Ok(true));
    first.close().unwrap();
    assert_eq!(call.join().unwrap(), Err(CallError::Closed));
    open().unwrap();
}

#[test]
fn opening_says_what_is_wrong_with_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store").display().to_string();
    let open = |root: u8| {
        Authenticator::open(
            Place::File { path: path.clone() },
            crate::software_key_store(vec![root; 32]).unwrap(),
            Somebody::who(Manner::Agrees),
            STATUS,
            None,
            Seams::default(),
        )
        .map(drop)
    };
    open(1).unwrap();
    assert_eq!(open(2), Err(OpenError::WrongKey));
    let place = Place::File { path: folder.path().join("other").display().to_string() };
    std::fs::write(folder.path().join("other"), vec![b'x'; 4096]).unwrap();
    let somebody = Somebody::who(Manner::Agrees);
    let other = Authenticator::open(place, keys(), somebody, STATUS, None, Seams::default());
    assert!(matches!(other.map(drop), Err(OpenError::NotAStore { .. })));
}

#[test]
fn a_thousand_concurrent_calls_are_each_answered_or_told_to_wait() {
    let (authenticator, _) = open(Manner::Agrees);
    let calls: Vec<_> = (0..1000)
        .map(|call| {
            let theirs = Arc::clone(&authenticator);
            std::thread::spawn(move || block_on(theirs.ctap2(call, CLIENT, GET_INFO.to_vec())))
        })
        .collect();
    let mut answered = 0;
    for call in calls {
        match call.join().unwrap() {
            Ok(answer) => {
                assert_eq!(answer[0], 0);
                answered += 1;
            }
            Err(error) => assert_eq!(error, CallError::Busy),
        }
    }
    assert!(answered > 0);
}
