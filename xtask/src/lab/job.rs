//! What runs in the lab: one command, or the scripts of tests/lab.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Outcome, broken};
use crate::process::Failed;

/// The start of the line in which a script names the Debian packages that it uses.
const PACKAGES_LINE: &str = "# Packages:";

/// What a run of the lab does.
#[derive(Debug)]
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
                    script += &format!("echo '# {name}'\n{interpreter} {path} || status=1\n");
                }
                script += "exit $status\n";
            }
        }
        script
    }
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

/// Prints the closing line of a run of the scripts; returns the exit status.
pub fn summarize(outcome: &Outcome, elapsed: Duration) -> i32 {
    let (passed, failed) = count(&outcome.output);
    for line in outcome.output.lines().filter(|line| is_failure(line)) {
        println!("{line}");
    }
    println!("lab: {passed} passed, {failed} failed in {:.0} s", elapsed.as_secs_f64());
    match (passed, failed) {
        // Nothing checked is nothing shown.
        (0, _) => 1,
        (_, 0) => outcome.status,
        _ => 1,
    }
}

fn is_failure(line: &str) -> bool {
    line.starts_with("not ok ")
}

fn count(output: &str) -> (usize, usize) {
    let passed = output.lines().filter(|line| line.starts_with("ok "));
    let failed = output.lines().filter(|line| is_failure(line));
    (passed.count(), failed.count())
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
