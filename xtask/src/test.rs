//! `cargo xtask test`: each step with its headline, a table at the end, and the sum of all tests.

mod bindings;
mod browser;
mod checks;
mod clients;
pub mod install;
pub mod postgres;
mod tally;
#[cfg(test)]
mod threats;
mod workspaces;

use std::{
    env,
    io::Write as _,
    process::ExitCode,
    time::{Duration, Instant},
};

use crate::process::Failed;
use tally::Tally;

/// Every step, in the order in which they run: what is quick comes first.
const STEPS: &[Step] = &[
    Step::new("fmt", "The source is formatted", checks::fmt),
    Step::new("deny", "Licences, sources and advisories of dependencies", checks::deny),
    Step::new("clippy", "No warnings from clippy", checks::clippy),
    Step::new("rust", "The Rust tests of the workspace", checks::rust),
    Step::new("fuzz", "Every corpus, and a little fuzzing of each target", checks::fuzz),
    Step::new("docs", "The documentation builds without warnings", checks::docs),
    Step::new("device-tcp", "python-fido2's device suite over TCP", clients::device_tcp),
    Step::new("device-nfc", "python-fido2's device suite over NFC", clients::device_nfc),
    Step::new("scenarios", "Scenarios with python-fido2 over PC/SC and TCP", clients::scenarios),
    Step::new("libfido2", "libfido2's own tools", clients::libfido2),
    Step::new("api", "The workspace's API against its own description", browser::api),
    Step::new("browser", "The panel in a real browser", browser::browser),
    Step::new("kotlin", "The Kotlin SDK on a JVM, and the library's size", bindings::kotlin),
    Step::new("swift", "The Swift SDK on Linux", bindings::swift),
    Step::new("lab", "Clients and a browser on a real kernel", clients::lab),
    // The Rust tests run the demo too, and its release build takes minutes.
    Step::new("demo", "The demo, in its release build", checks::demo).only_if_named(),
];

/// What `cargo xtask test` can be told.
#[derive(clap::Args)]
pub struct Args {
    /// Run only this step; may be given several times.
    #[arg(long, value_name = "STEP", value_parser = STEPS.iter().map(|s| s.name).collect::<Vec<_>>())]
    only: Vec<String>,
    /// List the steps and stop.
    #[arg(long)]
    list: bool,
}

struct Step {
    name: &'static str,
    headline: &'static str,
    run: fn(&mut Report) -> Result<(), Failed>,
    only_if_named: bool,
}

impl Step {
    const fn new(
        name: &'static str,
        headline: &'static str,
        run: fn(&mut Report) -> Result<(), Failed>,
    ) -> Self {
        Self { name, headline, run, only_if_named: false }
    }

    const fn only_if_named(self) -> Self {
        Self { only_if_named: true, ..self }
    }
}

/// What a step found out on its way.
#[derive(Default)]
struct Report {
    tally: Tally,
    /// What could not be checked here, and why: said again at the very end.
    unchecked: Vec<String>,
}

impl Report {
    /// Says what is not checked although nothing is wrong.
    fn remark(&mut self, what: String) {
        println!("!!! {what}");
        self.unchecked.push(what);
    }
}

struct Line {
    name: &'static str,
    result: Outcome,
    tally: Tally,
    took: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    /// In part or whole, for lack of something on this machine.
    LeftOut,
    Failed,
}

/// What a machine lacks is told to a person, and is a failure in CI, which must lack nothing.
fn judge(result: Result<(), Failed>, report: &mut Report) -> Outcome {
    let in_ci = env::var("CI").is_ok_and(|ci| ci == "true");
    match result {
        Ok(()) => Outcome::Passed,
        Err(Failed::Lacking(what)) if !in_ci => {
            report.remark(what);
            Outcome::LeftOut
        }
        Err(failed) => {
            println!("{failed}");
            Outcome::Failed
        }
    }
}

/// Runs the steps.
pub fn run(args: &Args) -> ExitCode {
    if args.list {
        for step in STEPS {
            let when = if step.only_if_named { " (only if named)" } else { "" };
            println!("{:<11} {}{when}", step.name, step.headline);
        }
        return ExitCode::SUCCESS;
    }
    let chosen = |step: &&Step| match args.only.as_slice() {
        [] => !step.only_if_named,
        only => only.iter().any(|name| name == step.name),
    };
    let mut lines = Vec::new();
    let mut unchecked = Vec::new();
    for step in STEPS.iter().filter(chosen) {
        println!("\n=== {}: {}", step.name, step.headline);
        let begin = Instant::now();
        let mut report = Report::default();
        let result = judge((step.run)(&mut report), &mut report);
        if result == Outcome::Failed {
            println!("FAILED: {}", step.name);
        }
        unchecked.append(&mut report.unchecked);
        lines.push(Line { name: step.name, result, tally: report.tally, took: begin.elapsed() });
    }
    print_table(&lines);
    for what in &unchecked {
        println!("!!! not checked: {what}");
    }
    let mut sum = Tally::default();
    for line in &lines {
        sum += line.tally;
        // A step that fails without a failed test (a warning, a lost build) counts as one.
        if line.result == Outcome::Failed && line.tally.failed == 0 {
            sum.failed += 1;
        }
    }
    println!("\n{sum}");
    // Buffered output must not be lost with the process.
    let _ = std::io::stdout().flush();
    if sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print_table(lines: &[Line]) {
    println!(
        "\n{:<12} {:<8} {:>7} {:>7} {:>7} {:>9}",
        "step", "result", "passed", "failed", "skipped", "seconds"
    );
    for Line { name, result, tally, took } in lines {
        let word = match result {
            Outcome::Passed => "ok",
            Outcome::LeftOut => "left out",
            Outcome::Failed => "FAILED",
        };
        let Tally { passed, failed, skipped } = tally;
        let seconds = took.as_secs_f64();
        println!("{name:<12} {word:<8} {passed:>7} {failed:>7} {skipped:>7} {seconds:>9.1}");
    }
}
