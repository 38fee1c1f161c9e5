//! Stand-ins for the seams, for tests: a clock to advance, seeded randomness, a scripted person.

#[cfg(test)]
pub(crate) mod device;
mod stored;
#[cfg(test)]
pub(crate) mod vectors;
pub mod workspace;

use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use atomic_waker::AtomicWaker;
pub use stored::Stored;

use crate::{
    crypto::sha256,
    platform::{
        BoxFuture, Choice, Clock, Consent, Needs, Notice, Prompt, Refusal, Rng, RngError,
        UserVerifier, VerifierStatus,
    },
};

/// A clock that stands still until it is told to go on.
#[derive(Debug)]
pub struct FakeClock {
    now: AtomicU64,
    unix_time: AtomicU64,
}

impl Default for FakeClock {
    /// Just started, at [`FakeClock::EPOCH`].
    fn default() -> Self {
        Self { now: AtomicU64::new(0), unix_time: AtomicU64::new(millis(Self::EPOCH)) }
    }
}

impl FakeClock {
    /// The time of day at which it starts: some day in 2033.
    pub const EPOCH: Duration = Duration::from_secs(2_000_000_000);

    /// Lets time pass.
    pub fn advance(&self, time: Duration) {
        self.now.fetch_add(millis(time), Ordering::SeqCst);
        self.unix_time.fetch_add(millis(time), Ordering::SeqCst);
    }

    /// Sets the time of day alone, as somebody who sets the phone's clock.
    pub fn set_unix_time(&self, time: Duration) {
        self.unix_time.store(millis(time), Ordering::SeqCst);
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Clock for FakeClock {
    fn now(&self) -> Duration {
        Duration::from_millis(self.now.load(Ordering::SeqCst))
    }

    fn unix_time(&self) -> Duration {
        Duration::from_millis(self.unix_time.load(Ordering::SeqCst))
    }
}

/// The same "random" bytes in each run: SHA-256 of a seed and a counter.
#[derive(Debug, Default)]
pub struct SeededRng {
    seed: u64,
    blocks: AtomicU64,
}

impl SeededRng {
    /// A generator with this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, blocks: AtomicU64::new(0) }
    }
}

impl Rng for SeededRng {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RngError> {
        for chunk in buffer.chunks_mut(32) {
            let block = self.blocks.fetch_add(1, Ordering::SeqCst);
            let bytes = sha256(&[self.seed.to_be_bytes(), block.to_be_bytes()].concat());
            chunk.copy_from_slice(bytes.get(..chunk.len()).unwrap_or_default());
        }
        Ok(())
    }
}

/// What a scripted person does when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// Agrees, verified where that was asked for, with the newest account.
    Agree,
    /// Agrees, with this choice among the accounts.
    Choose(Choice),
    /// Gives presence even where verification was asked for.
    AgreeUnverified,
    /// Does not agree.
    Refuse(Refusal),
    /// Never answers.
    Ignore,
    /// Does not answer before [`ScriptedUser::answer`].
    Hesitate,
}

/// A person who reacts as told, and remembers what was asked.
#[derive(Debug)]
pub struct ScriptedUser {
    status: Mutex<VerifierStatus>,
    script: Mutex<VecDeque<Reaction>>,
    prompts: Mutex<Vec<Prompt>>,
    late: Mutex<Option<Reaction>>,
    notices: Mutex<Vec<Notice>>,
    waker: AtomicWaker,
    shown: AtomicUsize,
}

/// Somebody who is being asked, until the prompt's future is dropped.
struct Shown<'a>(&'a ScriptedUser);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.0.shown.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Default for ScriptedUser {
    /// Somebody who agrees to everything, on a phone without built-in verification.
    fn default() -> Self {
        let status = VerifierStatus { built_in_uv: None, uv_modality: 0, chooses_account: true };
        Self {
            status: Mutex::new(status),
            script: Mutex::default(),
            prompts: Mutex::default(),
            late: Mutex::default(),
            notices: Mutex::default(),
            waker: AtomicWaker::new(),
            shown: AtomicUsize::new(0),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ScriptedUser {
    /// What the platform can verify from now on.
    pub fn set_built_in_uv(&self, built_in_uv: Option<bool>) {
        let mut status = lock(&self.status);
        status.built_in_uv = built_in_uv;
        // fingerprint_internal, where there is anything.
        status.uv_modality = if built_in_uv.is_some() { 2 } else { 0 };
    }

    /// Whether accounts can be chosen on the phone from now on.
    pub fn set_chooses_account(&self, chooses_account: bool) {
        lock(&self.status).chooses_account = chooses_account;
    }

    /// The reaction to the next prompt that has none yet; without one, [`Reaction::Agree`].
    pub fn then(&self, reaction: Reaction) {
        lock(&self.script).push_back(reaction);
    }

    /// Drops the reactions that no prompt has taken.
    pub fn forget_script(&self) {
        lock(&self.script).clear();
    }

    /// What one who hesitates does at last.
    pub fn answer(&self, reaction: Reaction) {
        *lock(&self.late) = Some(reaction);
        self.waker.wake();
    }

    /// How many prompts are on the screen now.
    pub fn prompts_shown(&self) -> usize {
        self.shown.load(Ordering::SeqCst)
    }

    /// Everything that the person was told since the last call.
    pub fn take_notices(&self) -> Vec<Notice> {
        std::mem::take(&mut *lock(&self.notices))
    }

    /// Every prompt since the last call.
    pub fn take_prompts(&self) -> Vec<Prompt> {
        std::mem::take(&mut *lock(&self.prompts))
    }
}

impl UserVerifier for ScriptedUser {
    fn status(&self) -> VerifierStatus {
        *lock(&self.status)
    }

    fn ask<'a>(&'a self, prompt: &'a Prompt) -> BoxFuture<'a, Result<Consent, Refusal>> {
        lock(&self.prompts).push(prompt.clone());
        let reaction = lock(&self.script).pop_front().unwrap_or(Reaction::Agree);
        self.shown.fetch_add(1, Ordering::SeqCst);
        let shown = Shown(self);
        Box::pin(async move {
            let _shown = shown;
            match reaction {
                Reaction::Hesitate => {
                    let reaction = poll_fn(|task| {
                        self.waker.register(task.waker());
                        lock(&self.late).take().map_or(Poll::Pending, Poll::Ready)
                    });
                    reaction.await.to(prompt).await
                }
                reaction => reaction.to(prompt).await,
            }
        })
    }

    fn tell(&self, notice: &Notice) {
        lock(&self.notices).push(notice.clone());
    }
}

impl Reaction {
    /// The authorization that goes with consent is the prompt that it was given to.
    async fn to(self, prompt: &Prompt) -> Result<Consent, Refusal> {
        let verified = prompt.needs == Needs::Verification;
        let consent = |verified, choice| {
            Ok(Consent { verified, choice, authorization: Some(Arc::new(prompt.clone())) })
        };
        match self {
            Self::Agree => consent(verified, Choice::default()),
            // Whoever looks at older accounts has not agreed to anything yet.
            Self::Choose(Choice::Older) => consent(false, Choice::Older),
            Self::Choose(choice) => consent(verified, choice),
            Self::AgreeUnverified => consent(false, Choice::default()),
            Self::Refuse(refusal) => Err(refusal),
            Self::Ignore | Self::Hesitate => std::future::pending().await,
        }
    }
}
