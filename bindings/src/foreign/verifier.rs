//! The person: questions go out by number, answers come back by number.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use pocketkey_core::platform::{self, BoxFuture, Consent};

use super::{
    ForeignError,
    open_calls::{OpenCall, OpenCalls},
    told,
};
use crate::{
    events::{Event, Events},
    types::{Choice, Notice, Prompt, Refusal, VerifierStatus},
};

/// Asks the person.
///
/// Every method returns at once, on whatever thread it is called: a question is answered later, by
/// [`Authenticator::consent`](crate::Authenticator::consent) or
/// [`Authenticator::refuse`](crate::Authenticator::refuse) from any thread, or from within `ask`. An `ask` that
/// throws counts as declined; what the others throw is logged.
#[uniffi::export(foreign)]
pub trait UserVerifier: Send + Sync {
    /// Shows a prompt. There is one at a time. Numbers are never used twice.
    fn ask(&self, question: u64, prompt: Prompt) -> Result<(), ForeignError>;

    /// Nobody waits for the answer any more: the prompt goes off the screen. Called once for each
    /// question whose answer was not taken. Where it crosses with an answer, what that authorized is
    /// void.
    fn withdraw(&self, question: u64) -> Result<(), ForeignError>;

    /// Nothing more will be signed with the authorization that came with this question's answer. Called
    /// once for each answer that was taken and had one.
    fn release(&self, question: u64) -> Result<(), ForeignError>;

    /// The workspace's rules have stopped a request.
    fn tell(&self, notice: Notice) -> Result<(), ForeignError>;
}

/// A person's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Agreement.
    Consent {
        /// Whether the person was verified, not merely present.
        verified: bool,
        /// Which account, where several are listed.
        choice: Choice,
        /// Whether the platform holds an authorization for the signature: [`KeyStore::sign`] then gets
        /// the question's number.
        ///
        /// [`KeyStore::sign`]: super::KeyStore::sign
        authorization: bool,
    },
    /// No agreement.
    Refuse {
        /// Why.
        refusal: Refusal,
    },
}

/// The questions that are open.
pub(crate) type Questions = OpenCalls<Answer>;

/// What the person was told last, until somebody asks.
#[derive(Default)]
pub(crate) struct Told(Mutex<Option<Notice>>);

impl Told {
    fn put(&self, notice: Notice) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(notice);
    }

    pub(crate) fn take(&self) -> Option<Notice> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A verifier of the other side.
pub(crate) struct ForeignVerifier {
    pub foreign: Arc<dyn UserVerifier>,
    pub questions: Arc<Questions>,
    pub status: Arc<Mutex<VerifierStatus>>,
    pub notices: Arc<Told>,
    pub events: Arc<Events>,
}

impl platform::UserVerifier for ForeignVerifier {
    fn status(&self) -> platform::VerifierStatus {
        (*self.status.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }

    fn ask<'a>(
        &'a self,
        prompt: &'a platform::Prompt,
    ) -> BoxFuture<'a, Result<Consent, platform::Refusal>> {
        Box::pin(async move {
            let call = self.questions.open(Instant::now() + prompt.timeout);
            let number = call.number();
            let prompt = Prompt::from(prompt);
            self.events.emit(|| Event::Asked { question: number, prompt: prompt.clone() });
            let mut asked = Asked { verifier: self, number, withdraw: true };
            if let Err(reason) = told(|| self.foreign.ask(number, prompt)) {
                asked.withdraw = false;
                self.events.problem("the prompt could not be shown", &reason);
                return Err(platform::Refusal::Declined);
            }
            let answer = Self::answered(call, &mut asked).await;
            self.events.emit(|| match answer {
                Ok((verified, ..)) => Event::Consented { question: number, verified },
                Err(refusal) => Event::Refused { question: number, refusal },
            });
            let (verified, choice, permit) = answer?;
            let authorization = permit.then(|| {
                let foreign = Arc::clone(&self.foreign);
                let permit: platform::Authorization =
                    Arc::new(Permit { foreign, question: number });
                permit
            });
            Ok(Consent { verified, choice: choice.into(), authorization })
        })
    }

    fn tell(&self, notice: &platform::Notice) {
        let notice = Notice::from(notice);
        self.notices.put(notice.clone());
        self.events.emit(|| Event::Stopped { notice: notice.clone() });
        if let Err(reason) = told(|| self.foreign.tell(notice)) {
            self.events.problem("a notice could not be shown", &reason);
        }
    }
}

impl ForeignVerifier {
    async fn answered(
        call: OpenCall<Answer>,
        asked: &mut Asked<'_>,
    ) -> Result<(bool, Choice, bool), Refusal> {
        let answer = call.await;
        asked.withdraw = answer.is_none();
        match answer {
            None => Err(Refusal::TimedOut),
            Some(Answer::Refuse { refusal }) => Err(refusal),
            Some(Answer::Consent { verified, choice, authorization }) => {
                Ok((verified, choice, authorization))
            }
        }
    }
}

/// A question on the screen, until it is answered or nobody waits any more.
struct Asked<'a> {
    verifier: &'a ForeignVerifier,
    number: u64,
    withdraw: bool,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if !self.withdraw {
            return;
        }
        let question = self.number;
        self.verifier.events.emit(|| Event::Withdrawn { question });
        if let Err(reason) = told(|| self.verifier.foreign.withdraw(question)) {
            self.verifier.events.problem("a prompt could not be withdrawn", &reason);
        }
    }
}

/// An answer's authorization: what the platform holds for a question's number.
pub(crate) struct Permit {
    foreign: Arc<dyn UserVerifier>,
    question: u64,
}

impl Permit {
    pub(super) const fn question(&self) -> u64 {
        self.question
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let _ = told(|| self.foreign.release(self.question));
    }
}
