//! A lab with a real kernel: clients of every kind use the emulated phone as a HID key.
//!
//! Where the machine has `/dev/uhid`, the scripts run on it. Elsewhere (containers, CI runners) QEMU
//! boots Debian's kernel; the machine's root file system is the guest's, read-only under an overlay
//! in memory, so that what is installed and built here is what is tested there.

use std::{
    env,
    fs::{self, File},
    io::Write as _,
    path::PathBuf,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use clap::{Args, ValueEnum};

use crate::{
    process::{self, Failed, cargo},
    test::install,
};
use job::Job;
use printer::Floor;

mod guest;
mod host;
mod initramfs;
mod job;
mod machine;
mod printer;

/// How long all scripts may take, in seconds: several times what they do take under emulation.
const TIME_LIMIT: u64 = 2400;

/// How many guests run at the same time, where there are as many processors.
const GUESTS: usize = 2;

/// Where a job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Place {
    /// On this machine if it has /dev/uhid, otherwise in a guest
    Auto,
    /// On this machine
    Here,
    /// In a guest with hardware virtualisation
    Kvm,
    /// In a guest with software emulation
    Tcg,
}

/// What `cargo xtask lab` can be told.
#[derive(Debug, Args)]
pub struct LabArgs {
    /// Where to run
    #[arg(long, value_enum, default_value_t = Place::Auto)]
    place: Place,
    /// Ends the run after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = TIME_LIMIT)]
    time_limit: u64,
    /// Runs only the scripts whose name contains this
    #[arg(long, value_name = "NAME", conflicts_with = "command")]
    only: Option<String>,
    /// A command to run in place of the scripts
    #[arg(last = true)]
    command: Vec<String>,
}

/// The folders of one run.
struct Folders {
    repository: PathBuf,
    /// What is kept between runs: the kernel.
    cache: PathBuf,
    /// The last run's files: job, logs, status.
    run: PathBuf,
}

/// What the scripts' checks found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checks {
    /// Checks that hold.
    pub passed: u64,
    /// Checks that do not; a script that ends badly without one counts as one.
    pub failed: u64,
}

/// How a job ended.
struct Outcome {
    /// The job's exit status.
    status: i32,
    /// What it printed.
    output: String,
}

/// Runs the lab; success means that the command, or every check of every script, succeeded.
pub fn run(args: &LabArgs) -> ExitCode {
    let done = if args.command.is_empty() {
        run_scripts(args.only.as_deref(), args.place, args.time_limit).map(|checks| {
            println!("{} passed, {} failed", checks.passed, checks.failed);
            i32::from(checks.failed > 0)
        })
    } else {
        run_command(args)
    };
    let status = done.unwrap_or_else(|failed| {
        println!("lab: {failed}");
        1
    });
    // Buffered output must not be lost with the process.
    let _ = std::io::stdout().flush();
    ExitCode::from(u8::try_from(status).unwrap_or(1))
}

/// Runs every script; a step of `cargo xtask test`.
///
/// # Errors
/// If they cannot be run here, or not to their end.
pub fn check() -> Result<Checks, Failed> {
    run_scripts(None, Place::Auto, TIME_LIMIT)
}

fn run_scripts(only: Option<&str>, place: Place, limit: u64) -> Result<Checks, Failed> {
    let folders = Folders::open()?;
    let _lock = folders.lock()?;
    let started = Instant::now();
    let scripts = job::scripts(&folders.repository, only)?;
    let environment = prepare(&scripts)?;
    let jobs = if is_here(place) {
        vec![Job::Scripts(scripts)]
    } else {
        job::shares(scripts, thread::available_parallelism().map_or(1, usize::from).min(GUESTS))?
    };
    let outcomes = execute(&jobs, &environment, &folders, place, limit)?;
    println!(
        "lab: {:.0} s, the logs are in {}",
        started.elapsed().as_secs_f64(),
        folders.run.display()
    );
    let mut sum = Checks { passed: 0, failed: 0 };
    for outcome in &outcomes {
        let Checks { passed, failed } = job::checks(outcome);
        sum.passed += passed;
        sum.failed += failed;
    }
    Ok(sum)
}

fn run_command(args: &LabArgs) -> Result<i32, Failed> {
    let folders = Folders::open()?;
    let _lock = folders.lock()?;
    let job = Job::Command(args.command.clone());
    let outcomes = execute(&[job], &[], &folders, args.place, args.time_limit)?;
    Ok(outcomes.iter().map(|outcome| outcome.status).max().unwrap_or(1))
}

fn is_here(place: Place) -> bool {
    place == Place::Here || (place == Place::Auto && host::has_uhid())
}

/// Does the jobs: one here, or each in a guest of its own, all at the same time.
fn execute(
    jobs: &[Job],
    environment: &[(&str, PathBuf)],
    folders: &Folders,
    place: Place,
    limit: u64,
) -> Result<Vec<Outcome>, Failed> {
    let limit = Duration::from_secs(limit);
    let mut runs = Vec::new();
    for (number, job) in (1..).zip(jobs) {
        let run = folders.for_job(number)?;
        fs::write(run.run.join("job.sh"), job.script(&folders.repository, environment))?;
        runs.push(run);
    }
    if is_here(place) {
        return runs.iter().map(|run| machine::run_here(run, limit)).collect();
    }
    install::debian(host::GUEST_PACKAGES)?;
    let kernel = host::kernel(&folders.cache)?;
    let accelerator = machine::accelerator(place, folders, &kernel)?;
    let floor = Floor::default();
    thread::scope(|scope| {
        let guests: Vec<_> = runs
            .iter()
            .map(|run| scope.spawn(|| machine::run_guest(run, &kernel, accelerator, limit, &floor)))
            .collect();
        guests
            .into_iter()
            .map(|guest| guest.join().unwrap_or_else(|_| Err(broken("a guest's thread died"))))
            .collect()
    })
}

/// Makes what the scripts use; returns the variables that name it to them.
fn prepare(scripts: &[PathBuf]) -> Result<Vec<(&'static str, PathBuf)>, Failed> {
    let packages = job::packages(scripts)?;
    install::debian(&packages.iter().map(String::as_str).collect::<Vec<_>>())?;
    let python = install::venv()?.join("python");
    // As a part of the workspace, whose features the tests have built it with already.
    let build = ["build", "--quiet", "--workspace", "--bin", "pocketkey"];
    process::run(&mut cargo(build), |_| {})?;
    let phone = env::current_exe()?.with_file_name("pocketkey");
    Ok(vec![("POCKETKEY", phone), ("PYTHON", python)])
}

impl Folders {
    fn open() -> Result<Self, Failed> {
        let repository = process::root();
        let cache = repository.join("target").join("lab");
        let run = cache.join("run");
        fs::create_dir_all(&run)?;
        Ok(Self { repository, cache, run })
    }

    /// The same with a folder for one job of this run.
    fn for_job(&self, number: usize) -> Result<Self, Failed> {
        let run = self.run.join(number.to_string());
        fs::create_dir_all(&run)?;
        Ok(Self { repository: self.repository.clone(), cache: self.cache.clone(), run })
    }

    /// Two runs would share one folder and the processors: the second waits until this is dropped.
    fn lock(&self) -> Result<File, Failed> {
        let lock = File::create(self.cache.join("lock"))?;
        lock.lock()?;
        Ok(lock)
    }
}

/// Something went wrong.
fn broken(why: impl Into<String>) -> Failed {
    Failed::Broken(why.into())
}
