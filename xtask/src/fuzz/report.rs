//! What libFuzzer says while it runs, and the table of it.

use std::path::PathBuf;

#[cfg(test)]
mod tests;

/// So many of its last lines are shown where it found something.
const LAST_WORDS: usize = 40;

/// How a target's run went.
#[derive(Debug, Default)]
pub struct Outcome {
    pub name: &'static str,
    /// How many inputs were tried.
    pub executions: u64,
    /// How many edges of the program were reached.
    pub edges: u64,
    /// The same, told apart by how often they were taken.
    pub features: u64,
    /// How many inputs are kept, each of which reaches something else.
    pub corpus: u64,
    /// How long it took.
    pub seconds: u64,
    /// Inputs that broke a promise.
    pub findings: Vec<PathBuf>,
    pub last_words: Vec<String>,
}

impl Outcome {
    pub fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    /// Takes in one line: `#123 REDUCE cov: 45 ft: 67 corp: 8/9Kb lim: 10 exec/s: 11 rss: 12Mb …`, or
    /// `Done 123 runs in 4 second(s)`.
    pub fn read(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let after = |name: &str| {
            let at = words.iter().position(|word| *word == name)?;
            words.get(at + 1)?.split('/').next()?.parse::<u64>().ok()
        };
        if let Some(count) = words.first().and_then(|word| word.strip_prefix('#')) {
            self.executions = count.parse().unwrap_or(self.executions).max(self.executions);
            self.edges = after("cov:").unwrap_or(self.edges);
            self.features = after("ft:").unwrap_or(self.features);
            self.corpus = after("corp:").unwrap_or(self.corpus);
        } else if words.first() == Some(&"Done") {
            self.executions = after("Done").unwrap_or(self.executions);
            self.seconds = after("in").unwrap_or(self.seconds);
        }
        if self.last_words.len() == LAST_WORDS {
            self.last_words.remove(0);
        }
        self.last_words.push(line.to_owned());
    }
}

/// One line for each target; below, what was found, and how to see it again.
pub fn print_table(outcomes: &[Outcome]) {
    println!(
        "\n{:<11} {:>11} {:>8} {:>8} {:>9} {:>7} {:>8}",
        "target", "executions", "seconds", "edges", "features", "corpus", "findings"
    );
    for outcome in outcomes {
        println!(
            "{:<11} {:>11} {:>8} {:>8} {:>9} {:>7} {:>8}",
            outcome.name,
            outcome.executions,
            outcome.seconds,
            outcome.edges,
            outcome.features,
            outcome.corpus,
            outcome.findings.len(),
        );
    }
    for outcome in outcomes.iter().filter(|outcome| !outcome.findings.is_empty()) {
        println!("\n{} broke a promise:", outcome.name);
        for line in &outcome.last_words {
            println!("    {line}");
        }
        for finding in &outcome.findings {
            println!("see it again: target/fuzz/*/debug/{} {}", outcome.name, finding.display());
        }
    }
}
