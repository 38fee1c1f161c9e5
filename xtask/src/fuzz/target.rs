//! The targets, and how one is run.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use super::{build, folder, report::Outcome};
use crate::process::Failed;

/// Something that reads hostile input.
pub struct Target {
    pub name: &'static str,
    pub what: &'static str,
    /// The longest input that makes sense, in bytes.
    pub longest: u32,
    pub home: Crate,
}

/// Where a target is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Crate {
    /// `fuzz/`, with everything instrumented.
    Fuzz,
    /// `workspace/`, with its dependencies as they are.
    Workspace,
}

impl Target {
    /// Every target, in the order of the table.
    pub const ALL: &[Self] = &[
        Self::new("requests", "one CTAP2 request", 7700),
        Self::new("sequences", "sequences of requests, with PINs, tokens and a person", 1536),
        Self::new("reports", "CTAPHID reports in any order", 8192),
        Self::new("frames", "fragments of Bluetooth Low Energy in any order", 8192),
        Self::new("apdus", "NFC's APDUs in any order", 8192),
        Self::new("rows", "what the store holds under its seal", 4096),
        Self::new("files", "the store's file, changed without its key", 512),
        Self::new("messages", "activation links and messages of the phone's protocol", 8192),
        Self::new("pictures", "pictures that may show a QR code", 2048),
        Self {
            home: Crate::Workspace,
            ..Self::new("bodies", "what browsers, programs and phones send the workspace", 8192)
        },
    ];

    const fn new(name: &'static str, what: &'static str, longest: u32) -> Self {
        Self { name, what, longest, home: Crate::Fuzz }
    }

    /// What they are called.
    pub fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|target| target.name).collect()
    }

    /// Where its corpus grows.
    pub fn corpus(&self) -> PathBuf {
        folder().join("corpus").join(self.name)
    }

    /// Where inputs are put that broke a promise.
    pub fn findings(&self) -> PathBuf {
        folder().join("findings").join(self.name)
    }

    /// Runs the whole corpus, then new inputs for so long.
    pub fn fuzz(&self, time: Duration) -> Result<Outcome, Failed> {
        let findings = self.findings();
        if findings.exists() {
            fs::remove_dir_all(&findings)?;
        }
        fs::create_dir_all(&findings)?;
        let mut fuzzer = Command::new(build::program(self)?);
        fuzzer.arg(self.corpus());
        fuzzer.arg(format!("-max_total_time={}", time.as_secs().max(1)));
        fuzzer.arg(format!("-max_len={}", self.longest));
        fuzzer.arg(format!("-artifact_prefix={}/", findings.display()));
        // The memory that the promises allow is a small part of this: it is a net below them.
        fuzzer.args(["-rss_limit_mb=1024", "-timeout=20", "-print_final_stats=1", "-seed=1"]);
        let mut running = fuzzer
            .current_dir(folder())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut outcome = Outcome::new(self.name);
        if let Some(output) = running.stderr.take() {
            for line in BufReader::new(output).lines() {
                outcome.read(&line?);
            }
        }
        let status = running.wait()?;
        for finding in fs::read_dir(&findings)? {
            outcome.findings.push(finding?.path());
        }
        if !status.success() && outcome.findings.is_empty() {
            return Err(Failed::Broken(format!(
                "{}: {status}\n{}",
                self.name,
                outcome.last_words.join("\n")
            )));
        }
        Ok(outcome)
    }
}
