//! What a workspace takes on each database: activations in a second, and pages of long lists.

use std::{collections::BTreeMap, process::Stdio};

use super::{Row, median, show};
use crate::{
    process::{Failed, cargo},
    test::postgres::Server,
};

/// The most that a page may take, in milliseconds.
const PAGE: f64 = 50.0;

pub fn measure(rounds: u32) -> Result<Vec<Row>, Failed> {
    let server = Server::start()?;
    let mut numbers: BTreeMap<Measured, Vec<f64>> = BTreeMap::new();
    for _ in 0..rounds {
        for (at, line) in round(&server)?.iter().enumerate() {
            let (what, value, unit) =
                read(line).ok_or_else(|| Failed::Broken(format!("no number: {line}")))?;
            numbers.entry((at, what, unit)).or_default().push(value);
        }
    }
    Ok(numbers
        .into_iter()
        .map(|((_, what, unit), values)| row(what, median(values), unit))
        .collect())
}

/// The place of a number, what it is of, and its unit.
type Measured = (usize, String, &'static str);

/// What the measuring tests say, one line for each number.
fn round(server: &Server) -> Result<Vec<String>, Failed> {
    let mut tests = cargo(["test", "--release", "--package", "pocketkey-workspace", "--lib"]);
    tests.args(["--", "http::tests::load", "--ignored", "--nocapture", "--test-threads=1"]);
    tests.env("POCKETKEY_TEST_POSTGRES", server.url());
    let output = show(&mut tests).stdout(Stdio::piped()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<_> = text.lines().filter_map(|line| line.split_once("load: ")).collect();
    if !output.status.success() || lines.is_empty() {
        return Err(Failed::Broken(format!("the workspace could not be measured:\n{text}")));
    }
    Ok(lines.into_iter().map(|(_, line)| line.to_owned()).collect())
}

/// `what: value unit`
fn read(line: &str) -> Option<(String, f64, &'static str)> {
    let (what, number) = line.rsplit_once(": ")?;
    let (value, unit) = number.split_once(' ')?;
    let unit = ["ms", "s", "per second"].into_iter().find(|known| *known == unit)?;
    Some((what.to_owned(), value.parse().ok()?, unit))
}

fn row(what: String, value: f64, unit: &'static str) -> Row {
    let row = Row::new(what, value, unit);
    if unit == "ms" { row.at_most(PAGE) } else { row }
}
