//! The person at the terminal, or what stands in for one: the desktop's `UserVerifier`.

use std::future::poll_fn;
use std::io::{self, BufRead, IsTerminal};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use pocketkey_core::platform::{
    BoxFuture, Choice, Consent, Needs, Notice, Prompt, Refusal, UserVerifier, VerifierStatus,
};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use self::answer::{Answer, Choices};
use crate::cli::{Approve, Verify};
use crate::log::{Event, Log};
use crate::screen::Screen;

mod answer;
#[cfg(test)]
mod tests;
pub mod words;

/// `USER_VERIFY_FINGERPRINT_INTERNAL` of the FIDO Registry §3.1: what the emulated phone plays.
const FINGERPRINT: u32 = 0x02;

/// How many typed lines may wait to be read.
const LINES: usize = 16;

/// Asks the person at the terminal, or answers by itself.
pub struct Person {
    approve: Approve,
    verify: Verify,
    log: Arc<Log>,
    screen: Arc<Screen>,
    /// Locked for an instant at a time: a question that is set aside (U2F's) must not keep the next
    /// one from its answer.
    lines: Mutex<mpsc::Receiver<String>>,
}

impl Person {
    /// A person who answers on standard input; it is read only where someone may be asked.
    #[must_use]
    pub fn at_terminal(
        approve: Approve,
        verify: Verify,
        log: Arc<Log>,
        screen: Arc<Screen>,
    ) -> Self {
        let (typed, lines) = mpsc::channel(LINES);
        if approve == Approve::Ask || (approve == Approve::Always && verify == Verify::Ask) {
            // Reading cannot be interrupted, so the one reader outlives every question; the
            // process does not wait for it.
            thread::spawn(move || {
                for line in io::stdin().lock().lines() {
                    let Ok(line) = line else { break };
                    if typed.blocking_send(line).is_err() {
                        break;
                    }
                }
            });
        }
        Self::answering(approve, verify, log, screen, lines)
    }

    /// A person whose answers come from `lines`.
    fn answering(
        approve: Approve,
        verify: Verify,
        log: Arc<Log>,
        screen: Arc<Screen>,
        lines: mpsc::Receiver<String>,
    ) -> Self {
        Self { approve, verify, log, screen, lines: Mutex::new(lines) }
    }

    fn lines(&self) -> MutexGuard<'_, mpsc::Receiver<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, prompt: &Prompt) -> Result<Consent, Refusal> {
        let verification = prompt.needs == Needs::Verification;
        let plays = verification && self.verify == Verify::Ask;
        let answer = match self.approve {
            Approve::Never => Answer::Deny,
            Approve::Always if !plays => Answer::Allow(0),
            Approve::Ask | Approve::Always => self.type_answer(prompt, plays).await?,
        };
        let consent = |verified, choice| Ok(Consent { verified, choice, authorization: None });
        match answer {
            Answer::Allow(index) if !verification => consent(false, Choice::Account(index)),
            Answer::Allow(index) if plays || self.verify == Verify::Pass => {
                consent(true, Choice::Account(index))
            }
            Answer::Older => consent(false, Choice::Older),
            Answer::Allow(_) | Answer::NoMatch => Err(Refusal::NotVerified),
            Answer::Deny | Answer::Unclear => Err(Refusal::Declined),
        }
    }

    /// Waits for a line that answers the prompt.
    async fn type_answer(&self, prompt: &Prompt, plays: bool) -> Result<Answer, Refusal> {
        let choosing = self.approve == Approve::Ask;
        let choices = Choices {
            accounts: if choosing { words::accounts(&prompt.operation).len() } else { 0 },
            older: choosing && words::not_listed(&prompt.operation) > 0,
            verification: plays,
        };
        let hint = choices.hint();
        let deadline = Instant::now() + prompt.timeout;
        let mut expired = pin!(sleep_until(deadline));
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let seconds = left.as_millis().div_ceil(1000);
            self.screen.ask(&format!("  {hint} ({seconds:>3} s) "));
            tokio::select! {
                () = &mut expired => return Err(Refusal::TimedOut),
                () = sleep(Duration::from_secs(1)) => {}
                line = poll_fn(|task| self.lines().poll_recv(task)) => match line {
                    None => {
                        self.screen.explain("  nobody can answer: standard input has ended");
                        return Ok(Answer::Deny);
                    }
                    Some(line) => match choices.understand(&line) {
                        // The Enter has ended the line: the question comes again below it.
                        Answer::Unclear => self.screen.withdraw(true),
                        answer => return Ok(answer),
                    },
                },
            }
        }
    }
}

impl UserVerifier for Person {
    fn status(&self) -> VerifierStatus {
        let built_in = self.verify != Verify::None;
        VerifierStatus {
            built_in_uv: built_in.then_some(true),
            uv_modality: if built_in { FINGERPRINT } else { 0 },
            chooses_account: true,
        }
    }

    fn ask<'a>(&'a self, prompt: &'a Prompt) -> BoxFuture<'a, Result<Consent, Refusal>> {
        Box::pin(async move {
            // Nobody can have meant a line that was typed before the question.
            while self.lines().try_recv().is_ok() {}
            self.log.emit(&Event::Asked(prompt));
            if self.approve == Approve::Ask && !self.log.shows_questions() {
                self.screen.explain(&words::question(prompt).join("\n"));
            }
            let mut question = OnScreen { person: self, ended: false };
            let answer = self.answer(prompt).await;
            question.ended = true;
            self.screen.withdraw(!matches!(answer, Err(Refusal::TimedOut)));
            match &answer {
                Ok(Consent { choice: Choice::Older, .. }) => {}
                Ok(consent) => {
                    let chosen = match consent.choice {
                        Choice::Account(index) => words::accounts(&prompt.operation).get(index),
                        Choice::Older => None,
                    };
                    self.log.emit(&Event::Consent {
                        verified: consent.verified,
                        account: chosen.map(words::show_account),
                    });
                }
                Err(refusal) => self.log.emit(&Event::Refused(*refusal)),
            }
            answer
        })
    }

    fn tell(&self, notice: &Notice) {
        self.log.emit(&Event::Notice(notice));
    }
}

/// A question whose future may be dropped at any time: then it leaves the screen and says why.
struct OnScreen<'a> {
    person: &'a Person,
    ended: bool,
}

impl Drop for OnScreen<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.person.screen.withdraw(false);
            self.person.log.emit(&Event::Withdrawn);
        }
    }
}

/// Who agrees when nothing is said: nobody, unless somebody is there.
#[must_use]
pub fn default_approval() -> Approve {
    if io::stdin().is_terminal() { Approve::Ask } else { Approve::Never }
}
