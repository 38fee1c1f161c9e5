//! What is left in a process's memory of PINs and keys: after a PIN was set and entered and a signature
//! made, and after the authenticator was closed.
//!
//! A child holds the authenticator; its parent is the client, and looks through all of the child's
//! memory that can be written. What the parent knows the child is never told in the clear.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[path = "../../tests/killer/mod.rs"]
#[allow(dead_code)]
mod killer;

use std::{
    fs::File,
    future::Future,
    io::{self, BufRead, BufReader, Write},
    os::unix::fs::FileExt,
    pin::pin,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
    task::{Context, Poll, Waker},
};

use killer::{Ctap, Permissions, Registration, Wire};
use pocketkey_core::{
    Authenticator, Location, Source,
    platform::{
        BoxFuture, Choice, Consent, NoNetwork, Platform, Prompt, Refusal, UserVerifier,
        VerifierStatus,
    },
    software::{MonotonicClock, SoftwareKeyStore, SystemRng},
    transport::Transport,
};
use ring::digest;
use zeroize::Zeroizing;

const CHILD: &str = "POCKETKEY_MEMORY_CHILD";
/// What is secret is told to the child as these bytes differ from it.
const MASK: u8 = 0xa5;
const PIN: &str = "a PIN nobody else has 8472";
const NEW_PIN: &str = "another that nobody has 3391";
const ROOT: [u8; 32] = *b"the root key of this phone: 32 B";

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

fn open(masked: &[u8]) -> Authenticator {
    let mut root = Zeroizing::new([0; 32]);
    root.iter_mut().zip(masked).for_each(|(byte, masked)| *byte = masked ^ MASK);
    let platform = Platform {
        key_store: Arc::new(SoftwareKeyStore::new(&root)),
        user_verifier: Arc::new(Willing),
        clock: Arc::new(MonotonicClock::default()),
        rng: Arc::new(SystemRng::default()),
        courier: Arc::new(NoNetwork),
    };
    Authenticator::open(&Location::Memory, platform).expect("a store in memory opens")
}

/// The child: serves requests, a line of hexadecimal each, until it is told to close. Does nothing
/// where the tests run it as one of them.
#[test]
fn child() {
    let Ok(masked) = std::env::var(CHILD) else { return };
    let mut authenticator = Some(open(&hex::decode(masked).unwrap()));
    let mut out = io::stdout();
    for line in io::stdin().lines().map_while(Result::ok) {
        let answer = match (&authenticator, line.as_str()) {
            (_, "close") => {
                authenticator = None;
                Vec::new()
            }
            (Some(authenticator), request) => {
                let source = Source::new(Transport::Usb, 1);
                let request = hex::decode(request).unwrap();
                let future = pin!(authenticator.begin(source).unwrap().ctap2(&request));
                match future.poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(answer) => answer,
                    Poll::Pending => panic!("nobody has a reason to wait"),
                }
            }
            (None, _) => return,
        };
        writeln!(out, "\n@{}", hex::encode(answer)).and_then(|()| out.flush()).unwrap();
    }
}

/// The parent's end of the child.
struct Held {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Held {
    fn start() -> Self {
        let masked: Vec<u8> = ROOT.iter().map(|byte| byte ^ MASK).collect();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(CHILD, hex::encode(masked))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    fn say(&mut self, line: &str) -> io::Result<Vec<u8>> {
        writeln!(self.input, "{line}")?;
        let mut answer = String::new();
        while !answer.starts_with('@') {
            answer.clear();
            if self.output.read_line(&mut answer)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(hex::decode(answer[1..].trim()).unwrap())
    }

    /// How often each of these is in the child's memory, in the registers' place on its stack or heap.
    fn count(&self, secrets: &[(&str, Vec<u8>)]) -> Vec<(String, usize)> {
        let folder = format!("/proc/{}", self.child.id());
        let maps = std::fs::read_to_string(format!("{folder}/maps")).unwrap();
        let memory = File::open(format!("{folder}/mem")).expect("a parent may read its child");
        let mut found: Vec<_> = secrets.iter().map(|(name, _)| ((*name).to_owned(), 0)).collect();
        for line in maps.lines().filter(|line| line.contains(" rw")) {
            let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
            let from = u64::from_str_radix(from, 16).unwrap();
            let to = u64::from_str_radix(to, 16).unwrap();
            let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
            // Some of the kernel's own pages cannot be read.
            if memory.read_exact_at(&mut bytes, from).is_err() {
                continue;
            }
            for ((_, count), (_, secret)) in found.iter_mut().zip(secrets) {
                *count += bytes.windows(secret.len()).filter(|part| part == secret).count();
            }
        }
        found
    }
}

impl Wire for Held {
    fn call(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        self.say(&hex::encode(request))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn hash(pin: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, pin.as_bytes()).as_ref()[..16].to_vec()
}

fn nowhere(found: Vec<(String, usize)>, when: &str) {
    for (name, count) in found {
        assert_eq!(count, 0, "{name}: {count} times in memory {when}");
    }
}

#[test]
fn no_pin_and_no_key_stays_in_memory() {
    let mut client = Ctap::new(Held::start());
    client.set_pin(PIN).unwrap().unwrap();
    let token = client.token(PIN, Permissions::MAKE_CREDENTIAL, Some("example.com"));
    let token = token.unwrap().unwrap();
    let new = Registration {
        rp_id: "example.com",
        user: b"user",
        name: "somebody",
        discoverable: true,
        token: Some(&token),
    };
    let id = client.register(&new).unwrap().unwrap();
    client.change_pin(PIN, NEW_PIN).unwrap().unwrap();
    client.sign_in("example.com", Some(&id), None).unwrap().unwrap();

    // The search finds what is there: the site's name is no secret, and the PIN's hash is in use.
    let there = [("the new PIN's hash", hash(NEW_PIN)), ("the user's name", b"somebody".to_vec())];
    let found = client.wire.count(&there);
    assert!(found[0].1 > 0, "{found:?}");
    let pins = vec![
        ("the PIN", PIN.as_bytes().to_vec()),
        ("the new PIN", NEW_PIN.as_bytes().to_vec()),
        ("the root key", ROOT.to_vec()),
        ("the token that a new PIN has ended", token.0.clone()),
        ("the hash of the PIN that was changed", hash(PIN)),
    ];
    nowhere(client.wire.count(&pins), "after PIN entry and signing");

    client.wire.say("close").unwrap();
    nowhere(client.wire.count(&pins), "after closing");
    nowhere(client.wire.count(&[("the new PIN's hash", hash(NEW_PIN))]), "after closing");
}
