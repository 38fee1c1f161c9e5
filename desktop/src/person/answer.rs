//! What the person may type, and what it means.

#[cfg(test)]
mod tests;

/// What an answer can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choices {
    /// How many accounts are listed; with fewer than two there is nothing to choose.
    pub accounts: usize,
    /// Whether there are older accounts that can be listed next.
    pub older: bool,
    /// Whether the person plays the verification too.
    pub verification: bool,
}

/// A line, understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Agreed, with the account at this index.
    Allow(usize),
    /// None of these accounts: list the older ones.
    Older,
    /// Refused.
    Deny,
    /// Played: a finger that is not the owner's.
    NoMatch,
    /// None of the above: ask again.
    Unclear,
}

impl Choices {
    /// The words that fit, for the end of the question.
    #[must_use]
    pub fn hint(self) -> String {
        let play = if self.verification { "v" } else { "" };
        let mut words = Vec::new();
        if self.choose() {
            words.push(format!("{play}1-{play}{}", self.accounts.max(1)));
            if self.older {
                words.push("o = older ones".to_owned());
            }
        } else {
            words.push(if self.verification { "v = it is the owner" } else { "y" }.to_owned());
        }
        if self.verification {
            words.push("f = no match".to_owned());
        }
        words.push("n = no".to_owned());
        let question = if self.choose() { "Which one?" } else { "Allow?" };
        format!("{question} [{}]", words.join(", "))
    }

    /// Understands a line. Where the owner has to be verified, only `v` says so: a `y` typed out
    /// of habit must not.
    #[must_use]
    pub fn understand(self, line: &str) -> Answer {
        let line = line.trim().to_lowercase();
        match line.as_str() {
            "n" | "no" => return Answer::Deny,
            "f" if self.verification => return Answer::NoMatch,
            "o" if self.older => return Answer::Older,
            _ => {}
        }
        let rest = match (self.verification, line.strip_prefix('v')) {
            (true, Some(rest)) => rest.trim(),
            (true, None) => return Answer::Unclear,
            (false, _) => line.as_str(),
        };
        if !self.choose() {
            let agreed =
                if self.verification { rest.is_empty() } else { matches!(rest, "y" | "yes") };
            return if agreed { Answer::Allow(0) } else { Answer::Unclear };
        }
        match rest.parse::<usize>() {
            Ok(number) if (1..=self.accounts).contains(&number) => Answer::Allow(number - 1),
            _ => Answer::Unclear,
        }
    }

    const fn choose(self) -> bool {
        self.accounts > 1 || self.older
    }
}
