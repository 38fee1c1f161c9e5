//! A request that was begun is answered at once, or waited for, or dropped.

use std::{sync::Arc, thread};

use super::people::*;
use crate::{
    AssertionCall, AssertionProgress, Authenticator, CallError, CreationCall, CreationProgress,
    MessageCall, MessageProgress, Refusal, RequestError, WaitingMessage, task::block_on,
};

fn begin(authenticator: &Arc<Authenticator>, message: &[u8]) -> Result<MessageProgress, CallError> {
    let call = MessageCall { call: 1, client: CLIENT, message: message.to_vec() };
    Arc::clone(authenticator).begin_ctap2(call)
}

fn waiting(authenticator: &Arc<Authenticator>) -> Arc<WaitingMessage> {
    match begin(authenticator, SELECTION).unwrap() {
        MessageProgress::Waiting { rest } => rest,
        MessageProgress::Answered { answer } => panic!("nobody has answered: {answer:?}"),
    }
}

#[test]
fn who_is_not_waited_for_has_the_answer_at_once() {
    let (authenticator, _) = open(Manner::Agrees);
    let made = Arc::clone(&authenticator).begin_make_credential(CreationCall {
        call: 1,
        client: CLIENT,
        request: creation(),
    });
    let Ok(CreationProgress::Answered { answer: made }) = made else { panic!("it waits") };
    let signed = Arc::clone(&authenticator).begin_get_assertion(AssertionCall {
        call: 2,
        client: CLIENT,
        request: sign_in(),
    });
    let Ok(AssertionProgress::Answered { answer: signed }) = signed else { panic!("it waits") };
    assert_eq!(signed.credential_id, made.id);
    let answered = begin(&authenticator, SELECTION);
    assert!(matches!(answered, Ok(MessageProgress::Answered { answer }) if answer == [0]));
}

#[test]
fn an_error_comes_at_once_too() {
    let (authenticator, _) = open(Manner::NeverAnswers);
    let mut request = sign_in();
    request.client_data_hash.pop();
    let call = AssertionCall { call: 1, client: CLIENT, request };
    let refused = Arc::clone(&authenticator).begin_get_assertion(call);
    assert!(matches!(refused, Err(RequestError::Invalid { .. })));
    let _first = waiting(&authenticator);
    assert!(matches!(begin(&authenticator, SELECTION), Err(CallError::Busy)));
}

#[test]
fn an_answer_between_beginning_and_waiting_is_not_missed() {
    let (authenticator, somebody) = open(Manner::NeverAnswers);
    let rest = waiting(&authenticator);
    authenticator.consent(somebody.last_question(), true, false, 0).unwrap();
    assert_eq!(block_on(rest.answer()), Ok(vec![0]));
    assert_eq!(now(rest.answer()), Err(CallError::Closed), "an answer is given once");
}

#[test]
fn an_answer_wakes_whoever_waits() {
    let (authenticator, somebody) = open(Manner::NeverAnswers);
    let rest = waiting(&authenticator);
    let waiter = thread::spawn(move || block_on(rest.answer()));
    authenticator.refuse(somebody.last_question(), Refusal::Declined).unwrap();
    assert_eq!(waiter.join().unwrap(), Ok(vec![0x27]), "OPERATION_DENIED");
}

#[test]
fn cancelling_between_beginning_and_waiting_is_not_missed() {
    let (authenticator, _) = open(Manner::NeverAnswers);
    let rest = waiting(&authenticator);
    assert_eq!(authenticator.cancel(Some(1)), Ok(true));
    assert_eq!(block_on(rest.answer()), Ok(vec![0x2d]), "KEEPALIVE_CANCEL");
}

#[test]
fn what_is_begun_and_dropped_takes_its_prompt_away() {
    let (authenticator, somebody) = open(Manner::NeverAnswers);
    drop(waiting(&authenticator));
    assert_eq!(*somebody.withdrawn.lock().unwrap(), [somebody.last_question()]);
    assert!(matches!(begin(&authenticator, GET_INFO), Ok(MessageProgress::Answered { .. })));
}

#[test]
fn closing_ends_what_was_begun() {
    let (authenticator, _) = open(Manner::NeverAnswers);
    let rest = waiting(&authenticator);
    authenticator.close().unwrap();
    assert_eq!(block_on(rest.answer()), Err(CallError::Closed));
}
