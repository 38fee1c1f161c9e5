//! `cargo xtask fuzz`: hostile input for everything that Pocketkey reads.
//!
//! The targets are a crate of their own, `fuzz/`, in the form that cargo-fuzz wants; nothing of
//! cargo-fuzz is needed to run them. That of the workspace is a test of the workspace, whose
//! dependencies would take minutes to build once more. All are built by the stable compiler, with the
//! instrumentation that libFuzzer counts coverage by. What real clients have sent, and what the fuzzer
//! once found, is kept in `fuzz/seeds`, one input a line.

mod build;
mod report;
mod seeds;
mod target;

use std::{
    io::Write as _,
    path::PathBuf,
    process::ExitCode,
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

pub use build::as_compiler;
use report::{Outcome, print_table};
use target::Target;

use crate::process::{self, Failed};

/// How long each target is fuzzed in `cargo xtask test`, after its whole corpus.
const SMOKE: Duration = Duration::from_secs(4);

/// What `cargo xtask fuzz` can be told.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many minutes each target is fuzzed
    #[arg(long, value_name = "N", default_value_t = 20.0)]
    minutes: f64,
    /// Fuzz only this target; may be given several times
    #[arg(long, value_name = "TARGET", value_parser = Target::names())]
    target: Vec<String>,
    /// How many targets are fuzzed at a time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// Afterwards, keep in fuzz/seeds what reaches the most with the least
    #[arg(long)]
    keep: bool,
    /// Only list the targets and what they are
    #[arg(long)]
    list: bool,
}

/// Where everything is that is not kept: corpora that grow, findings, the build.
fn folder() -> PathBuf {
    process::root().join("target").join("fuzz")
}

/// What the targets are called.
#[cfg(test)]
pub fn targets() -> Vec<&'static str> {
    Target::names()
}

/// Runs the targets; success means that none of them found anything.
pub fn run(args: &Args) -> ExitCode {
    if args.list {
        for target in Target::ALL {
            println!("{:<11} {}", target.name, target.what);
        }
        return ExitCode::SUCCESS;
    }
    let chosen: Vec<&Target> = Target::ALL
        .iter()
        .filter(|target| args.target.is_empty() || args.target.iter().any(|t| t == target.name))
        .collect();
    let time = Duration::try_from_secs_f64(args.minutes * 60.0).unwrap_or(Duration::MAX);
    let done = fuzz(&chosen, time, args.jobs.into()).and_then(|outcomes| {
        print_table(&outcomes);
        if args.keep {
            chosen.iter().try_for_each(|target| seeds::keep(target))?;
        }
        Ok(outcomes.iter().all(|outcome| outcome.findings.is_empty()))
    });
    // Buffered output must not be lost with the process.
    let _ = std::io::stdout().flush();
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failed) => {
            println!("fuzz: {failed}");
            ExitCode::FAILURE
        }
    }
}

/// The whole corpus of every target and a few seconds of each; a step of `cargo xtask test`. Gives how
/// many targets found nothing, and how many something.
///
/// # Errors
/// If they cannot be built or run.
pub fn smoke() -> Result<(u64, u64), Failed> {
    let targets: Vec<&Target> = Target::ALL.iter().collect();
    let outcomes = fuzz(&targets, SMOKE, 2)?;
    print_table(&outcomes);
    let failed = outcomes.iter().filter(|outcome| !outcome.findings.is_empty()).count();
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    Ok((count(outcomes.len() - failed), count(failed)))
}

/// Fuzzes each target for so long, some at a time.
fn fuzz(targets: &[&Target], time: Duration, jobs: usize) -> Result<Vec<Outcome>, Failed> {
    let begin = Instant::now();
    build::build(targets)?;
    println!("built in {:.0} s", begin.elapsed().as_secs_f64());
    for target in targets {
        seeds::unpack(target)?;
    }
    let next = Mutex::new(targets.iter());
    let outcomes = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..jobs.min(targets.len()) {
            scope.spawn(|| {
                loop {
                    let Some(target) = next.lock().ok().and_then(|mut next| next.next()) else {
                        return;
                    };
                    let outcome = target.fuzz(time);
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes.push(outcome);
                    }
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap_or_default();
    let mut outcomes = outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
    outcomes
        .sort_by_key(|outcome| Target::ALL.iter().position(|target| target.name == outcome.name));
    Ok(outcomes)
}
