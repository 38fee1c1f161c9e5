//! Nothing acknowledged is lost, and no counter goes back, whatever instant the process is killed
//! at: a child works on a store and says what was acknowledged; its parent kills it and looks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::{
    collections::HashMap,
    future::Future,
    io::{BufRead, BufReader, Write},
    path::Path,
    pin::pin,
    process::{Command, Stdio},
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use ciborium::{Value, cbor};
use pocketkey_core::{
    Authenticator, Location, Source,
    platform::{
        BoxFuture, Choice, Consent, NoNetwork, Platform, Prompt, Refusal, UserVerifier,
        VerifierStatus,
    },
    software::{MonotonicClock, SoftwareKeyStore, SystemRng},
    transport::Transport,
};

const STORE: &str = "POCKETKEY_KILLED_STORE";

/// Somebody who agrees to everything.
struct Willing;

impl UserVerifier for Willing {
    fn status(&self) -> VerifierStatus {
        VerifierStatus { built_in_uv: None, uv_modality: 0, chooses_account: false }
    }

    fn ask<'a>(&'a self, _: &'a Prompt) -> BoxFuture<'a, Result<Consent, Refusal>> {
        let consent = Consent { verified: false, choice: Choice::default(), authorization: None };
        Box::pin(async { Ok(consent) })
    }
}

fn open(path: &Path) -> Authenticator {
    let platform = Platform {
        key_store: Arc::new(SoftwareKeyStore::new(&[7; 32])),
        user_verifier: Arc::new(Willing),
        clock: Arc::new(MonotonicClock::default()),
        rng: Arc::new(SystemRng::default()),
        courier: Arc::new(NoNetwork),
    };
    Authenticator::open(&Location::File(path.to_owned()), platform).expect("the store opens")
}

fn send(authenticator: &Authenticator, command: u8, parameters: &Value) -> Vec<u8> {
    let mut request = vec![command];
    ciborium::into_writer(parameters, &mut request).unwrap();
    let source = Source::new(Transport::Usb, 1);
    let transaction = authenticator.begin(source).unwrap();
    let future = pin!(transaction.ctap2(&request));
    let Poll::Ready(answer) = future.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("nobody has a reason to wait")
    };
    assert_eq!(answer[0], 0, "command {command:#04x}");
    let answer: Value = ciborium::from_reader(&answer[1..]).unwrap();
    let entries = answer.into_map().unwrap();
    let (_, auth_data) = entries.into_iter().find(|(key, _)| *key == Value::from(2)).unwrap();
    auth_data.into_bytes().unwrap()
}

fn register(authenticator: &Authenticator, user: u32) -> Vec<u8> {
    let user = Value::Bytes(user.to_be_bytes().to_vec());
    let parameters = cbor!({
        1 => Value::Bytes(vec![1; 32]),
        2 => { "id" => "example.com" },
        3 => { "id" => user },
        4 => [{ "alg" => -7, "type" => "public-key" }],
        7 => { "rk" => true },
    });
    let data = send(authenticator, 1, &parameters.unwrap());
    data[55..55 + usize::from(data[54])].to_vec()
}

fn sign_in(authenticator: &Authenticator, id: &[u8]) -> u32 {
    let id = Value::Bytes(id.to_vec());
    let parameters = cbor!({
        1 => "example.com",
        2 => Value::Bytes(vec![1; 32]),
        3 => [{ "id" => id, "type" => "public-key" }],
    });
    let data = send(authenticator, 2, &parameters.unwrap());
    u32::from_be_bytes(data[33..37].try_into().unwrap())
}

/// The child: works until it is killed, and writes a line for all that was acknowledged. Does
/// nothing where the tests run it as one of them.
#[test]
fn child() {
    let Ok(store) = std::env::var(STORE) else { return };
    let authenticator = open(Path::new(&store));
    let mut out = std::io::stdout().lock();
    let mut say = |line: String| {
        writeln!(out, "\n@ {line}").and_then(|()| out.flush()).unwrap();
    };
    let start = std::process::id().wrapping_mul(1_000_003);
    for round in 0.. {
        let id = register(&authenticator, start.wrapping_add(round));
        let name = hex::encode(&id);
        say(format!("made {name}"));
        for _ in 0..3 {
            let count = sign_in(&authenticator, &id);
            say(format!("count {name} {count}"));
        }
        if round % 3 == 2 {
            // Said before, because a deletion that nobody heard of may or may not have happened.
            say(format!("deleting {name}"));
            assert!(authenticator.delete_credential(&id).unwrap());
            say(format!("deleted {name}"));
        }
        if round % 5 == 4 {
            authenticator.idle().unwrap();
        }
    }
}

#[derive(Clone, Copy)]
enum Fate {
    There { count: u32 },
    Unknown,
    Gone,
}

/// What a line of the child acknowledges; `None` for the test runner's lines and for one cut short.
fn parse(line: &str) -> Option<(Vec<u8>, Fate)> {
    let words: Vec<&str> = line.split(' ').collect();
    let ["@", what, id, rest @ ..] = words.as_slice() else { return None };
    let id = hex::decode(id).ok().filter(|id| id.len() == 32)?;
    let fate = match (*what, rest) {
        ("made", []) => Fate::There { count: 0 },
        ("count", [count]) => Fate::There { count: count.parse().ok()? },
        ("deleting", []) => Fate::Unknown,
        ("deleted", []) => Fate::Gone,
        _ => return None,
    };
    Some((id, fate))
}

fn run_and_kill(store: &Path, after: Duration, acknowledged: &mut HashMap<Vec<u8>, Fate>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(STORE, store)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let killer = std::thread::spawn(move || {
        std::thread::sleep(after);
        child.kill().unwrap();
        child.wait().unwrap()
    });
    acknowledged.extend(output.lines().map_while(Result::ok).filter_map(|line| parse(&line)));
    assert!(killer.join().unwrap().code().is_none(), "the child was killed, and did not fail");
}

fn survives(rounds: u32) {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("pocketkey.db");
    let mut acknowledged = HashMap::new();
    for round in 0..rounds {
        // Spread over the first third of a second, from start-up on.
        let after = Duration::from_millis(u64::from(20 + round * 37 % 300));
        run_and_kill(&store, after, &mut acknowledged);
        if !store.exists() {
            continue;
        }
        let authenticator = open(&store);
        let stored: Vec<Vec<u8>> =
            authenticator.credentials().unwrap().into_iter().map(|found| found.id).collect();
        for (id, fate) in &mut acknowledged {
            match *fate {
                Fate::There { count } => {
                    assert!(stored.contains(id), "an acknowledged credential is lost");
                    let next = sign_in(&authenticator, id);
                    assert!(next > count, "a counter went from {count} to {next}");
                    *fate = Fate::There { count: next };
                }
                Fate::Unknown => {}
                Fate::Gone => assert!(!stored.contains(id), "a deleted credential is back"),
            }
        }
    }
    let there = acknowledged.values().filter(|fate| matches!(fate, Fate::There { .. })).count();
    assert!(there > 10, "the child got somewhere: {there} credentials");
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    survives(25);
}

#[test]
#[ignore = "the same, for minutes"]
fn nothing_acknowledged_is_lost_over_many_hundreds_of_kills() {
    // A new store each time: the longer one lives, the more there is to sign in with after a kill.
    for _ in 0..24 {
        survives(25);
    }
}
