//! A process that holds an authenticator, and a look through its memory.
//!
//! The child serves requests, a line of hexadecimal each; its parent is the client, and searches all of
//! the child's memory that can be written, as a core dump would hold it. What the parent knows the child
//! is never told in the clear.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write},
    os::unix::fs::FileExt,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use ring::{aead, digest, hkdf};

use super::killer::{Ctap, Permissions, Registration, Wire};

const CHILD: &str = "POCKETKEY_MEMORY_CHILD";
/// What is secret is told to the child as these bytes differ from it.
const MASK: u8 = 0xa5;
const PIN: &str = "a PIN nobody else has 8472";
const NEW_PIN: &str = "another that nobody has 3391";
const SITE: &str = "example.com";
/// What the software key store's keys are sealed under.
pub const ROOT: [u8; 32] = *b"the root key of this phone: 32 B";

/// What a child is started with: the root key still masked, and where its store is. `None` where the
/// tests run the child's test as one of them.
pub fn started() -> Option<(Vec<u8>, String)> {
    let told = std::env::var(CHILD).ok()?;
    let (masked, path) = told.split_once(' ').expect("a key and a path");
    Some((hex(masked), path.to_owned()))
}

/// Takes off, or puts on, what hides a secret.
pub fn mask(bytes: &mut [u8]) {
    bytes.iter_mut().for_each(|byte| *byte ^= MASK);
}

/// Tells the parent of the key that a handle names: the key itself is sealed in it.
pub fn tell_handle(handle: &[u8]) {
    say(&format!("!{}", text(handle)));
}

/// Serves requests until the parent lets the child go. `answer` is asked with `None` to close.
pub fn serve(mut answer: impl FnMut(Option<&[u8]>) -> Vec<u8>) {
    for line in io::stdin().lines().map_while(Result::ok) {
        let request = (line != "close").then(|| hex(&line));
        say(&format!("@{}", text(&answer(request.as_deref()))));
    }
}

/// On a line of its own, whatever the tests' runner has written.
fn say(line: &str) {
    let mut out = io::stdout();
    writeln!(out, "\n{line}").and_then(|()| out.flush()).expect("the parent listens");
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
    (0..text.len() / 2).map(|at| digit(at * 2)).collect()
}

/// The parent's end of the child.
struct Held {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    handles: Vec<Vec<u8>>,
}

impl Held {
    /// `test` is the name of the test that is the child.
    fn start(test: &str, store: &Path) -> Self {
        let mut masked = ROOT;
        mask(&mut masked);
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", test, "--nocapture"])
            .env(CHILD, format!("{} {}", text(&masked), store.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, input, output, handles: Vec::new() }
    }

    fn say(&mut self, line: &str) -> io::Result<Vec<u8>> {
        writeln!(self.input, "{line}")?;
        loop {
            let mut answer = String::new();
            if self.output.read_line(&mut answer)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(handle) = answer.strip_prefix('!') {
                self.handles.push(hex(handle.trim()));
            } else if let Some(answer) = answer.strip_prefix('@') {
                return Ok(hex(answer.trim()));
            }
        }
    }

    /// How often each of these is in the child's memory: its heap, its stacks, its variables.
    fn count(&self, secrets: &[(&str, Vec<u8>)]) -> Vec<(String, usize)> {
        let folder = format!("/proc/{}", self.child.id());
        let maps = std::fs::read_to_string(format!("{folder}/maps")).expect("it runs");
        let memory = File::open(format!("{folder}/mem")).expect("a parent may read its child");
        let mut found: Vec<_> = secrets.iter().map(|(name, _)| ((*name).to_owned(), 0)).collect();
        for line in maps.lines().filter(|line| line.contains(" rw")) {
            let (from, to) = line.split(' ').next().and_then(|part| part.split_once('-')).unwrap();
            let from = u64::from_str_radix(from, 16).expect("an address");
            let to = u64::from_str_radix(to, 16).expect("an address");
            let mut bytes = vec![0; usize::try_from(to - from).expect("it fits")];
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
        self.say(&text(request))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Length;

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

/// What the software key store has sealed under the root key for this purpose.
fn unsealed(purpose: &[u8], place: &[u8], sealed: &[u8]) -> Vec<u8> {
    let mut key = [0; 32];
    let pseudorandom = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(&ROOT);
    pseudorandom.expand(&[purpose], Length).and_then(|okm| okm.fill(&mut key)).expect("32 bytes");
    let key = aead::UnboundKey::new(&aead::AES_256_GCM, &key).expect("32 bytes");
    let (nonce, body) = sealed.split_at(12);
    let nonce = aead::Nonce::try_assume_unique_for_key(nonce).expect("12 bytes");
    let mut body = body.to_vec();
    let opened =
        aead::LessSafeKey::new(key).open_in_place(nonce, aead::Aad::from(place), &mut body);
    opened.expect("sealed under the root key").to_vec()
}

fn hash(pin: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, pin.as_bytes()).as_ref()[..16].to_vec()
}

fn nowhere(found: Vec<(String, usize)>, when: &str) {
    for (name, count) in found {
        assert_eq!(count, 0, "{name}: {count} times in memory {when}");
    }
}

/// Sets a PIN, enters it, registers, changes it, signs in; looks, closes, and looks again.
pub fn nothing_is_left(test: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("pocketkey.db");
    let mut client = Ctap::new(Held::start(test, &store));
    client.set_pin(PIN).unwrap().unwrap();
    let token = client.token(PIN, Permissions::MAKE_CREDENTIAL, Some(SITE));
    let token = token.unwrap().unwrap();
    let new = Registration {
        rp_id: SITE,
        user: b"user",
        name: "somebody",
        discoverable: true,
        token: Some(&token),
    };
    let id = client.register(&new).unwrap().unwrap();
    client.change_pin(PIN, NEW_PIN).unwrap().unwrap();
    for _ in 0..3 {
        client.sign_in(SITE, Some(&id), None).unwrap().unwrap();
    }

    // The search finds what is there: the name is no secret, and the PIN's hash is in use.
    let there = [("the new PIN's hash", hash(NEW_PIN)), ("the user's name", b"somebody".to_vec())];
    let found = client.wire.count(&there);
    assert!(found.iter().all(|(_, count)| *count > 0), "{found:?}");
    let handle = client.wire.handles.last().expect("a key was made").clone();
    let private = unsealed(b"pocketkey software keys", &handle[..1], &handle[1..]);
    let secrets = vec![
        ("the PIN", PIN.as_bytes().to_vec()),
        ("the new PIN", NEW_PIN.as_bytes().to_vec()),
        ("the root key", ROOT.to_vec()),
        ("the token that a new PIN has ended", token.0.clone()),
        ("the hash of the PIN that was changed", hash(PIN)),
        ("the credential's private key", private[..32].to_vec()),
    ];
    nowhere(client.wire.count(&secrets), "after PIN entry and signing");

    client.wire.say("close").unwrap();
    let mut secrets = secrets;
    secrets.push(("the new PIN's hash", hash(NEW_PIN)));
    secrets.push(("the store's key", store_key(&store)));
    nowhere(client.wire.count(&secrets), "after closing");
}

/// The store's own key, as the key store has wrapped it.
fn store_key(store: &Path) -> Vec<u8> {
    let db = rusqlite::Connection::open(store).expect("nobody has it open");
    let sql = "SELECT sealed FROM record WHERE name = 'store key'";
    let wrapped: Vec<u8> = db.query_row(sql, [], |row| row.get(0)).expect("it is there");
    unsealed(b"pocketkey software secrets", b"", &wrapped)
}
