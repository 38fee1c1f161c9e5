//! A workspace on the other end of the courier: it checks what phones sign, signs its answers with a
//! real key, and does what its script says where it should not be honest.

mod tickets;

use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Poll,
};

use atomic_waker::AtomicWaker;
use base64ct::{Base64UrlUnpadded, Encoding};
use ring::signature::{Ed25519KeyPair, KeyPair};

use tickets::IssuedTicket;
pub use tickets::TicketState;

use super::FakeClock;
use crate::{
    platform::{BoxFuture, Courier, Letter, Reply, Unreachable},
    policy::{Policy, Settings},
    protocol::{
        self, Algorithm, CHECK_IN_PATH, CheckIn, DeviceKey, Digest, ENROLMENT_PATH, Enrolment,
        Grant, KeyState, Message, OFFER_PATH, Problem, Standing, WorkspaceKey,
    },
};

/// What a scripted workspace does with a letter.
pub enum Deed {
    /// Answers honestly.
    Answer,
    /// Answers what it would, changed before it is signed.
    Twist(Box<dyn FnOnce(&mut Standing) + Send>),
    /// Answers what it would, with other JSON in it, and signs that.
    Rewrite(Box<dyn FnOnce(&str) -> String + Send>),
    /// Answers with whatever this is.
    Reply(Reply),
    /// Is not reached.
    Fail(Unreachable),
    /// Is reached, and its answer is lost.
    Lose,
    /// Is reached, and never answers.
    Ignore,
    /// Answers honestly, but not before [`ScriptedWorkspace::go_on`].
    Hesitate,
}

impl fmt::Debug for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deed")
    }
}

/// A workspace with one key in it.
pub struct ScriptedWorkspace {
    key: Ed25519KeyPair,
    inner: Mutex<Inner>,
    waker: AtomicWaker,
    origin: String,
}

struct Inner {
    state: KeyState,
    policy: Policy,
    time: u64,
    serial: u64,
    device: Option<DeviceKey>,
    sequence: u64,
    reachable: bool,
    may_go_on: bool,
    script: VecDeque<Deed>,
    letters: Vec<Letter>,
    check_ins: Vec<CheckIn>,
    tickets: Vec<IssuedTicket>,
    enrolments: Vec<Enrolment>,
}

impl fmt::Debug for ScriptedWorkspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScriptedWorkspace")
    }
}

impl Default for ScriptedWorkspace {
    fn default() -> Self {
        Self::new(&[0x77; 32], Settings::default())
    }
}

impl ScriptedWorkspace {
    /// Its origin.
    pub const ORIGIN: &'static str = "https://keys.example";
    /// What it calls itself.
    pub const NAME: &'static str = "Example Keys";
    /// The ID of its one key.
    pub const KEY_ID: &'static str = "0190f5c0-7e1a-7000-8000-000000000001";

