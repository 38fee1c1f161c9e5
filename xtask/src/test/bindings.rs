//! The SDKs, each in its own language, against the library that is shipped.

use super::{Report, tally::Tally, workspaces::Workspaces};
use crate::{
    bindings::{
        self,
        disk::{self, SmallDisk},
        kotlin, size, swift,
    },
    process::{Failed, run},
};

/// The library's size, and the Kotlin SDK on a JVM.
pub fn kotlin(report: &mut Report) -> Result<(), Failed> {
    let made = bindings::make()?;
    size::check(&made.library)?;
    let mut maven = kotlin::maven()?;
    let workspaces = Workspaces::start()?;
    maven.arg("test").env("POCKETKEY_ADMINISTRATOR", workspaces.administrator());
    if let Some(disk) = disk(report) {
        maven = disk.around(maven.env(disk::NAME, disk.folder()));
    }
    let tally = &mut report.tally;
    run(&mut maven, |line| surefire(line, tally))?;
    some_ran(tally)
}

/// The Swift SDK on Linux.
pub fn swift(report: &mut Report) -> Result<(), Failed> {
    let package = swift::Package::assemble(&bindings::make()?)?;
    swift::apple_parts(&package)?;
    let workspaces = Workspaces::start()?;
    let environment = [("POCKETKEY_ADMINISTRATOR", workspaces.administrator().into())];
    let disk = disk(report);
    let tally = &mut report.tally;
    package.test(None, &environment, disk.as_ref(), |line| xctest(line, tally))?;
    some_ran(tally)?;
    println!("{} public items say what they are", swift::documentation(&package)?);
    Ok(())
}

/// What the tests of full disks need.
fn disk(report: &mut Report) -> Option<SmallDisk> {
    let disk = SmallDisk::new();
    if disk.is_none() {
        report.remark("a full disk, for the SDKs: this machine lets us mount none".to_owned());
    }
    disk
}

fn some_ran(tally: &Tally) -> Result<(), Failed> {
    if tally.passed == 0 { Err(Failed::Broken("no test ran".to_owned())) } else { Ok(()) }
}

/// `Tests run: 12, Failures: 0, Errors: 0, Skipped: 1`, alone on the runner's last such line: the lines of
/// single classes go on with a time.
fn surefire(line: &str, tally: &mut Tally) {
    let Some((_, counts)) = line.split_once("Tests run: ") else { return };
    if counts.contains("Time elapsed") {
        return;
    }
    let mut numbers = counts.split(|c: char| !c.is_ascii_digit()).filter(|word| !word.is_empty());
    let mut next = || numbers.next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
    let (ran, failures, errors, skipped) = (next(), next(), next(), next());
    tally.failed += failures + errors;
    tally.skipped += skipped;
    tally.passed += ran.saturating_sub(failures + errors + skipped);
}

/// XCTest's line for each test: `Test Case 'A.testB' passed (0.1 seconds)`.
fn xctest(line: &str, tally: &mut Tally) {
    let Some((_, rest)) = line.split_once("Test Case '") else { return };
    match rest.split_once("' ").and_then(|(_, words)| words.split(' ').next()) {
        Some("passed") => tally.passed += 1,
        Some("failed") => tally.failed += 1,
        Some("skipped") => tally.skipped += 1,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(listen: fn(&str, &mut Tally), lines: &[&str]) -> (u64, u64, u64) {
        let mut tally = Tally::default();
        for line in lines {
            listen(line, &mut tally);
        }
        (tally.passed, tally.failed, tally.skipped)
    }

    #[test]
    fn only_the_sum_of_all_classes_counts() {
        let lines = [
            "[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1 s -- in A",
            "[INFO] Tests run: 9, Failures: 1, Errors: 2, Skipped: 1",
        ];
        assert_eq!(read(surefire, &lines), (5, 3, 1));
    }

    #[test]
    fn each_test_of_xctest_counts() {
        let lines = [
            "Test Case 'A.testB' started at 2033-05-18 03:33:20.000",
            "Test Case 'A.testB' passed (0.1 seconds)",
            "Test Case 'A.testC' failed (0.1 seconds)",
            "Test Case 'A.testD' skipped (0.1 seconds)",
            "Executed 3 tests, with 1 test skipped and 1 failure (0 unexpected) in 0.3 (0.3) seconds",
        ];
        assert_eq!(read(xctest, &lines), (1, 1, 1));
    }
}
