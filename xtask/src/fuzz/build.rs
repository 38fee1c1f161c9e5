//! Building the targets.

use std::path::PathBuf;

use super::{folder, target::Target};
use crate::process::{Failed, ask, cargo, root, run};

/// What libFuzzer needs: a counter for each edge, a table that names them, and a look at what is
/// compared. They are LLVM's own, and need no sanitizer and no other compiler than the stable one.
const INSTRUMENTATION: &str = "--cfg fuzzing \
    -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Builds these targets. Naming the platform keeps the instrumentation out of what only helps to build.
pub fn build(targets: &[&Target]) -> Result<(), Failed> {
    let manifest = root().join("fuzz").join("Cargo.toml");
    let mut cargo = cargo(["build", "--target", &platform()?]);
    cargo.arg("--manifest-path").arg(manifest).arg("--target-dir").arg(folder());
    for target in targets {
        cargo.args(["--bin", target.name]);
    }
    run(cargo.env("RUSTFLAGS", INSTRUMENTATION), |_| {})
}

/// The program of a target.
pub fn program(target: &Target) -> Result<PathBuf, Failed> {
    Ok(folder().join(platform()?).join("debug").join(target.name))
}

fn platform() -> Result<String, Failed> {
    let mut rustc = std::process::Command::new("rustc");
    ask(rustc.arg("-vV"))
        .and_then(|about| {
            about.lines().find_map(|line| Some(line.strip_prefix("host: ")?.to_owned()))
        })
        .ok_or_else(|| Failed::Broken("rustc does not say what platform this is".to_owned()))
}
