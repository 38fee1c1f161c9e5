//! A courier that throws, blocks, answers twice, late or never, or closes the authenticator.

use std::sync::{
    Arc, Mutex, Weak,
    atomic::{AtomicUsize, Ordering},
};

use super::{hostile_person::wait_until, people::*, workspaces::link};
use crate::{
    ActivationError, AnswerError, Authenticator, Courier, CourierFailure, CourierReply,
    ForeignError, Letter, Membership, Place, Seams, task::block_on,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Throws,
    Panics,
    AnswersTwice,
    TooLong,
    NeverAnswers,
    Blocks,
    Closes,
}

struct BadPost {
    fault: Fault,
    gate: Gate,
    authenticator: Mutex<Weak<Authenticator>>,
    letters: Mutex<Vec<u64>>,
    abandoned: Mutex<Vec<u64>>,
    second_replies: AtomicUsize,
}

fn reply(length: usize) -> CourierReply {
    CourierReply::Reply { status: 200, body: vec![b'a'; length] }
}

impl Courier for BadPost {
    fn send(&self, letter: u64, _content: Letter) -> Result<(), ForeignError> {
        self.letters.lock().unwrap().push(letter);
        let authenticator = || self.authenticator.lock().unwrap().upgrade().unwrap();
        match self.fault {
            Fault::Throws => {
                return Err(ForeignError::Failed { reason: "UnknownHostException".to_owned() });
            }
            Fault::Panics => panic!("a hostile implementation"),
            Fault::AnswersTwice => {
                for _ in 0..2 {
                    let delivered = authenticator().deliver(letter, reply(9));
                    if delivered == Err(AnswerError::NotAsked) {
                        self.second_replies.fetch_add(1, Ordering::SeqCst);
                    }
                }
            }
            Fault::TooLong => authenticator().deliver(letter, reply(70_000)).unwrap(),
            Fault::NeverAnswers => {}
            Fault::Blocks => self.gate.pass(),
            Fault::Closes => authenticator().close().unwrap(),
        }
        Ok(())
    }

    fn abandon(&self, letter: u64) -> Result<(), ForeignError> {
        self.abandoned.lock().unwrap().push(letter);
        panic!("a hostile implementation")
    }
}

fn open_with(fault: Fault) -> (Arc<Authenticator>, Arc<BadPost>) {
    let post = Arc::new(BadPost {
        fault,
        gate: Gate::default(),
        authenticator: Mutex::default(),
        letters: Mutex::default(),
        abandoned: Mutex::default(),
        second_replies: AtomicUsize::new(0),
    });
    let seams = Seams { courier: Some(post.clone()), ..Seams::default() };
    let somebody = Somebody::who(Manner::Agrees);
    let authenticator =
        Authenticator::open(Place::Memory, keys(), somebody, STATUS, None, seams).unwrap();
    *post.authenticator.lock().unwrap() = Arc::downgrade(&authenticator);
    (authenticator, post)
}

fn activate(authenticator: &Arc<Authenticator>) -> Result<Membership, ActivationError> {
    block_on(Arc::clone(authenticator).activate(1, link(), "phone".to_owned()))
}

fn nothing_is_left(authenticator: Arc<Authenticator>, post: &Arc<BadPost>) {
    drop(authenticator);
    assert_eq!(Arc::strong_count(post), 1, "nobody holds the courier any more");
}

#[test]
fn a_courier_that_throws_or_panics_has_reached_nobody() {
    for fault in [Fault::Throws, Fault::Panics, Fault::TooLong] {
        let (authenticator, post) = open_with(fault);
        let failure = CourierFailure::NoAnswer;
        assert_eq!(activate(&authenticator), Err(ActivationError::Unreachable { failure }));
        assert!(post.abandoned.lock().unwrap().is_empty(), "there is nothing to abandon");
        assert!(authenticator.status().is_ok());
        nothing_is_left(authenticator, &post);
    }
}

#[test]
fn a_second_reply_is_refused_and_changes_nothing() {
    let (authenticator, post) = open_with(Fault::AnswersTwice);
    let joined = activate(&authenticator);
    assert!(matches!(joined, Err(ActivationError::NotBelieved { .. })), "{joined:?}");
    assert_eq!(post.second_replies.load(Ordering::SeqCst), 1);
    nothing_is_left(authenticator, &post);
}

#[test]
fn a_courier_that_never_answers_is_left_when_the_authenticator_closes() {
    let (authenticator, post) = open_with(Fault::NeverAnswers);
    let theirs = Arc::clone(&authenticator);
    let call = std::thread::spawn(move || activate(&theirs));
    wait_until(|| !post.letters.lock().unwrap().is_empty());
    authenticator.close().unwrap();
    assert_eq!(call.join().unwrap(), Err(ActivationError::Closed));
    let letter = post.letters.lock().unwrap()[0];
    assert_eq!(*post.abandoned.lock().unwrap(), [letter], "once, though that panics");
    assert_eq!(authenticator.deliver(letter, reply(1)), Err(AnswerError::Closed), "too late");
    nothing_is_left(authenticator, &post);
}

#[test]
fn a_courier_that_blocks_holds_up_its_own_call_and_no_client() {
    let (authenticator, post) = open_with(Fault::Blocks);
    let theirs = Arc::clone(&authenticator);
    let call = std::thread::spawn(move || activate(&theirs));
    wait_until(|| post.gate.has_somebody());
    let served = now(Arc::clone(&authenticator).ctap2(2, CLIENT, GET_INFO.to_vec()));
    assert_eq!(served.map(|answer| answer[0]), Ok(0));
    authenticator.close().unwrap();
    post.gate.open();
    assert_eq!(call.join().unwrap(), Err(ActivationError::Closed));
    nothing_is_left(authenticator, &post);
}

#[test]
fn a_courier_that_closes_the_authenticator_ends_the_call() {
    let (authenticator, post) = open_with(Fault::Closes);
    assert_eq!(activate(&authenticator), Err(ActivationError::Closed));
    nothing_is_left(authenticator, &post);
}
