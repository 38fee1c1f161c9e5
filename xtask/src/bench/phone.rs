//! The emulated phone with many accounts, as its users start it.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    time::{Duration, Instant},
};

use super::{Row, finish, median, show};
use crate::process::{Failed, cargo, root};

const ACCOUNTS: &str = "10000";

/// Starts per round: a start is over soon.
const STARTS: u32 = 5;

pub fn measure(rounds: u32) -> Result<Vec<Row>, Failed> {
    finish(&mut cargo(["build", "--release", "--package", "pocketkey"]))?;
    finish(&mut cargo([
        "build",
        "--release",
        "--manifest-path",
        "bench/Cargo.toml",
        "--bin",
        "fill",
    ]))?;
    let folder = Folder(env::temp_dir().join(format!("pocketkey-bench-{}", process::id())));
    let mut fill = Command::new(root().join("bench/target/release/fill"));
    finish(fill.arg(&folder.0).arg(ACCOUNTS))?;

    let mut starts = Vec::new();
    for _ in 0..rounds * STARTS {
        starts.push(start(&folder.0)?);
    }
    let took = starts.iter().map(|(took, _)| took.as_secs_f64() * 1e3).collect();
    let resident = starts.iter().map(|(_, megabytes)| *megabytes).collect();
    Ok(vec![
        Row::new("emulated phone, 10,000 accounts: start to ready", median(took), "ms")
            .at_most(50.0)
            .note("time on the wall, from exec to the line that says so"),
        Row::new("emulated phone, 10,000 accounts: resident memory", median(resident), "MB")
            .at_most(24.0),
    ])
}

/// How long a start takes, and how much memory is resident then, in MB (10⁶ bytes).
fn start(state: &Path) -> Result<(Duration, f64), Failed> {
    let mut phone = Command::new(root().join("target/release/pocketkey"));
    phone.args(["phone", "--tcp", "127.0.0.1:0", "--json", "--approve", "always", "--state"]);
    show(phone.arg(state)).stdout(Stdio::piped());
    let begin = Instant::now();
    let mut child = phone.spawn()?;
    let mut measured = None;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            if line?.contains("\"event\":\"ready\"") {
                let took = begin.elapsed();
                measured = resident(child.id()).map(|megabytes| (took, megabytes));
                break;
            }
        }
    }
    child.kill()?;
    child.wait()?;
    measured.ok_or_else(|| Failed::Broken("the emulated phone did not get ready".to_owned()))
}

fn resident(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

/// A folder that goes away with its value.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
