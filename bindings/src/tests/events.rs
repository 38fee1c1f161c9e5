use std::sync::{Arc, Mutex, Weak, mpsc};

use super::{hostile_person::wait_until, people::*};
use crate::{Authenticator, Event, EventListener, ForeignError, LogLevel, Refusal, Transport};

#[test]
fn events_tell_of_a_request_in_the_order_of_what_happened() {
    let diary = Arc::new(Diary::default());
    let (authenticator, somebody) = open_with(Manner::Agrees, keys(), Some(diary.clone())).unwrap();
    now(Arc::clone(&authenticator).ctap2(1, CLIENT, SELECTION.to_vec())).unwrap();
    authenticator.reset().unwrap();
    authenticator.close().unwrap();
    wait_until(|| diary.0.lock().unwrap().len() == 5);
    let question = somebody.last_question();
    let events = diary.0.lock().unwrap();
    assert_eq!(events[0], Event::Request { transport: Transport::Usb, command: 0x0b });
    assert!(matches!(&events[1], Event::Asked { question: number, .. } if *number == question));
    assert_eq!(events[2], Event::Consented { question, verified: true });
    let answered = Event::Answered { transport: Transport::Usb, command: 0x0b, status: 0 };
    assert_eq!(events[3..], [answered, Event::Erased]);
}

/// Blocks until told to go on, then remembers.
struct Slow(Mutex<mpsc::Receiver<()>>, Diary);

impl EventListener for Slow {
    fn event(&self, event: Event) -> Result<(), ForeignError> {
        let _ = self.0.lock().unwrap().recv();
        self.1.event(event)
    }
}

#[test]
fn a_listener_that_blocks_holds_up_nobody_and_hears_what_it_missed() {
    let (go_on, wait) = mpsc::channel();
    let slow = Arc::new(Slow(Mutex::new(wait), Diary::default()));
    let (authenticator, _) = open_with(Manner::Agrees, keys(), Some(slow.clone())).unwrap();
    for call in 0..300 {
        now(Arc::clone(&authenticator).ctap2(call, CLIENT, GET_INFO.to_vec())).unwrap();
    }
    drop(go_on);
    let missed = |event: &Event| match event {
        Event::Missed { count } => *count,
        _ => 0,
    };
    wait_until(|| slow.1.0.lock().unwrap().iter().any(|event| missed(event) > 0));
    let heard = slow.1.0.lock().unwrap();
    let told = heard.iter().filter(|event| missed(event) == 0).count();
    let missed: u64 = heard.iter().map(missed).sum();
    assert_eq!(u64::try_from(told).unwrap() + missed, 600);
}

/// Throws at every event.
struct Throwing;

impl EventListener for Throwing {
    fn event(&self, _event: Event) -> Result<(), ForeignError> {
        panic!("a hostile implementation")
    }
}

#[test]
fn a_listener_that_throws_is_told_the_next_event_all_the_same() {
    let (authenticator, somebody) =
        open_with(Manner::Agrees, keys(), Some(Arc::new(Throwing))).unwrap();
    for call in 0..10 {
        now(Arc::clone(&authenticator).ctap2(call, CLIENT, GET_INFO.to_vec())).unwrap();
    }
    authenticator.close().unwrap();
    drop(authenticator);
    assert_eq!(Arc::strong_count(&somebody), 1);
}

/// Calls the authenticator at its first event, then closes it.
#[derive(Default)]
struct Meddler(Mutex<Weak<Authenticator>>, Mutex<Vec<Event>>);

impl EventListener for Meddler {
    fn event(&self, event: Event) -> Result<(), ForeignError> {
        self.1.lock().unwrap().push(event);
        let authenticator = self.0.lock().unwrap().upgrade();
        if let Some(authenticator) = authenticator {
            let _ = authenticator.status();
            let _ = authenticator.cancel(None);
            let _ = authenticator.close();
        }
        Err(ForeignError::Failed { reason: "IllegalStateException".to_owned() })
    }
}

#[test]
fn a_listener_may_call_back_and_close() {
    let meddler = Arc::new(Meddler::default());
    let (authenticator, somebody) =
        open_with(Manner::Agrees, keys(), Some(meddler.clone())).unwrap();
    *meddler.0.lock().unwrap() = Arc::downgrade(&authenticator);
    let _ = now(Arc::clone(&authenticator).ctap2(1, CLIENT, GET_INFO.to_vec()));
    wait_until(|| authenticator.is_closed());
    drop(authenticator);
    assert_eq!(Arc::strong_count(&somebody), 1);
    wait_until(|| Arc::strong_count(&meddler) == 1);
}

#[test]
fn the_log_level_decides_what_is_logged() {
    for (level, expected) in [(LogLevel::Off, 0), (LogLevel::Error, 1)] {
        let diary = Arc::new(Diary::default());
        let (authenticator, _) = open_with(Manner::Throws, keys(), Some(diary.clone())).unwrap();
        authenticator.set_log_level(level).unwrap();
        now(Arc::clone(&authenticator).ctap2(1, CLIENT, SELECTION.to_vec())).unwrap();
        let answered = |event: &Event| matches!(event, Event::Answered { .. });
        wait_until(|| diary.0.lock().unwrap().iter().any(answered));
        let events = diary.0.lock().unwrap();
        let logged = events.iter().filter(|event| matches!(event, Event::Log { .. })).count();
        assert_eq!(logged, expected);
    }
}

#[test]
fn what_is_odd_is_warned_of_and_every_answer_is_there_for_who_debugs() {
    for (level, expected) in [
        (LogLevel::Error, &[][..]),
        (LogLevel::Warning, &["an answer to question 77 came too late, or twice"]),
        (
            LogLevel::Debug,
            &[
                "an answer to question 77 came too late, or twice",
                "Usb 04: 00 CTAP2_OK",
                "Usb 03: 90",
            ],
        ),
    ] {
        let diary = Arc::new(Diary::default());
        let (authenticator, _) = open_with(Manner::Agrees, keys(), Some(diary.clone())).unwrap();
        authenticator.set_log_level(level).unwrap();
        authenticator.refuse(77, Refusal::Declined).unwrap_err();
        now(Arc::clone(&authenticator).ctap2(1, CLIENT, GET_INFO.to_vec())).unwrap();
        let version = vec![0, 3, 0, 0, 0, 0, 0];
        now(Arc::clone(&authenticator).u2f(2, CLIENT, version)).unwrap();
        authenticator.close().unwrap();
        let answered = |event: &&Event| matches!(event, Event::Answered { .. });
        wait_until(|| diary.0.lock().unwrap().iter().filter(answered).count() == 2);
        let events = diary.0.lock().unwrap();
        let logged = events.iter().filter_map(|event| match event {
            Event::Log { text, .. } => Some(text.as_str()),
            _ => None,
        });
        assert_eq!(logged.collect::<Vec<_>>(), expected);
    }
}
