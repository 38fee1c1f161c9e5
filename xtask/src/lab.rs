//! A lab with a real kernel: clients of every kind use the emulated phone as a HID key.
//!
//! Where the machine has `/dev/uhid`, the scripts run on it. Elsewhere (containers, CI runners) QEMU
//! boots Debian's kernel; the machine's root file system is the guest's, read-only under an overlay
//! in memory, so that what is installed and built here is what is tested there.

use std::{
    error::Error,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use clap::{Args, ValueEnum};

use job::Job;

mod host;
mod initramfs;
mod job;
mod machine;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

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

/// Runs tests/lab/*.sh, or one command, where a real kernel has /dev/uhid
#[derive(Debug, Args)]
pub struct LabArgs {
    /// Where to run
    #[arg(long, value_enum, default_value_t = Place::Auto)]
    place: Place,
    /// Ends the run after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1200)]
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
    /// The repository.
    repository: PathBuf,
    /// What is kept between runs: the kernel.
    cache: PathBuf,
    /// The last run's files: job, logs, status.
    run: PathBuf,
}

/// How a job ended.
struct Outcome {
    /// The job's exit status.
    status: i32,
    /// What it printed.
    output: String,
}

/// Runs the lab; success means that the command, or every check of every script, succeeded.
pub fn run(args: LabArgs) -> ExitCode {
    match try_run(&args) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(status) => ExitCode::from(u8::try_from(status).unwrap_or(1)),
        Err(error) => {
            eprintln!("lab: {error}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(args: &LabArgs) -> Result<i32> {
    let folders = Folders::open()?;
    // Two runs would share one folder and two processors: the second waits.
    let lock = File::create(folders.cache.join("lock"))?;
    lock.lock()?;

    let started = Instant::now();
    let limit = Duration::from_secs(args.time_limit);
    let job = if args.command.is_empty() {
        let scripts = job::scripts(&folders.repository, args.only.as_deref())?;
        host::install(&job::packages(&scripts)?)?;
        build_phone(&folders.repository)?;
        Job::Scripts(scripts)
    } else {
        Job::Command(args.command.clone())
    };
    fs::write(folders.run.join("job.sh"), job.script(&folders.repository))?;

    let outcome = match args.place {
        Place::Auto if host::has_uhid() => machine::run_here(&folders, limit)?,
        Place::Here => machine::run_here(&folders, limit)?,
        place => {
            host::install(host::GUEST_PACKAGES)?;
            let kernel = host::kernel(&folders.cache)?;
            let accelerator = machine::accelerator(place, &folders, &kernel)?;
            machine::run_guest(&folders, &kernel, accelerator, limit)?
        }
    };
    match job {
        Job::Command(_) => Ok(outcome.status),
        Job::Scripts(_) => Ok(job::summarize(&outcome, started.elapsed())),
    }
}

impl Folders {
    fn open() -> Result<Self> {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .ok_or("xtask has no parent folder")?
            .to_path_buf();
        let cache = repository.join("target/lab");
        let run = cache.join("run");
        fs::create_dir_all(&run)?;
        Ok(Self { repository, cache, run })
    }
}

fn build_phone(repository: &Path) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    host::succeed(
        Command::new(cargo)
            .args(["build", "--quiet", "--package", "pocketkey"])
            .args(["--target-dir", "target"])
            .current_dir(repository),
    )
}
