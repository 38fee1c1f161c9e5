//! What runs in the lab: one command, or the scripts of tests/lab.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{Checks, Outcome, broken};
use crate::process::Failed;

/// The start of the line in which a script names the Debian packages that it uses.
const PACKAGES_LINE: &str = "# Packages:";

/// The start of the line in which a script says how long it takes alone under emulation.
const SECONDS_LINE: &str = "# Seconds:";

/// What a run of the lab does.
#[derive(Debug, PartialEq, Eq)]
pub enum Job {
    /// A program and its arguments.
    Command(Vec<String>),
    /// Scripts, one after the other.
    Scripts(Vec<PathBuf>),
}

impl Job {
    /// The bash script that does the job.
    pub fn script(&self, repository: &Path, environment: &[(&str, PathBuf)]) -> String {
        let mut script = format!("cd {} || exit\n", quoted(&repository.to_string_lossy()));
        for (name, path) in environment {
            script += &format!("export {name}={}\n", quoted(&path.to_string_lossy()));
        }
        match self {
            Self::Command(words) => {
                let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
                script += &format!("exec {}\n", words.join(" "));
            }
            Self::Scripts(paths) => {
                script += "status=0\n";
                for path in paths {
                    let name = path.file_stem().unwrap_or_default().to_string_lossy();
                    let interpreter = if is(path, "py") { "\"$PYTHON\"" } else { "bash" };
                    let path = quoted(&path.to_string_lossy());
                    script += &format!("echo '# {name}'\nSECONDS=0\n");
                    script += &format!("{interpreter} {path} || status=1\n");
                    script += &format!("echo \"# {name}: $SECONDS s\"\n");
                }
                script += "exit $status\n";
            }
        }
        script
    }
}

/// Shares scripts out among so many guests, so that all are done at about the same time.
///
/// # Errors
/// If a script does not say how long it takes.
pub fn shares(scripts: Vec<PathBuf>, guests: usize) -> Result<Vec<Job>, Failed> {
    let mut longest_first = Vec::new();
    for script in scripts {
        longest_first.push((seconds(&script)?, script));
    }
    longest_first.sort_by(|one, other| other.cmp(one));
    let mut shares: Vec<(u64, Vec<PathBuf>)> = vec![(0, Vec::new()); guests.max(1)];
    for (seconds, script) in longest_first {
        if let Some((sum, share)) = shares.iter_mut().min_by_key(|(sum, _)| *sum) {
            *sum += seconds;
            share.push(script);
        }
    }
    let filled = shares.into_iter().map(|(_, share)| share).filter(|share| !share.is_empty());
    Ok(filled
        .map(|mut share| {
            share.sort();
            Job::Scripts(share)
        })
        .collect())
}

fn seconds(script: &Path) -> Result<u64, Failed> {
    let text = fs::read_to_string(script)?;
    let told = text.lines().find_map(|line| line.strip_prefix(SECONDS_LINE));
    told.and_then(|seconds| seconds.trim().parse().ok())
        .ok_or_else(|| broken(format!("{} has no line {SECONDS_LINE} N", script.display())))
}

/// The scripts of tests/lab (their names begin with a digit) in the order of their names: those
/// whose name contains `only`.
///
/// # Errors
/// If there is none.
pub fn scripts(repository: &Path, only: Option<&str>) -> Result<Vec<PathBuf>, Failed> {
    let mut scripts = Vec::new();
    for entry in fs::read_dir(repository.join("tests/lab"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let is_script = is(&path, "sh") || is(&path, "py");
        let numbered = name.starts_with(|first: char| first.is_ascii_digit());
        if is_script && numbered && only.is_none_or(|only| name.contains(only)) {
            scripts.push(path);
        }
    }
    if scripts.is_empty() {
        return Err(broken("no such script in tests/lab"));
    }
    scripts.sort();
    Ok(scripts)
}

/// The Debian packages that the scripts name.
pub fn packages(scripts: &[PathBuf]) -> Result<Vec<String>, Failed> {
    let mut packages = BTreeSet::new();
    for script in scripts {
        let text = fs::read_to_string(script)?;
        let named = text.lines().filter_map(|line| line.strip_prefix(PACKAGES_LINE));
        packages.extend(named.flat_map(str::split_whitespace).map(str::to_owned));
    }
    Ok(packages.into_iter().collect())
}

/// Counts the checks in what the scripts printed, and shows those that failed again.
pub fn checks(outcome: &Outcome) -> Checks {
    let mut checks = Checks { passed: 0, failed: 0 };
    for line in outcome.output.lines() {
        if line.starts_with("ok ") {
            checks.passed += 1;
        } else if line.starts_with("not ok ") {
            println!("{line}");
            checks.failed += 1;
        }
    }
    // Nothing checked is nothing shown.
    if checks.failed == 0 && (outcome.status != 0 || checks.passed == 0) {
        checks.failed = 1;
    }
    checks
}

fn is(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|end| end == extension)
}

/// A word for the shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests;
