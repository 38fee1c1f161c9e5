//! How many tests ran, read off the closing lines of the runners.

use std::{fmt, ops::AddAssign};

#[cfg(test)]
mod tests;

/// Counts of tests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Tally {
    /// Adds what a line says, if it is the closing line of a runner:
    /// cargo's `test result: ok. 3 passed; 0 failed; 1 ignored; …`,
    /// pytest's `=== 3 passed, 1 skipped in 0.51s ===`, or one of node's `# pass 3`, `# fail 0`.
    pub fn read(&mut self, line: &str) {
        let line = without_colours(line);
        if let Some((what, count)) = line.strip_prefix("# ").and_then(|rest| rest.split_once(' ')) {
            let Ok(count) = count.parse::<u64>() else { return };
            match what {
                "pass" => self.passed += count,
                "fail" | "cancelled" => self.failed += count,
                "skipped" | "todo" => self.skipped += count,
                _ => {}
            }
            return;
        }
        let counts = if let Some(rest) = line.strip_prefix("test result: ") {
            rest.split_once(". ").map_or("", |(_, counts)| counts)
        } else {
            let inner = line.trim_matches(['=', ' ']);
            match inner.rsplit_once(" in ") {
                Some((counts, time)) if time.starts_with(|c: char| c.is_ascii_digit()) => counts,
                _ => return,
            }
        };
        for part in counts.split([',', ';']) {
            let mut words = part.split_whitespace();
            let (Some(Ok(count)), Some(what)) = (words.next().map(str::parse::<u64>), words.next())
            else {
                continue;
            };
            match what {
                "passed" => self.passed += count,
                "failed" | "error" | "errors" => self.failed += count,
                "ignored" | "skipped" => self.skipped += count,
                _ => {}
            }
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// The line less its terminal escape sequences (`ESC [ … m`).
fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut parts = line.split('\x1b');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        plain.push_str(part.split_once('m').map_or("", |(_, text)| text));
    }
    plain
}
