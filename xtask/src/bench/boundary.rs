//! What the boundary to Kotlin and Swift costs: the same getAssertion, with the library's own keys, called
//! from Rust, from Kotlin on a JVM and from Swift, one after the other in each round. Each says what it took
//! in its best window, and the best round counts: a machine that changes its speed between the three would
//! make a ratio of any size.

use std::{ffi::OsString, fs, path::Path};

use serde_json::Value;

use super::Row;
use crate::{
    bindings::{self, swift::Package},
    process::{Failed, root, run},
};

/// What each of the three tests is told: where its result goes.
const RESULT: &str = "POCKETKEY_BENCH";

pub fn measure(rounds: u32) -> Result<Vec<Row>, Failed> {
    let made = bindings::make()?;
    let package = Package::assemble(&made)?;
    let folder = root().join("target").join("bindings").join("bench");
    fs::create_dir_all(&folder)?;
    let (mut rust, mut kotlin, mut swift) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        rust.push(of_rust(&folder)?);
        kotlin.push(of_kotlin(&folder)?);
        swift.push(of_swift(&package, &folder)?);
    }
    let ratio = |times: &[f64]| least(times) / least(&rust);
    let note = "prompt and answer cross too; best round";
    Ok(vec![
        Row::new("getAssertion through the bindings' Rust", least(&rust) / 1e3, "µs"),
        Row::new("getAssertion, Kotlin on a JVM beside Rust", ratio(&kotlin), "×")
            .at_most(1.5)
            .note(note),
        Row::new("getAssertion, Swift beside Rust", ratio(&swift), "×").at_most(1.2).note(note),
    ])
}

fn least(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The bindings' functions called from Rust, built like the library.
fn of_rust(folder: &Path) -> Result<f64, Failed> {
    let result = folder.join("rust.json");
    let mut test = bindings::cargo_for_the_library("test");
    test.args(["--", "--ignored", "--exact", "tests::cost::cost_of_get_assertion"]);
    run(test.env(RESULT, &result), |_| {})?;
    read(&result)
}

fn of_kotlin(folder: &Path) -> Result<f64, Failed> {
    let result = folder.join("kotlin.json");
    let mut maven = bindings::kotlin::maven()?;
    maven.args(["--quiet", "test", "-Dtest=Bench"]);
    run(maven.env(RESULT, &result), |_| {})?;
    read(&result)
}

fn of_swift(package: &Package, folder: &Path) -> Result<f64, Failed> {
    let result = folder.join("swift.json");
    let environment: [(&str, OsString); 1] = [(RESULT, package.inside(&result).into())];
    package.test(Some("CostTests"), &environment, None, |_| {})?;
    read(&result)
}

/// What a test has written, in nanoseconds; the file goes, so that no later round finds an older one's.
fn read(result: &Path) -> Result<f64, Failed> {
    let text = fs::read_to_string(result)
        .map_err(|error| Failed::Broken(format!("{}: {error}", result.display())))?;
    fs::remove_file(result)?;
    let value: Option<Value> = serde_json::from_str(&text).ok();
    value
        .as_ref()
        .and_then(|value| value.get("getAssertion_ns")?.as_f64())
        .ok_or_else(|| Failed::Broken(format!("{} has no time", result.display())))
}
