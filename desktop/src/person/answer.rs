//! What the person may type, and what it means.

/// What an answer can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choices {
    /// How many accounts are listed; with fewer than two there is nothing to choose.
    pub accounts: usize,
    /// Whether the person plays the verification too.
    pub verification: bool,
}

/// A line, understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Agreed, with the account at this index.
    Allow {
        /// An index into the listed accounts.
        account: usize,
    },
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
        let several = self.accounts > 1;
        match (self.verification, several) {
            (false, false) => "Allow? [y/n]".to_owned(),
            (false, true) => format!("Which one? [1-{}, n = none]", self.accounts),
            (true, false) => "Verified? [v = it is the owner, f = no match, n = refuse]".to_owned(),
            (true, true) => format!(
                "Which one? [v1-v{} = it is the owner, f = no match, n = none]",
                self.accounts
            ),
        }
    }

    /// Understands a line. Where the owner has to be verified, only `v` says so: a `y` typed out
    /// of habit must not.
    #[must_use]
    pub fn understand(self, line: &str) -> Answer {
        let line = line.trim().to_lowercase();
        match line.as_str() {
            "n" | "no" => return Answer::Deny,
            "f" if self.verification => return Answer::NoMatch,
            _ => {}
        }
        let rest = if self.verification {
            match line.strip_prefix('v') {
                Some(rest) => rest.trim(),
                None => return Answer::Unclear,
            }
        } else {
            line.as_str()
        };
        let word = if self.verification { rest.is_empty() } else { matches!(rest, "y" | "yes") };
        if self.accounts < 2 {
            return if word { Answer::Allow { account: 0 } } else { Answer::Unclear };
        }
        match rest.parse::<usize>() {
            Ok(number) if (1..=self.accounts).contains(&number) => {
                Answer::Allow { account: number - 1 }
            }
            _ => Answer::Unclear,
        }
    }
}
