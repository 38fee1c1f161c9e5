//! An authenticator on stand-ins for every seam: what time it is and what a person does, the input says.

use std::{
    future::Future,
    io,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

use pocketkey_core::{
    Authenticator, Location, Source,
    platform::{
        BoxFuture, Consent, NoNetwork, Notice, Platform, Prompt, Refusal, UserVerifier,
        VerifierStatus,
    },
    software::SoftwareKeyStore,
    testing::{FakeClock, ScriptedUser, SeededRng},
    transport::Transport,
};

use crate::{form, killer::Wire};

/// An authenticator, its person and its clock.
#[derive(Clone)]
pub struct Device {
    /// The authenticator.
    pub authenticator: Authenticator,
    /// Who is asked.
    pub user: Arc<ScriptedUser>,
    /// What the time is.
    pub clock: Arc<FakeClock>,
    /// Where requests come from.
    pub source: Source,
    verified: Arc<AtomicBool>,
}

/// The person, and whether they were verified, whatever the authenticator makes of their answer.
struct Witness {
    user: Arc<ScriptedUser>,
    verified: Arc<AtomicBool>,
}

impl UserVerifier for Witness {
    fn status(&self) -> VerifierStatus {
        self.user.status()
    }

    fn ask<'a>(&'a self, prompt: &'a Prompt) -> BoxFuture<'a, Result<Consent, Refusal>> {
        Box::pin(async move {
            let consent = self.user.ask(prompt).await;
            if consent.as_ref().is_ok_and(|consent| consent.verified) {
                self.verified.store(true, Ordering::SeqCst);
            }
            consent
        })
    }

    fn tell(&self, notice: &Notice) {
        self.user.tell(notice);
    }
}

impl Device {
    /// A new phone, whose store is in memory.
    pub fn new() -> Self {
        Self::on(&Location::Memory).expect("a store in memory opens")
    }

    /// The phone of this store.
    pub fn on(location: &Location) -> Result<Self, pocketkey_core::OpenError> {
        let user = Arc::new(ScriptedUser::default());
        let clock = Arc::new(FakeClock::default());
        let verified = Arc::new(AtomicBool::new(false));
        let witness = Witness { user: user.clone(), verified: verified.clone() };
        let platform = Platform {
            key_store: Arc::new(SoftwareKeyStore::new(&[7; 32])),
            user_verifier: Arc::new(witness),
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(1)),
            courier: Arc::new(NoNetwork),
        };
        let authenticator = Authenticator::open(location, platform)?;
        let source = Source::new(Transport::Usb, 1);
        Ok(Self { authenticator, user, clock, source, verified })
    }

    /// The same phone, as another conversation sees it.
    pub fn seen_from(&self, transport: Transport, channel: u64) -> Self {
        Self { source: Source::new(transport, channel), ..self.clone() }
    }

    /// Runs a request to its end. A person who never answers is given up by cancelling.
    pub fn call(&self, request: &[u8]) -> Vec<u8> {
        let transaction = self.authenticator.begin(self.source).expect("nothing else runs");
        let handle = transaction.handle();
        let answer = finish(transaction.ctap2(request), || {
            assert!(handle.waiting_for_user(), "it waits for nobody");
            handle.cancel();
        });
        form::check(&answer);
        answer
    }

    /// Runs a U2F message to its end, which never waits.
    pub fn u2f(&self, apdu: &[u8]) -> Vec<u8> {
        let transaction = self.authenticator.begin(self.source).expect("nothing else runs");
        let answer = finish(transaction.u2f(apdu), || panic!("U2F waits for nobody"));
        assert!(answer.len() >= 2, "an answer without a status word");
        answer
    }

    /// What the person was asked since the last call.
    pub fn prompts(&self) -> Vec<Prompt> {
        self.user.take_prompts()
    }

    /// Whether the person was verified since the last call.
    pub fn was_verified(&self) -> bool {
        self.verified.swap(false, Ordering::SeqCst)
    }
}

impl Default for Device {
    fn default() -> Self {
        Self::new()
    }
}

/// Runs a future to its end; where it waits, `wait` has to see to it that it ends.
fn finish<T>(future: impl Future<Output = T>, wait: impl FnOnce()) -> T {
    let mut future = pin!(future);
    let context = &mut Context::from_waker(Waker::noop());
    if let Poll::Ready(answer) = future.as_mut().poll(context) {
        return answer;
    }
    wait();
    match future.as_mut().poll(context) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("a cancelled request goes on"),
    }
}

impl Wire for Device {
    fn call(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        Ok(Self::call(self, request))
    }
}
