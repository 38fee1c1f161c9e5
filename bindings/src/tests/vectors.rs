//! The answers are those of the core: `bindings/vectors`, which Kotlin and Swift read too.

use std::{
    fs,
    path::Path,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use serde_json::Value;

use super::people::now;
use crate::{
    Authenticator, BleLink, Client, Clock, ForeignError, HidLink, Needs, NfcCard, Notice, Place,
    Prompt, RandomSource, Refusal, Seams, Transport, UserVerifier, VerifierStatus, foreign::Answer,
    software_key_store_with_random, task::block_on, types::Choice,
};

struct SplitMix(Mutex<u64>);

impl SplitMix {
    fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self(Mutex::new(seed)))
    }
}

impl RandomSource for SplitMix {
    fn fill(&self, length: u32) -> Result<Vec<u8>, ForeignError> {
        let length = usize::try_from(length).unwrap();
        let mut state = self.0.lock().unwrap();
        let mut bytes = Vec::new();
        while bytes.len() < length {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut number = *state;
            number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            bytes.extend((number ^ (number >> 31)).to_be_bytes());
        }
        bytes.truncate(length);
        Ok(bytes)
    }
}

#[derive(Default)]
struct StandingClock(AtomicU64);

impl Clock for StandingClock {
    fn now_ms(&self) -> Result<u64, ForeignError> {
        Ok(self.0.load(Ordering::SeqCst))
    }

    fn unix_time(&self) -> Result<u64, ForeignError> {
        Ok(2_000_000_000 + self.0.load(Ordering::SeqCst) / 1000)
    }
}

#[derive(Default)]
struct Person {
    authenticator: Mutex<Weak<Authenticator>>,
    declines: AtomicBool,
}

impl UserVerifier for Person {
    fn ask(&self, question: u64, prompt: Prompt) -> Result<(), ForeignError> {
        let authenticator = self.authenticator.lock().unwrap().upgrade().unwrap();
        let answer = if self.declines.load(Ordering::SeqCst) {
            Answer::Refuse { refusal: Refusal::Declined }
        } else {
            let verified = prompt.needs == Needs::Verification;
            Answer::Consent { verified, choice: Choice::Account { index: 0 }, authorization: false }
        };
        authenticator.answer(question, answer).unwrap();
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

struct Phone {
    authenticator: Arc<Authenticator>,
    person: Arc<Person>,
    clock: Arc<StandingClock>,
    card: Arc<NfcCard>,
    hid: Arc<HidLink>,
    ble: Arc<BleLink>,
}

impl Phone {
    fn new(session: &Value) -> Self {
        let built_in = session["built_in_uv"].as_bool().unwrap();
        let status = VerifierStatus {
            built_in_uv: built_in.then_some(true),
            uv_modality: if built_in { 2 } else { 0 },
            chooses_account: session["chooses_account"].as_bool().unwrap(),
        };
        let (person, clock) = (Arc::new(Person::default()), Arc::new(StandingClock::default()));
        let keys = software_key_store_with_random(vec![7; 32], SplitMix::new(2)).unwrap();
        let seams = Seams {
            clock: Some(clock.clone()),
            random: Some(SplitMix::new(1)),
            ..Seams::default()
        };
        let authenticator =
            Authenticator::open(Place::Memory, keys, person.clone(), status, None, seams).unwrap();
        *person.authenticator.lock().unwrap() = Arc::downgrade(&authenticator);
        let ble = BleLink::new(Arc::clone(&authenticator), 64);
        ble.set_mtu(67).unwrap();
        Self {
            card: NfcCard::new(Arc::clone(&authenticator)),
            hid: HidLink::new(Arc::clone(&authenticator)),
            ble,
            authenticator,
            person,
            clock,
        }
    }

    fn step(&self, over: &str, sent: Vec<Vec<u8>>, answers: usize) -> Vec<Vec<u8>> {
        let client = Client { transport: Transport::Usb, channel: 1 };
        let one = || sent[0].clone();
        match over {
            "ctap2" => vec![now(Arc::clone(&self.authenticator).ctap2(1, client, one())).unwrap()],
            "u2f" => vec![now(Arc::clone(&self.authenticator).u2f(1, client, one())).unwrap()],
            "nfc" => vec![block_on(self.card.command(one())).unwrap()],
            "hid" => {
                sent.into_iter().for_each(|report| self.hid.receive(report).unwrap());
                let next = || block_on(self.hid.next_report()).unwrap().unwrap();
                std::iter::repeat_with(next).take(answers).collect()
            }
            "ble" => {
                sent.into_iter().for_each(|fragment| self.ble.write(fragment).unwrap());
                let next = || block_on(self.ble.next_notification()).unwrap().unwrap();
                std::iter::repeat_with(next).take(answers).collect()
            }
            "ble-revision" => vec![vec![self.ble.select_revision(one()).unwrap().into()]],
            other => panic!("nothing is sent by {other}"),
        }
    }
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_answer_is_that_of_the_core() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut steps = 0;
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let session: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let phone = Phone::new(&session);
        for step in session["steps"].as_array().unwrap() {
            phone.clock.0.fetch_add(step["after_ms"].as_u64().unwrap_or(0), Ordering::SeqCst);
            phone.person.declines.store(step["person"] == "declines", Ordering::SeqCst);
            let sent = strings(&step["send"]).iter().map(|one| hex::decode(one).unwrap()).collect();
            let expected = strings(&step["receive"]);
            let over = step["over"].as_str().unwrap();
            let answers = phone.step(over, sent, expected.len());
            let answers: Vec<_> = answers.iter().map(hex::encode).collect();
            assert_eq!(answers, expected, "{}: {}", file.display(), step["name"]);
            steps += 1;
        }
    }
    assert!(steps > 100, "{steps}");
}
