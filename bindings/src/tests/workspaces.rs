use std::sync::{
    Arc, Mutex, Weak,
    atomic::{AtomicU64, Ordering},
};

use super::{hostile_person::wait_until, people::*};
use crate::{
    ActivationError, Authenticator, CheckInError, Courier, CourierFailure, CourierReply,
    ForeignError, Letter, Place, Seams, task::block_on,
};

/// A courier that answers with what it is told, or never.
struct Post {
    authenticator: Mutex<Weak<Authenticator>>,
    reply: Option<CourierReply>,
    sent: Mutex<Vec<Letter>>,
    abandoned: AtomicU64,
}

impl Courier for Post {
    fn send(&self, letter: u64, content: Letter) -> Result<(), ForeignError> {
        self.sent.lock().unwrap().push(content);
        if let Some(reply) = &self.reply {
            let authenticator = self.authenticator.lock().unwrap().upgrade().unwrap();
            authenticator.deliver(letter, reply.clone()).unwrap();
        }
        Ok(())
    }

    fn abandon(&self, letter: u64) -> Result<(), ForeignError> {
        self.abandoned.store(letter, Ordering::SeqCst);
        Ok(())
    }
}

fn open_with_post(reply: Option<CourierReply>) -> (Arc<Authenticator>, Arc<Post>) {
    let post = Arc::new(Post {
        authenticator: Mutex::default(),
        reply,
        sent: Mutex::default(),
        abandoned: AtomicU64::new(0),
    });
    let seams = Seams { courier: Some(post.clone()), ..Seams::default() };
    let somebody = Somebody::who(Manner::Agrees);
    let authenticator =
        Authenticator::open(Place::Memory, keys(), somebody, STATUS, None, seams).unwrap();
    *post.authenticator.lock().unwrap() = Arc::downgrade(&authenticator);
    (authenticator, post)
}

pub(super) fn link() -> String {
    let link = pocketkey_core::protocol::ActivationLink {
        origin: "https://keys.example".to_owned(),
        ticket: pocketkey_core::protocol::Ticket::from_text(&"A".repeat(43)).unwrap(),
        key: pocketkey_core::protocol::WorkspaceKey([7; 32]),
        pin: None,
    };
    link.text().to_string()
}

fn activate(authenticator: &Arc<Authenticator>) -> Result<crate::Membership, ActivationError> {
    now(Arc::clone(authenticator).activate(1, link(), "phone".to_owned()))
}

#[test]
fn a_link_that_is_none_is_refused_before_anything_is_sent() {
    let (authenticator, post) = open_with_post(None);
    let joined = now(Arc::clone(&authenticator).activate(1, "https://x".to_owned(), String::new()));
    assert!(matches!(joined, Err(ActivationError::Link { .. })));
    assert!(post.sent.lock().unwrap().is_empty());
}

#[test]
fn what_the_courier_says_is_what_the_caller_hears() {
    let failure = CourierFailure::NotTheServer;
    let (authenticator, post) = open_with_post(Some(CourierReply::Failed { failure }));
    assert_eq!(activate(&authenticator), Err(ActivationError::Unreachable { failure }));
    let url = &post.sent.lock().unwrap()[0].url;
    assert!(url.starts_with("https://keys.example/"), "{url}");

    let body = br#"{"type":"urn:pocketkey:problem:ticket-used"}"#.to_vec();
    let (authenticator, _) = open_with_post(Some(CourierReply::Reply { status: 409, body }));
    let problem = "urn:pocketkey:problem:ticket-used".to_owned();
    assert_eq!(activate(&authenticator), Err(ActivationError::Refused { problem }));

    let forged = CourierReply::Reply { status: 200, body: b"a.b.c".to_vec() };
    let (authenticator, _) = open_with_post(Some(forged));
    assert!(matches!(activate(&authenticator), Err(ActivationError::NotBelieved { .. })));
}

#[test]
fn an_activation_without_an_answer_can_be_cancelled() {
    let (authenticator, post) = open_with_post(None);
    let theirs = Arc::clone(&authenticator);
    let call = std::thread::spawn(move || block_on(theirs.activate(5, link(), String::new())));
    wait_until(|| !post.sent.lock().unwrap().is_empty());
    wait_until(|| authenticator.cancel(Some(5)) == Ok(true));
    assert_eq!(call.join().unwrap(), Err(ActivationError::Cancelled));
    assert_ne!(post.abandoned.load(Ordering::SeqCst), 0);
    assert_eq!(authenticator.cancel(Some(5)), Ok(false));
}

#[test]
fn a_phone_without_a_workspace_has_nothing_to_check_in() {
    let (authenticator, _) = open_with_post(None);
    assert_eq!(now(Arc::clone(&authenticator).check_in(1)), Err(CheckInError::NotAMember));
    let resumed = now(Arc::clone(&authenticator).resume_activation(2));
    assert_eq!(resumed, Err(ActivationError::NothingPending));
    assert_eq!(authenticator.pending_activation(), Ok(None));
}

#[test]
fn cancelling_whatever_runs_ends_an_activation_too() {
    for power_cycle in [false, true] {
        let (authenticator, post) = open_with_post(None);
        let theirs = Arc::clone(&authenticator);
        let call = std::thread::spawn(move || block_on(theirs.activate(5, link(), String::new())));
        wait_until(|| !post.sent.lock().unwrap().is_empty());
        if power_cycle {
            authenticator.power_cycle(None).unwrap();
        } else {
            assert_eq!(authenticator.cancel(None), Ok(true));
        }
        assert_eq!(call.join().unwrap(), Err(ActivationError::Cancelled));
        assert_ne!(post.abandoned.load(Ordering::SeqCst), 0);
    }
}

#[test]
fn a_transport_that_is_gone_ends_no_activation() {
    let (authenticator, post) = open_with_post(None);
    let theirs = Arc::clone(&authenticator);
    let call = std::thread::spawn(move || block_on(theirs.activate(5, link(), String::new())));
    wait_until(|| !post.sent.lock().unwrap().is_empty());
    authenticator.power_cycle(Some(crate::Transport::Usb)).unwrap();
    assert_eq!(post.abandoned.load(Ordering::SeqCst), 0);
    assert!(!call.is_finished());
    authenticator.close().unwrap();
    assert_eq!(call.join().unwrap(), Err(ActivationError::Closed));
}
