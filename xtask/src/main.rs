//! `cargo xtask`: the project's one command surface.
//!
//! A subcommand is one file beside this one, with `Args` and `run`, and its line in [`Command`].

mod bench;
mod bindings;
mod fuzz;
mod lab;
mod package;
mod process;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Everything that is done to Pocketkey's source, from a fresh clone.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100, after_help = HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const HELP: &str = "\
Examples:
  cargo xtask test                              all that CI checks
  cargo xtask test --only fmt --only clippy     some of it
  cargo xtask test --list                       the steps and what they check
  cargo xtask lab                               the lab's scripts
  cargo xtask lab -- ls -l /dev/uhid            any command in the lab
  cargo xtask fuzz --minutes 20                 hostile input for everything that is read
  cargo xtask bindings --size                   the SDKs' library, its bindings, and its size
  cargo xtask package                           the SDKs, packed
  cargo xtask bench --json > bench.json         how fast and how large it all is
  cargo xtask help test                         how the steps behave";

#[derive(Subcommand)]
enum Command {
    /// Check and test everything, installing what that needs.
    ///
    /// Steps run one after the other, whatever fails; a table, what could not be checked, and the
    /// count of all tests end the output, and the exit status is 0 only if nothing failed. Missing
    /// Debian packages are installed (as root; others are told what root would do, which counts as
    /// failed where CI=true). Python packages, pinned by their hashes, go under target/clients.
    Test(test::Args),
    /// Run clients against the emulated phone as a HID key, on a real kernel.
    ///
    /// Where this machine has /dev/uhid, it is used. Elsewhere QEMU boots Debian's kernel over this
    /// machine's own files, read-only, and the scripts run in there as root. The logs of the last run
    /// stay in target/lab/run.
    Lab(lab::LabArgs),
    /// Feed hostile input to everything that is read.
    ///
    /// Each target first runs its whole corpus, then new inputs for so many minutes. A table says how
    /// many were tried, how much of the program they reached, and what broke a promise; such inputs are
    /// put into target/fuzz/findings.
    Fuzz(fuzz::Args),
    /// Build the SDKs' library and generate the Kotlin and Swift code that calls it.
    ///
    /// Everything goes under target/bindings. Package and module names are checked.
    Bindings(bindings::Args),
    /// Pack what a developer gets: the library for this machine, the Kotlin SDK's jars, the Swift package.
    ///
    /// Archives and a list of their hashes go under target/package. Each is unpacked again and used. What
    /// needs an NDK or a Mac is said, with its exact commands.
    Package(package::Args),
    /// Measure speed, memory and disk syncs, beside other authenticators, and what a workspace takes.
    ///
    /// Ratios are to one bare P-256 signature, or to another bench of the same round. The first run
    /// builds the other authenticators, which takes some minutes.
    Bench(bench::Args),
}

fn main() -> ExitCode {
    if let Some(exit) = fuzz::as_compiler() {
        return exit;
    }
    match Cli::parse().command {
        Command::Test(args) => test::run(&args),
        Command::Lab(args) => lab::run(&args),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Bindings(args) => bindings::run(&args),
        Command::Package(args) => package::run(&args),
    }
}
