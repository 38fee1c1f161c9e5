use std::{
    sync::{Arc, atomic::Ordering},
    task::{Context, Waker},
};

use super::people::*;
use crate::{AnswerError, CallError, Event, Refusal, foreign::Answer, task::block_on};

#[test]
fn who_throws_or_panics_has_not_agreed_and_the_next_request_is_served() {
    for manner in [Manner::Throws, Manner::Panics] {
        let diary = Arc::new(Diary::default());
        let (authenticator, somebody) = open_with(manner, keys(), Some(diary.clone())).unwrap();
        let answer = now(Arc::clone(&authenticator).ctap2(1, CLIENT, SELECTION.to_vec()));
        assert_eq!(answer, Ok(vec![0x27]), "OPERATION_DENIED");
        assert!(somebody.withdrawn.lock().unwrap().is_empty(), "there is nothing to take away");
        *somebody.manner.lock().unwrap() = Manner::Agrees;
        assert_eq!(
            now(Arc::clone(&authenticator).ctap2(2, CLIENT, SELECTION.to_vec())),
            Ok(vec![0])
        );
        authenticator.close().unwrap();
        wait_until(|| {
            diary.0.lock().unwrap().iter().any(|event| matches!(event, Event::Log { .. }))
        });
    }
}

#[test]
fn a_second_answer_is_refused_and_changes_nothing() {
    let (authenticator, somebody) = open(Manner::AgreesTwice);
    assert_eq!(now(Arc::clone(&authenticator).ctap2(1, CLIENT, SELECTION.to_vec())), Ok(vec![0]));
    assert_eq!(somebody.second_answers.load(Ordering::SeqCst), 1);
    let question = somebody.last_question();
    let late = authenticator.answer(question, Answer::Refuse { refusal: Refusal::Declined });
    assert_eq!(late, Err(AnswerError::NotAsked));
}

#[test]
fn who_may_call_back_is_told_that_the_authenticator_is_busy() {
    let (authenticator, _) = open(Manner::CallsBack);
    assert_eq!(now(Arc::clone(&authenticator).ctap2(1, CLIENT, SELECTION.to_vec())), Ok(vec![0]));
}

#[test]
fn who_never_answers_is_overtaken_by_cancelling() {
    let (authenticator, somebody) = open(Manner::NeverAnswers);
    let theirs = Arc::clone(&authenticator);
    let call = std::thread::spawn(move || block_on(theirs.ctap2(7, CLIENT, SELECTION.to_vec())));
    wait_until(|| authenticator.is_waiting_for_user().unwrap());
    assert_eq!(authenticator.cancel(Some(8)), Ok(false), "no such call");
    assert!(authenticator.is_waiting_for_user().unwrap());
    assert_eq!(authenticator.cancel(Some(7)), Ok(true));
    assert_eq!(call.join().unwrap(), Ok(vec![0x2d]), "KEEPALIVE_CANCEL");
    let question = somebody.last_question();
    assert_eq!(*somebody.withdrawn.lock().unwrap(), [question]);
    assert_eq!(authenticator.answer(question, consent(false)), Err(AnswerError::NotAsked));
}

#[test]
fn a_dropped_call_takes_its_prompt_away() {
    let (authenticator, somebody) = open(Manner::NeverAnswers);
    {
        let mut call = Box::pin(Arc::clone(&authenticator).ctap2(1, CLIENT, SELECTION.to_vec()));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let other = now(Arc::clone(&authenticator).ctap2(2, CLIENT, GET_INFO.to_vec()));
        assert_eq!(other, Err(CallError::Busy));
    }
    assert_eq!(*somebody.withdrawn.lock().unwrap(), [somebody.last_question()]);
    assert_eq!(now(Arc::clone(&authenticator).ctap2(3, CLIENT, GET_INFO.to_vec())).unwrap()[0], 0);
    assert_eq!(authenticator.cancel(Some(1)), Ok(false));
}

#[test]
fn who_blocks_when_asked_holds_up_its_own_request_and_nothing_else() {
    let (authenticator, somebody) = open(Manner::Blocks);
    let theirs = Arc::clone(&authenticator);
    let call = std::thread::spawn(move || block_on(theirs.ctap2(1, CLIENT, SELECTION.to_vec())));
    wait_until(|| somebody.gate.has_somebody());
    let other = now(Arc::clone(&authenticator).ctap2(2, CLIENT, GET_INFO.to_vec()));
    assert_eq!(other, Err(CallError::Busy));
    assert_eq!(authenticator.cancel(Some(1)), Ok(true));
    let question = somebody.last_question();
    assert_eq!(authenticator.answer(question, consent(false)), Ok(()), "from another thread");
    authenticator.close().unwrap();
    somebody.gate.open();
    assert_eq!(call.join().unwrap(), Err(CallError::Closed));
    drop(authenticator);
    assert_eq!(Arc::strong_count(&somebody), 1);
}

#[test]
fn an_authorization_reaches_the_signature_and_is_then_released() {
    let (authenticator, somebody) = open(Manner::Authorizes);
    now(Arc::clone(&authenticator).make_credential(1, CLIENT, creation())).unwrap();
    assert_eq!(*somebody.released.lock().unwrap(), [somebody.last_question()]);
    assert!(somebody.withdrawn.lock().unwrap().is_empty());
}

#[test]
fn nothing_is_left_of_questions_that_are_over() {
    for manner in [Manner::Agrees, Manner::Authorizes, Manner::Throws, Manner::AgreesTwice] {
        let (authenticator, somebody) = open(manner);
        for call in 0..100 {
            let _ = now(Arc::clone(&authenticator).ctap2(call, CLIENT, SELECTION.to_vec()));
        }
        assert_eq!(authenticator.open_questions(), 0);
        authenticator.close().unwrap();
        drop(authenticator);
        assert_eq!(Arc::strong_count(&somebody), 1, "nobody holds the implementation any more");
    }
}

pub(super) fn wait_until(condition: impl Fn() -> bool) {
    for _ in 0..2000 {
        if condition() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("it never happened");
}
