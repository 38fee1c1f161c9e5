//! What a getAssertion costs where there is no boundary: what `cargo xtask bench` compares Kotlin and Swift
//! with, which measure the same in their own tests: the medians of many windows, of which the least counts.
//! A machine that is somebody's virtual one is slower from one second to the next, by a quarter.

use std::{
    env, fs,
    sync::{Arc, Mutex, Weak},
    time::Instant,
};

use super::people::*;
use crate::{Authenticator, ForeignError, Notice, Place, Prompt, Seams, UserVerifier};

/// How many calls come first, how many windows are measured, and of how many calls.
const WARM_UP: usize = 2_000;
const WINDOWS: usize = 40;
const WINDOW: usize = 500;

/// Somebody who agrees at once, and remembers nothing.
#[derive(Default)]
struct Agreeing(Mutex<Weak<Authenticator>>);

impl UserVerifier for Agreeing {
    fn ask(&self, question: u64, _prompt: Prompt) -> Result<(), ForeignError> {
        let authenticator = self.0.lock().unwrap().upgrade().unwrap();
        authenticator.answer(question, consent(false)).unwrap();
        Ok(())
    }

    fn withdraw(&self, _question: u64) -> Result<(), ForeignError> {
        Ok(())
    }

    fn release(&self, _question: u64) -> Result<(), ForeignError> {
        Ok(())
    }

    fn tell(&self, _notice: Notice) -> Result<(), ForeignError> {
        Ok(())
    }
}

#[test]
#[ignore = "it measures for cargo xtask bench, and cannot fail"]
fn cost_of_get_assertion() {
    let person = Arc::new(Agreeing::default());
    let seams = Seams::default();
    let authenticator =
        Authenticator::open(Place::Memory, keys(), person.clone(), STATUS, None, seams).unwrap();
    *person.0.lock().unwrap() = Arc::downgrade(&authenticator);
    now(Arc::clone(&authenticator).make_credential(0, CLIENT, creation())).unwrap();
    let timed = |call| {
        let begin = Instant::now();
        now(Arc::clone(&authenticator).get_assertion(call, CLIENT, sign_in())).unwrap();
        begin.elapsed().as_nanos()
    };
    let mut calls = 1..;
    calls.by_ref().take(WARM_UP).for_each(|call| {
        timed(call);
    });
    let medians = (0..WINDOWS).map(|_| {
        let mut times: Vec<_> = calls.by_ref().take(WINDOW).map(timed).collect();
        times.sort_unstable();
        times[WINDOW / 2]
    });
    let least = medians.min().unwrap();
    fs::write(env::var("POCKETKEY_BENCH").unwrap(), format!("{{\"getAssertion_ns\": {least}}}"))
        .unwrap();
}
