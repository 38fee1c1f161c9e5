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
/// What each of them says: how long a call took, in nanoseconds.
const CALL: &str = "getAssertion_ns";
/// What Kotlin's says besides: the same call by somebody whose thread is none of the authenticator's.
const FROM_ELSEWHERE: &str = "getAssertion_from_elsewhere_ns";

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
    let rust = least(&rust, CALL)?;
    let ratio = |times: &[Value], what: &str| Ok::<_, Failed>(least(times, what)? / rust);
    let note = "prompt and answer cross too; best round";
    let elsewhere = "getAssertion, Kotlin on a JVM beside Rust, from elsewhere";
    Ok(vec![
        Row::new("getAssertion through the bindings' Rust", rust / 1e3, "µs"),
        Row::new("getAssertion, Kotlin on a JVM beside Rust", ratio(&kotlin, CALL)?, "×")
            .at_most(1.5)
            .note(note),
        Row::new(elsewhere, ratio(&kotlin, FROM_ELSEWHERE)?, "×")
            .note("to a thread of the dispatcher and back too"),
        Row::new("getAssertion, Swift beside Rust", ratio(&swift, CALL)?, "×")
            .at_most(1.2)
            .note(note),
    ])
}

/// The least of the rounds' times, in nanoseconds.
fn least(rounds: &[Value], what: &str) -> Result<f64, Failed> {
    let times = rounds.iter().map(|round| round.get(what)?.as_f64());
    let least = times.reduce(|least, time| Some(least?.min(time?))).flatten();
    least.ok_or_else(|| Failed::Broken(format!("a test has not said its {what}")))
}

/// The bindings' functions called from Rust, built like the library.
fn of_rust(folder: &Path) -> Result<Value, Failed> {
    let result = folder.join("rust.json");
    let mut test = bindings::cargo_for_the_library("test");
    test.args(["--", "--ignored", "--exact", "tests::cost::cost_of_get_assertion"]);
    run(test.env(RESULT, &result), |_| {})?;
    read(&result)
}

fn of_kotlin(folder: &Path) -> Result<Value, Failed> {
    let result = folder.join("kotlin.json");
    let mut maven = bindings::kotlin::maven()?;
    maven.args(["--quiet", "test", "-Dtest=Bench"]);
    run(maven.env(RESULT, &result), |_| {})?;
    read(&result)
}

fn of_swift(package: &Package, folder: &Path) -> Result<Value, Failed> {
    let result = folder.join("swift.json");
    let environment: [(&str, OsString); 1] = [(RESULT, package.inside(&result).into())];
    package.test(Some("CostTests"), &environment, None, |_| {})?;
    read(&result)
}

/// What a test has written; the file goes, so that no later round finds an older one's.
fn read(result: &Path) -> Result<Value, Failed> {
    let broken = |error: String| Failed::Broken(format!("{}: {error}", result.display()));
    let text = fs::read_to_string(result).map_err(|error| broken(error.to_string()))?;
    fs::remove_file(result)?;
    serde_json::from_str(&text).map_err(|error| broken(error.to_string()))
}
