//! An authenticator with all its transports, and who writes down what they say.

use std::{
    future::Future,
    io,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use pocketkey_core::{
    Authenticator, Location, Source,
    platform::{NoNetwork, Platform, VerifierStatus},
    software::SoftwareKeyStore,
    transport::{Transport, ble, hid, nfc},
};

use crate::{
    killer::{Ctap, Wire},
    record::{Session, Step},
    seams::{Person, SplitMix, StandingClock},
};

/// How long a write to fidoControlPoint, and a notification, may be in these vectors.
pub const BLE_LENGTH: u16 = 64;

pub struct Phone {
    authenticator: Authenticator,
    person: Arc<Person>,
    clock: Arc<StandingClock>,
    applet: nfc::Applet,
    hid: hid::Link,
    ble: ble::Link,
    session: Session,
    name: String,
    /// How many steps have had it.
    part: usize,
    after_ms: Option<u64>,
}

/// A client of the phone, by CTAP2.
pub type Client = Ctap<Phone>;

impl Phone {
    pub fn new(about: &'static str, built_in_uv: bool, chooses_account: bool) -> Self {
        let (built_in_uv_state, uv_modality) =
            if built_in_uv { (Some(true), 2) } else { (None, 0) };
        let person = Arc::new(Person {
            status: VerifierStatus { built_in_uv: built_in_uv_state, uv_modality, chooses_account },
            declines: AtomicBool::new(false),
        });
        let clock = Arc::new(StandingClock::default());
        let platform = Platform {
            key_store: Arc::new(SoftwareKeyStore::new(&[7; 32]).with_rng(SplitMix::new(2))),
            user_verifier: person.clone(),
            clock: clock.clone(),
            rng: SplitMix::new(1),
            courier: Arc::new(NoNetwork),
        };
        let mut ble =
            ble::Link::new(ble::LinkConfig { control_point_length: BLE_LENGTH, serves_u2f: true });
        ble.set_notification_length(BLE_LENGTH);
        Self {
            authenticator: Authenticator::open(&Location::Memory, platform).unwrap(),
            person,
            clock,
            applet: nfc::Applet::new(),
            hid: hid::Link::new(hid::LinkConfig { device_version: [0, 1, 0], serves_u2f: true }),
            ble,
            session: Session { about, built_in_uv, chooses_account, steps: Vec::new() },
            name: String::new(),
            part: 0,
            after_ms: None,
        }
    }

    /// What the next step is called; those after it, where it takes several, are its parts.
    pub fn next(&mut self, name: &str) -> &mut Self {
        name.clone_into(&mut self.name);
        self.part = 0;
        self
    }

    /// Lets time pass before the next step.
    pub fn wait(&mut self, milliseconds: u64) {
        self.clock.advance(milliseconds);
        self.after_ms = Some(milliseconds);
    }

    /// The person declines from now on, or agrees.
    pub fn declines(&self, yes: bool) {
        self.person.declines.store(yes, Ordering::SeqCst);
    }

    pub fn finish(self) -> Session {
        self.session
    }

    fn record(&mut self, over: &'static str, send: &[Vec<u8>], receive: &[Vec<u8>]) {
        self.part += 1;
        let name = match self.part {
            1 => self.name.clone(),
            part => format!("{}, part {part}", self.name),
        };
        let mut step = Step::new(over, name, send, receive);
        step.after_ms = self.after_ms.take();
        step.person = self.person.declines.load(Ordering::SeqCst).then_some("declines");
        self.session.steps.push(step);
    }

    fn run(&self, transport: Transport, message: Message<'_>) -> Vec<u8> {
        let transaction = self.authenticator.begin(Source::new(transport, 1)).unwrap();
        match message {
            Message::Ctap2(bytes) => now(transaction.ctap2(bytes)),
            Message::U2f(bytes) => now(transaction.u2f(bytes)),
        }
    }

    pub fn ctap2(&mut self, request: &[u8]) -> Vec<u8> {
        let answer = self.run(Transport::Usb, Message::Ctap2(request));
        self.record("ctap2", &[request.to_vec()], std::slice::from_ref(&answer));
        answer
    }

    pub fn u2f(&mut self, apdu: &[u8]) -> Vec<u8> {
        let answer = self.run(Transport::Usb, Message::U2f(apdu));
        self.record("u2f", &[apdu.to_vec()], std::slice::from_ref(&answer));
        answer
    }

    pub fn nfc(&mut self, apdu: &[u8]) -> Vec<u8> {
        let serves_u2f = self.authenticator.serves_u2f();
        let reply = match self.applet.command(apdu, serves_u2f) {
            nfc::Step::Reply(reply) => reply,
            nfc::Step::Run(request) => {
                let answer = match &request {
                    nfc::Request::Ctap2(bytes) => self.run(Transport::Nfc, Message::Ctap2(bytes)),
                    nfc::Request::U2f(bytes) => self.run(Transport::Nfc, Message::U2f(bytes)),
                };
                self.applet.respond(nfc::Answer::Message(answer)).unwrap()
            }
            nfc::Step::Wait | nfc::Step::Cancel => panic!("nothing waits here"),
        };
        self.record("nfc", &[apdu.to_vec()], std::slice::from_ref(&reply));
        reply
    }

    pub fn hid(&mut self, reports: &[Vec<u8>]) -> Vec<Vec<u8>> {
        for report in reports {
            self.hid.receive(report.as_slice().try_into().unwrap(), Duration::ZERO);
        }
        while let Some(event) = self.hid.poll_event() {
            if let hid::Event::Request { channel, request } = event {
                let answer = match &request {
                    hid::Request::Ctap2(bytes) => self.run(Transport::Usb, Message::Ctap2(bytes)),
                    hid::Request::U2f(bytes) => self.run(Transport::Usb, Message::U2f(bytes)),
                };
                self.hid.respond(channel, hid::Answer::Message(answer));
            }
        }
        let sent: Vec<_> =
            std::iter::from_fn(|| self.hid.poll_report()).map(|report| report.to_vec()).collect();
        self.record("hid", reports, &sent);
        sent
    }

    pub fn ble(&mut self, fragments: &[Vec<u8>]) -> Vec<Vec<u8>> {
        for fragment in fragments {
            self.ble.write(fragment, Duration::ZERO);
        }
        while let Some(event) = self.ble.poll_event() {
            if let ble::Event::Request(request) = event {
                let answer = match &request {
                    ble::Request::Ctap2(bytes) => self.run(Transport::Ble, Message::Ctap2(bytes)),
                    ble::Request::U2f(bytes) => self.run(Transport::Ble, Message::U2f(bytes)),
                };
                self.ble.respond(ble::Answer::Message(answer));
            }
        }
        let sent: Vec<_> = std::iter::from_fn(|| self.ble.poll_notification()).collect();
        self.record("ble", fragments, &sent);
        sent
    }

    /// Writes to the bitfield; 01 where that is taken, else 00.
    pub fn ble_revision(&mut self, value: &[u8]) {
        let taken = u8::from(self.ble.select_revision(value).is_ok());
        self.record("ble-revision", &[value.to_vec()], &[vec![taken]]);
    }
}

impl Wire for Phone {
    fn call(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        Ok(self.ctap2(request))
    }
}

enum Message<'a> {
    Ctap2(&'a [u8]),
    U2f(&'a [u8]),
}

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nobody here keeps a request waiting"),
    }
}