    /// A workspace that can be reached, at [`FakeClock::EPOCH`], with an active key.
    ///
    /// # Panics
    /// Never: any seed makes a key.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the length of the seed is in its type")]
    pub fn new(seed: &[u8; 32], settings: Settings) -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(seed).expect("a seed has 32 bytes");
        let inner = Inner {
            state: KeyState::Active,
            policy: Policy { version: 1, settings },
            time: FakeClock::EPOCH.as_secs(),
            serial: 0,
            device: None,
            sequence: 0,
            reachable: true,
            may_go_on: false,
            script: VecDeque::new(),
            letters: Vec::new(),
            check_ins: Vec::new(),
            tickets: Vec::new(),
            enrolments: Vec::new(),
        };
        let origin = Self::ORIGIN.to_owned();
        Self { key, inner: Mutex::new(inner), waker: AtomicWaker::new(), origin }
    }

    /// The same at another address.
    #[must_use]
    pub fn at(self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it signs with.
    #[must_use]
    pub fn key(&self) -> WorkspaceKey {
        let mut key = [0; 32];
        key.copy_from_slice(self.key.public_key().as_ref());
        WorkspaceKey(key)
    }

    /// Signs any message of a workspace.
    #[must_use]
    pub fn sign<M: Message>(&self, message: &M) -> String {
        let input = protocol::signing_input(message);
        let signature = self.key.sign(input.as_bytes());
        protocol::encode(Algorithm::EdDsa, &input, signature.as_ref()).unwrap_or_default()
    }

    /// Whose check-ins it answers from now on.
    pub fn set_device(&self, device: DeviceKey) {
        let mut inner = self.inner();
        inner.device = Some(device);
        inner.sequence = 0;
    }

    /// Takes check-ins with any sequence again.
    pub fn forget_sequence(&self) {
        self.inner().sequence = 0;
    }

    /// What the key may do from now on.
    pub fn set_state(&self, state: KeyState) {
        self.inner().state = state;
    }

    /// The rules from now on, under the next version.
    pub fn set_settings(&self, settings: Settings) {
        let policy = &mut self.inner().policy;
        *policy = Policy { version: policy.version + 1, settings };
    }

    /// What time it is there, in seconds since 1970.
    pub fn set_time(&self, time: u64) {
        self.inner().time = time;
    }

    /// Whether letters without a deed of their own arrive.
    pub fn set_reachable(&self, reachable: bool) {
        self.inner().reachable = reachable;
    }

    /// What becomes of the next letter that has no deed yet.
    pub fn then(&self, deed: Deed) {
        self.inner().script.push_back(deed);
    }

    /// Drops the deeds that no letter has had.
    pub fn forget_script(&self) {
        self.inner().script.clear();
    }

    /// The same, with an answer that is changed before it is signed.
    pub fn then_twist(&self, twist: impl FnOnce(&mut Standing) + Send + 'static) {
        self.then(Deed::Twist(Box::new(twist)));
    }

    /// Lets it answer what it has hesitated over.
    pub fn go_on(&self) {
        self.inner().may_go_on = true;
        self.waker.wake();
    }

    /// Every letter since the last call.
    pub fn take_letters(&self) -> Vec<Letter> {
        std::mem::take(&mut self.inner().letters)
    }

    /// Every check-in that was genuine since the last call.
    pub fn take_check_ins(&self) -> Vec<CheckIn> {
        std::mem::take(&mut self.inner().check_ins)
    }

    /// How the key stands, in answer to the message with this hash. Each active one has a new grant.
    #[must_use]
    pub fn standing(&self, answers: Digest) -> Standing {
        let mut inner = self.inner();
        let offline = inner.policy.settings.offline_login;
        let grant = offline.filter(|_| inner.state == KeyState::Active).map(|offline| {
            inner.serial += 1;
            let until = inner.time + u64::from(offline.days) * 86_400;
            Grant { serial: inner.serial, uses: offline.uses, until }
        });
        Standing {
            issuer: self.origin.clone(),
            answers,
            key: Self::KEY_ID.to_owned(),
            state: inner.state,
            policy: inner.policy.clone(),
            grant,
            issued_at: inner.time,
        }
    }

    /// The honest answer to a letter, or the problem with it.
    fn answer(
        &self,
        letter: &Letter,
        twist: impl FnOnce(&mut Standing),
    ) -> Result<String, Problem> {
        let text = std::str::from_utf8(&letter.body).map_err(|_| Problem::Malformed)?;
        match letter.url.strip_prefix(&self.origin) {
            Some(OFFER_PATH) => self.offer(text),
            Some(ENROLMENT_PATH) => self.enrol(text).map(|mut standing| {
                twist(&mut standing);
                self.sign(&standing)
            }),
            Some(CHECK_IN_PATH) => self.check_in(text).map(|mut standing| {
                twist(&mut standing);
                self.sign(&standing)
            }),
            _ => Err(Problem::Malformed),
        }
    }

    fn check_in(&self, text: &str) -> Result<Standing, Problem> {
        {
            let mut inner = self.inner();
            let device = inner.device.clone().ok_or(Problem::KeyUnknown)?;
            let check_in: CheckIn =
                protocol::open(text, &device).map_err(|_| Problem::KeyUnknown)?;
            if check_in.sequence <= inner.sequence {
                return Err(Problem::CheckInReplayed);
            }
            inner.sequence = check_in.sequence;
            inner.check_ins.push(check_in);
        }
        Ok(self.standing(protocol::digest(text)))
    }

    /// The reply to a letter, its answer changed before it is signed. For those that are no couriers.
    pub fn reply(&self, letter: &Letter, twist: impl FnOnce(&mut Standing)) -> Reply {
        match self.answer(letter, twist) {
            Ok(message) => Reply { status: 200, body: message.into_bytes() },
            Err(problem) => {
                let body = format!(r#"{{"type":"{}","title":"{problem}"}}"#, problem.uri());
                Reply { status: 400, body: body.into_bytes() }
            }
        }
    }

    fn rewritten(&self, message: &[u8], rewrite: impl FnOnce(&str) -> String) -> Vec<u8> {
        let message = String::from_utf8_lossy(message);
        let mut parts = message.split('.');
        let header = parts.next().unwrap_or_default();
        let payload = parts.next().unwrap_or_default();
        let payload = Base64UrlUnpadded::decode_vec(payload).unwrap_or_default();
        let payload = rewrite(&String::from_utf8_lossy(&payload));
        let input = format!("{header}.{}", Base64UrlUnpadded::encode_string(payload.as_bytes()));
        let signature = self.key.sign(input.as_bytes());
        let message = protocol::encode(Algorithm::EdDsa, &input, signature.as_ref());
        message.unwrap_or_default().into_bytes()
    }

    async fn do_as_told(&self, letter: Letter, deed: Option<Deed>) -> Result<Reply, Unreachable> {
        match deed {
            None if !self.inner().reachable => Err(Unreachable::NoAnswer),
            None | Some(Deed::Answer) => Ok(self.reply(&letter, |_| {})),
            Some(Deed::Twist(twist)) => Ok(self.reply(&letter, twist)),
            Some(Deed::Rewrite(rewrite)) => {
                let reply = self.reply(&letter, |_| {});
                Ok(Reply { body: self.rewritten(&reply.body, rewrite), ..reply })
            }
            Some(Deed::Reply(reply)) => Ok(reply),
            Some(Deed::Fail(reason)) => Err(reason),
            Some(Deed::Lose) => {
                self.reply(&letter, |_| {});
                Err(Unreachable::TimedOut)
            }
            Some(Deed::Ignore) => std::future::pending().await,
            Some(Deed::Hesitate) => {
                poll_fn(|task| {
                    self.waker.register(task.waker());
                    let went_on = std::mem::take(&mut self.inner().may_go_on);
                    if went_on { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
                Ok(self.reply(&letter, |_| {}))
            }
        }
    }
}

impl Courier for ScriptedWorkspace {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<Reply, Unreachable>> {
        let deed = {
            let mut inner = self.inner();
            inner.letters.push(letter.clone());
            inner.script.pop_front()
        };
        Box::pin(self.do_as_told(letter, deed))
    }
}
