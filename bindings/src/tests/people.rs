//! Implementations of the foreign traits, as an app would write them, and worse.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc, Condvar, Mutex, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Waker},
};

use crate::{
    Account, AssertionRequest, Authenticator, Client, CreationRequest, Event, EventListener,
    ForeignError, KeyStore, Notice, OpenError, Place, Prompt, Seams, Transport, UserVerifier,
    VerifierStatus,
    foreign::Answer,
    software_key_store,
    types::{Algorithm, Choice},
};

pub(super) const CLIENT: Client = Client { transport: Transport::Usb, channel: 1 };
pub(super) const STATUS: VerifierStatus =
    VerifierStatus { built_in_uv: Some(true), uv_modality: 2, chooses_account: true };

/// What somebody does who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Agrees,
    /// Agrees, and holds an authorization.
    Authorizes,
    AgreesTwice,
    NeverAnswers,
    Throws,
    Panics,
    /// Does not return from being asked until told to.
    Blocks,
    /// Closes the authenticator instead of answering.
    Closes,
    /// Calls the authenticator for something else before agreeing.
    CallsBack,
}

/// Somebody, who remembers what happened to each question.
pub(super) struct Somebody {
    pub manner: Mutex<Manner>,
    pub authenticator: Mutex<Weak<Authenticator>>,
    pub asked: Mutex<Vec<(u64, Prompt)>>,
    pub withdrawn: Mutex<Vec<u64>>,
    pub released: Mutex<Vec<u64>>,
    pub second_answers: AtomicUsize,
    /// Where whoever blocks waits.
    pub gate: Gate,
}

/// Keeps whoever passes waiting until it is opened.
#[derive(Default)]
pub(super) struct Gate {
    open: Mutex<bool>,
    changed: Condvar,
    waiting: AtomicUsize,
}

impl Gate {
    pub(super) fn pass(&self) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let open = self.open.lock().unwrap();
        drop(self.changed.wait_while(open, |open| !*open).unwrap());
    }

    pub(super) fn has_somebody(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    pub(super) fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.changed.notify_all();
    }
}

impl Somebody {
    pub(super) fn who(manner: Manner) -> Arc<Self> {
        Arc::new(Self {
            manner: Mutex::new(manner),
            authenticator: Mutex::default(),
            asked: Mutex::default(),
            withdrawn: Mutex::default(),
            released: Mutex::default(),
            second_answers: AtomicUsize::new(0),
            gate: Gate::default(),
        })
    }

    pub(super) fn last_question(&self) -> u64 {
        self.asked.lock().unwrap().last().expect("somebody was asked").0
    }

    fn authenticator(&self) -> Arc<Authenticator> {
        self.authenticator.lock().unwrap().upgrade().unwrap()
    }
}

pub(super) fn consent(authorization: bool) -> Answer {
    Answer::Consent { verified: true, choice: Choice::Account { index: 0 }, authorization }
}

fn thrown() -> ForeignError {
    ForeignError::Failed { reason: "IllegalStateException: no window".to_owned() }
}

impl UserVerifier for Somebody {
    fn ask(&self, question: u64, prompt: Prompt) -> Result<(), ForeignError> {
        self.asked.lock().unwrap().push((question, prompt));
        let manner = *self.manner.lock().unwrap();
        match manner {
            Manner::Agrees => self.authenticator().answer(question, consent(false)).unwrap(),
            Manner::Authorizes => self.authenticator().answer(question, consent(true)).unwrap(),
            Manner::AgreesTwice => {
                for _ in 0..2 {
                    if self.authenticator().answer(question, consent(false)).is_err() {
                        self.second_answers.fetch_add(1, Ordering::SeqCst);
                    }
                }
            }
            Manner::NeverAnswers => {}
            Manner::Throws => return Err(thrown()),
            Manner::Panics => panic!("a hostile implementation"),
            Manner::Blocks => self.gate.pass(),
            Manner::Closes => self.authenticator().close().unwrap(),
            Manner::CallsBack => {
                let authenticator = self.authenticator();
                assert_eq!(authenticator.status(), Err(crate::OwnerError::Busy));
                let nested = now(Arc::clone(&authenticator).ctap2(99, CLIENT, vec![4]));
                assert_eq!(nested, Err(crate::CallError::Busy));
                assert_eq!(authenticator.is_waiting_for_user(), Ok(true));
                authenticator.answer(question, consent(false)).unwrap();
            }
        }
        Ok(())
    }

    fn withdraw(&self, question: u64) -> Result<(), ForeignError> {
        self.withdrawn.lock().unwrap().push(question);
        match *self.manner.lock().unwrap() {
            Manner::Throws => Err(thrown()),
            Manner::Panics => panic!("a hostile implementation"),
            _ => Ok(()),
        }
    }

    fn release(&self, question: u64) -> Result<(), ForeignError> {
        self.released.lock().unwrap().push(question);
        Ok(())
    }

    fn tell(&self, _notice: Notice) -> Result<(), ForeignError> {
        Err(thrown())
    }
}

/// A listener who remembers.
#[derive(Default)]
pub(super) struct Diary(pub Mutex<Vec<Event>>);

impl EventListener for Diary {
    fn event(&self, event: Event) -> Result<(), ForeignError> {
        self.0.lock().unwrap().push(event);
        Ok(())
    }
}

pub(super) fn keys() -> Arc<dyn KeyStore> {
    software_key_store(vec![7; 32]).unwrap()
}

/// An authenticator in memory, and who uses it.
pub(super) fn open(manner: Manner) -> (Arc<Authenticator>, Arc<Somebody>) {
    open_with(manner, keys(), None).unwrap()
}

pub(super) fn open_with(
    manner: Manner,
    key_store: Arc<dyn KeyStore>,
    listener: Option<Arc<dyn EventListener>>,
) -> Result<(Arc<Authenticator>, Arc<Somebody>), OpenError> {
    let somebody = Somebody::who(manner);
    let authenticator = Authenticator::open(
        Place::Memory,
        key_store,
        somebody.clone(),
        STATUS,
        listener,
        Seams::default(),
    )?;
    *somebody.authenticator.lock().unwrap() = Arc::downgrade(&authenticator);
    Ok((authenticator, somebody))
}

pub(super) fn creation() -> CreationRequest {
    CreationRequest {
        client_data_hash: vec![0xcd; 32],
        rp_id: "example.com".to_owned(),
        rp_name: Some("Example".to_owned()),
        user: Account {
            name: Some("user1".to_owned()),
            display_name: Some("User One".to_owned()),
            id: vec![1, 2, 3],
        },
        algorithms: vec![Algorithm::Es256],
        exclude: Vec::new(),
        discoverable: true,
        verify: true,
    }
}

pub(super) fn sign_in() -> AssertionRequest {
    AssertionRequest {
        client_data_hash: vec![0xcd; 32],
        rp_id: "example.com".to_owned(),
        allow: Vec::new(),
        verify: true,
    }
}

/// authenticatorSelection: asks somebody, and does nothing else.
pub(super) const SELECTION: &[u8] = &[0x0b];
pub(super) const GET_INFO: &[u8] = &[0x04];

/// The result of a future that does not wait.
pub(super) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("it waits for somebody"),
    }
}
