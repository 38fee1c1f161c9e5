//! The criterion benches of `bench/`, and the ratios that they are about.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use super::{Row, finish, median};
use crate::process::{Failed, cargo, root};

/// The medians of one round in nanoseconds, by `group/name`.
type Round = BTreeMap<String, f64>;

pub fn measure(rounds: u32) -> Result<Vec<Row>, Failed> {
    let rounds: Vec<Round> = (0..rounds).map(|_| round()).collect::<Result<_, _>>()?;
    let ratio = |name: &str, to: &str| {
        median(rounds.iter().filter_map(|round| Some(round.get(name)? / round.get(to)?)).collect())
    };
    let floor = |group: &str, name: &str| {
        Row::new(
            format!("{group}, {name}"),
            ratio(&format!("{group}/{name}"), &format!("{group}/floor")),
            "× floor",
        )
    };
    let beside = |group: &str, name: &str, own: &str| {
        Row::new(
            format!("{group}, {name} beside {own}"),
            ratio(&format!("{group}/{name}"), &format!("{group}/{own}")),
            "×",
        )
    };
    let growth = |what: &str, how: &str| {
        Row::new(
            format!("10,000 {what} beside 10, {how}"),
            ratio(&format!("scale/10000 {what} {how}"), &format!("scale/10 {what} {how}")),
            "×",
        )
        .at_most(1.2)
    };
    let absolute = median(
        rounds
            .iter()
            .filter_map(|round| round.get("getAssertion/floor"))
            .map(|ns| ns / 1e3)
            .collect(),
    );
    let (get, make) = ("getAssertion", "makeCredential");
    let (stored, wrapped) = ("pocketkey stored", "pocketkey wrapped");
    let unsealed = "keys unsealed in a hash map";
    let unsigned = "keys unsealed in a hash map; signs nothing: attestation none";
    Ok(vec![
        Row::new("floor", absolute, "µs"),
        floor(get, stored).at_most(2.0),
        floor(get, wrapped).at_most(2.0),
        floor(get, "pocketkey PIN hmac-secret").note("two key agreements in it"),
        beside(get, "passkey-rs aws-lc-rs", stored).above(1.0).note(unsealed),
        beside(get, "passkey-rs aws-lc-rs typed", stored)
            .above(1.0)
            .note("keys unsealed in a hash map; no message, but Rust values in and out"),
        beside(get, "passkey-rs RustCrypto", stored).above(1.0).note(unsealed),
        beside(get, "opensk stored", stored).above(1.0).note("seals nothing that it stores"),
        beside(get, "opensk wrapped", wrapped).above(1.0),
        floor(make, "pocketkey").at_most(5.0),
        beside(make, "opensk", "pocketkey").above(1.0).note("signs its attestation too"),
        beside(make, "passkey-rs aws-lc-rs", "pocketkey").note(unsigned),
        beside(make, "passkey-rs RustCrypto", "pocketkey").note(unsigned),
        growth("accounts", "allow list"),
        growth("accounts", "discoverable"),
        growth("sites", "allow list"),
        growth("sites", "discoverable"),
    ])
}

/// Runs every bench once and reads what criterion wrote.
fn round() -> Result<Round, Failed> {
    let results = root().join("bench/target/criterion");
    if results.exists() {
        fs::remove_dir_all(&results)?;
    }
    finish(&mut cargo(["bench", "--manifest-path", "bench/Cargo.toml", "--bench", "commands"]))?;
    let mut round = Round::new();
    for group in fs::read_dir(&results)? {
        let group = group?;
        if !group.file_type()?.is_dir() {
            continue;
        }
        for bench in fs::read_dir(group.path())? {
            let bench = bench?;
            if let Some(median) = estimate(&bench.path().join("new/estimates.json")) {
                let name =
                    format!("{}/{}", group.file_name().display(), bench.file_name().display());
                round.insert(name, median);
            }
        }
    }
    Ok(round)
}

fn estimate(path: &Path) -> Option<f64> {
    let estimates: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    estimates.get("median")?.get("point_estimate")?.as_f64()
}
