//! Building the targets.

use std::{
    env,
    path::PathBuf,
    process::{Command, ExitCode},
};

use serde_json::Value;

use super::{
    folder,
    target::{Crate, Target},
};
use crate::process::{Failed, ask, cargo, root, run};

/// What libFuzzer needs: a counter for each edge, a table that names them, and a look at what is
/// compared. They are LLVM's own, and need no sanitizer and no other compiler than the stable one.
const INSTRUMENTATION: &str = "--cfg fuzzing \
    -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Says to this program that cargo calls it in the compiler's place.
const AS_COMPILER: &str = "POCKETKEY_XTASK_INSTRUMENTS";

/// Builds these targets.
pub fn build(targets: &[&Target]) -> Result<(), Failed> {
    let of = |home: Crate| targets.iter().filter(move |target| target.home == home);
    if of(Crate::Fuzz).next().is_some() {
        // Naming the platform keeps the instrumentation out of what only helps to build.
        let manifest = root().join("fuzz").join("Cargo.toml");
        let mut cargo = cargo(["build", "--target", &platform()?]);
        cargo.arg("--manifest-path").arg(manifest).arg("--target-dir").arg(folder());
        for target in of(Crate::Fuzz) {
            cargo.args(["--bin", target.name]);
        }
        run(cargo.env("RUSTFLAGS", INSTRUMENTATION), |_| {})?;
    }
    for target in of(Crate::Workspace) {
        let built = executable(target)?;
        std::fs::create_dir_all(folder())?;
        std::fs::copy(built, program(target)?)?;
    }
    Ok(())
}

/// Builds a target that is a test of the workspace: our own crates are instrumented, and what they
/// depend on is what the other tests have built.
fn executable(target: &Target) -> Result<PathBuf, Failed> {
    let mut cargo = cargo(["test", "--workspace", "--no-run", "--test", target.name]);
    cargo.arg("--message-format=json-render-diagnostics");
    cargo.env("RUSTC_WORKSPACE_WRAPPER", env::current_exe()?).env(AS_COMPILER, "1");
    let told = ask(cargo.stderr(std::process::Stdio::inherit())).unwrap_or_default();
    let messages = told.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut built = messages.filter(|message| message["target"]["name"] == target.name);
    built
        .find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)))
        .ok_or_else(|| Failed::Broken(format!("{}: cannot be built", target.name)))
}

/// Cargo calls this program with the compiler's path and arguments, for the crates of this
/// repository: they are compiled with instrumentation. `None` where a person calls it.
pub fn as_compiler() -> Option<ExitCode> {
    env::var_os(AS_COMPILER)?;
    let mut arguments = env::args_os().skip(1);
    let mut compiler = Command::new(arguments.next()?);
    compiler.args(arguments).args(INSTRUMENTATION.split_whitespace());
    let ended = compiler.status().is_ok_and(|status| status.success());
    Some(if ended { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The program of a target.
pub fn program(target: &Target) -> Result<PathBuf, Failed> {
    Ok(match target.home {
        Crate::Fuzz => folder().join(platform()?).join("debug").join(target.name),
        Crate::Workspace => folder().join(target.name),
    })
}

fn platform() -> Result<String, Failed> {
    let mut rustc = Command::new("rustc");
    ask(rustc.arg("-vV"))
        .and_then(|about| {
            about.lines().find_map(|line| Some(line.strip_prefix("host: ")?.to_owned()))
        })
        .ok_or_else(|| Failed::Broken("rustc does not say what platform this is".to_owned()))
}
