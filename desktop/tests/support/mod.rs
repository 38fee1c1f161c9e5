//! Starts and stops the built command.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use serde_json::Value;

pub mod client;

pub const POCKETKEY: &str = env!("CARGO_BIN_EXE_pocketkey");

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A new state directory that goes away with this value.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("pocketkey-phone-{}-{number}", process::id()));
        fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A running `pocketkey phone --tcp 127.0.0.1:0 --json` with a person who says nothing until told;
/// killed if the test fails.
pub struct Phone {
    process: Child,
    output: BufReader<ChildStdout>,
    ready: Value,
}

impl Phone {
    pub fn start(state: &Folder, arguments: &[&str]) -> Self {
        let mut process = Command::new(POCKETKEY)
            .args(["phone", "--tcp", "127.0.0.1:0", "--json", "--approve", "ask", "--state"])
            .arg(state.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut phone = Self { process, output, ready: Value::Null };
        phone.ready = phone.wait_for("ready");
        phone
    }

    /// Types a line where the phone asks.
    pub fn say(&mut self, line: &str) {
        let input = self.process.stdin.as_mut().unwrap();
        writeln!(input, "{line}").unwrap();
    }

    /// Reads events until there is one of this name.
    pub fn wait_for(&mut self, name: &str) -> Value {
        loop {
            let event = self.next_event();
            if event["event"] == name {
                return event;
            }
        }
    }

    /// The next event.
    pub fn next_event(&mut self) -> Value {
        let mut line = String::new();
        assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the phone has ended");
        serde_json::from_str(&line).unwrap()
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn tcp(&self) -> &str {
        self.ready["tcp"].as_str().unwrap()
    }

    /// Ends the phone with SIGTERM; gives its status and what it said since it was ready.
    pub fn stop(mut self) -> (ExitStatus, Vec<Value>) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
        let events = self
            .output
            .by_ref()
            .lines()
            .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
            .collect();
        (self.process.wait().unwrap(), events)
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs the command to its end: whether it succeeded, its output and its errors.
pub fn run(arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(POCKETKEY).args(arguments).stdin(Stdio::null()).output().unwrap();
    (
        output.status.success(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}
