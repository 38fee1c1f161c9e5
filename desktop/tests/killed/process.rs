//! The phone as a process that may die at any time, and the socket to it.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::{fs::DirBuilderExt, process::ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::killer::{Ctap, Wire};

const POCKETKEY: &str = env!("CARGO_BIN_EXE_pocketkey");

/// A state directory that goes away with this value.
pub struct State(tempfile::TempDir);

impl State {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Where the phone keeps its state.
    pub fn path(&self) -> PathBuf {
        let path = self.0.path().join("state");
        if !path.exists() {
            fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
        }
        path
    }

    pub fn database(&self) -> PathBuf {
        self.path().join("pocketkey.db")
    }
}

/// A phone that agrees to everything and has no built-in verification.
pub struct Process {
    child: Child,
    events: Receiver<Value>,
    address: Option<String>,
}

impl Process {
    pub fn start(state: &State) -> Self {
        Self::start_by(&mut Command::new(POCKETKEY), &state.path(), &[])
    }

    /// Starts it by another program, which gets the phone's command line as its last arguments.
    pub fn start_under(program: &[&str], state: &Path) -> Self {
        let (name, arguments) = program.split_first().unwrap();
        let mut command = Command::new(name);
        command.args(arguments).arg(POCKETKEY);
        Self::start_by(&mut command, state, &[])
    }

    /// Starts it with more options.
    pub fn start_with(state: &State, options: &[&str]) -> Self {
        Self::start_by(&mut Command::new(POCKETKEY), &state.path(), options)
    }

    fn start_by(command: &mut Command, state: &Path, options: &[&str]) -> Self {
        command.args(["phone", "--tcp", "127.0.0.1:0", "--test-controls", "--json"]);
        command.args(["--approve", "always", "--verify", "none", "--state"]).arg(state);
        command.args(options).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, events) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // The last line of a phone that was killed may be cut short.
                if let Ok(event) = serde_json::from_str(&line)
                    && sender.send(event).is_err()
                {
                    return;
                }
            }
        });
        Self { child, events, address: None }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A client of its own, as soon as the phone is ready; an error where it has ended before.
    pub fn client(&mut self) -> io::Result<Ctap<Socket>> {
        Ok(Ctap::new(Socket::connect(self.address()?)?))
    }

    fn address(&mut self) -> io::Result<&str> {
        while self.address.is_none() {
            let event = self.events.recv_timeout(Duration::from_secs(60));
            let Ok(event) = event else { return Err(io::Error::other(self.why_it_ended())) };
            self.address = event["tcp"].as_str().map(str::to_owned);
        }
        Ok(self.address.as_deref().unwrap())
    }

    fn why_it_ended(&mut self) -> String {
        let mut why = String::new();
        self.child.stderr.take().map(|mut errors| errors.read_to_string(&mut why));
        why
    }

    /// What it said until now, besides what was looked at already.
    pub fn events(&self) -> Vec<Value> {
        self.events.try_iter().collect()
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.was_killed();
    }

    /// Ends it with SIGTERM; gives its status and what it said.
    pub fn stop(mut self) -> (ExitStatus, Vec<Value>) {
        assert!(Command::new("kill").arg(self.id().to_string()).status().unwrap().success());
        let status = self.child.wait().unwrap();
        (status, self.events.iter().collect())
    }

    /// It did not end by itself, as by a panic: SIGKILL ended it.
    pub fn was_killed(mut self) {
        let status = self.child.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "{status}: {}", self.why_it_ended());
    }

    /// How it ended by itself: whether well, and its last words.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let why = self.why_it_ended();
        (self.child.wait().unwrap(), why)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// SIGKILL for the child that this number stands for: it is not waited for before that.
pub fn kill(id: u32) {
    assert!(Command::new("kill").args(["-KILL", &id.to_string()]).status().unwrap().success());
}

/// CTAPHID over TCP, as much of it as a well-behaved client needs.
pub struct Socket {
    stream: TcpStream,
    channel: u32,
}

const INIT: u8 = 0x86;
const CBOR: u8 = 0x90;
const KEEPALIVE: u8 = 0xbb;
const POWER_CYCLE: u8 = 0;

impl Socket {
    fn connect(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut socket = Self { stream, channel: u32::MAX };
        let answer = socket.exchange(INIT, b"12345678")?;
        socket.channel = u32::from_be_bytes(answer[8..12].try_into().unwrap());
        Ok(socket)
    }

    /// Takes the phone's power away and gives it back, without ending its process.
    pub fn power_cycle(&mut self) -> io::Result<()> {
        self.write_frame(&[POWER_CYCLE])?;
        self.read_frame().map(drop)
    }

    fn write_frame(&mut self, frame: &[u8]) -> io::Result<()> {
        let length = u16::try_from(frame.len()).unwrap().to_be_bytes();
        self.stream.write_all(&[&length, frame].concat())
    }

    fn read_frame(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 2];
        self.stream.read_exact(&mut length)?;
        let mut frame = vec![0; u16::from_be_bytes(length).into()];
        self.stream.read_exact(&mut frame)?;
        Ok(frame)
    }

    fn exchange(&mut self, command: u8, message: &[u8]) -> io::Result<Vec<u8>> {
        let channel = self.channel.to_be_bytes();
        let length = u16::try_from(message.len()).unwrap().to_be_bytes();
        let (first, rest) = message.split_at(message.len().min(57));
        let report = |head: &[u8], part: &[u8]| {
            let mut report = [&channel[..], head, part].concat();
            report.resize(64, 0);
            report
        };
        self.write_frame(&report(&[command, length[0], length[1]], first))?;
        for (sequence, part) in (0..).zip(rest.chunks(59)) {
            self.write_frame(&report(&[sequence], part))?;
        }
        let mut answer = self.read_frame()?;
        while answer[4] == KEEPALIVE {
            answer = self.read_frame()?;
        }
        assert_eq!(answer[..4], channel);
        assert_eq!(answer[4], command, "{answer:02x?}");
        let length = usize::from(u16::from_be_bytes([answer[5], answer[6]]));
        let mut message = answer[7..].to_vec();
        while message.len() < length {
            message.extend(&self.read_frame()?[5..]);
        }
        message.truncate(length);
        Ok(message)
    }
}

impl Wire for Socket {
    fn call(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        self.exchange(CBOR, request)
    }
}
