//! docs/threat-model.md keeps its promise: what its last column names is there.

use std::fs;

use crate::{fuzz, process::root};

/// The cells of the tables whose last column says what shows a line.
fn promises(page: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut promising = false;
    for line in page.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if !line.starts_with('|') {
            promising = false;
        } else if cells.last() == Some(&"shown by") {
            promising = true;
        } else if let ([attack, _, shown], true) = (cells.as_slice(), promising)
            && !attack.starts_with("--")
        {
            all.push(((*attack).to_owned(), (*shown).to_owned()));
        }
    }
    all
}

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let page =
        fs::read_to_string(root().join("docs").join("threat-model.md")).expect("it is there");
    let promises = promises(&page);
    assert!(promises.len() > 30, "the tables were not understood");
    let targets = fuzz::targets();
    for (attack, shown) in promises {
        // Every other part of a text that is split at backquotes is quoted.
        for (at, name) in shown.split('`').enumerate() {
            let between = at % 2 == 0;
            if between {
                assert!(matches!(name, "" | ", "), "{attack}: {name:?} names no test");
            } else {
                let there = targets.contains(&name) || root().join(name).is_file();
                assert!(there, "{attack}: there is no {name}");
            }
        }
    }
}
