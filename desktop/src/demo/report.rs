//! What the demo prints: a line for each step and a summary, for people or for scripts.

use std::{
    fmt,
    io::{self, Write},
    time::Instant,
};

use serde_json::{Value, json};
use webauthn_authenticator_rs::error::WebauthnCError;
use webauthn_rs_core::error::WebauthnError;

use super::cable::Traffic;

/// For whom the lines are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// People.
    Text,
    /// Scripts: one JSON object a line.
    Json,
}

/// One of those who can say no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The relying party.
    Website,
    /// The workspace.
    Workspace,
    /// The authenticator, or its user.
    Phone,
    /// The client.
    Computer,
    /// The demo, which looks at what it was given.
    Demo,
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Website => "website",
            Self::Workspace => "workspace",
            Self::Phone => "phone",
            Self::Computer => "computer",
            Self::Demo => "demo",
        })
    }
}

/// A no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Who said it.
    pub by: Party,
    /// Why, in that party's own word: the name of the error in its library.
    pub why: String,
}

impl Refused {
    /// The demo found `why` wrong with what it was given.
    pub fn by_demo(why: impl Into<String>) -> Self {
        Self { by: Party::Demo, why: why.into() }
    }
}

impl From<WebauthnError> for Refused {
    fn from(error: WebauthnError) -> Self {
        Self { by: Party::Website, why: format!("{error:?}") }
    }
}

impl From<WebauthnCError> for Refused {
    fn from(error: WebauthnCError) -> Self {
        match error {
            WebauthnCError::Ctap(status) => Self { by: Party::Phone, why: format!("{status:?}") },
            error => Self { by: Party::Computer, why: format!("{error:?}") },
        }
    }
}

/// The story cannot go on.
#[derive(Debug)]
pub enum Stop {
    /// A step came out differently than it must, and what follows builds on it.
    Step,
    /// Nobody reads.
    Output(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// How the demo went.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Steps that came out as they must.
    pub right: u32,
    /// Steps that did not.
    pub wrong: u32,
    /// Answers that the website accepted, and requests that the phone carried out.
    pub accepted: u32,
    /// Refusals, as they had to be.
    pub refused: u32,
    /// Whether the story was told to its end.
    pub complete: bool,
}

impl Summary {
    /// Whether everything came out as it must.
    pub fn is_success(&self) -> bool {
        self.complete && self.wrong == 0
    }
}

/// Prints the steps and counts them.
pub struct Report<'w> {
    out: &'w mut dyn Write,
    format: Format,
    started: Instant,
    chapter: &'static str,
    summary: Summary,
}

impl<'w> Report<'w> {
    /// A report to `out`.
    pub fn new(out: &'w mut dyn Write, format: Format) -> Self {
        Self { out, format, started: Instant::now(), chapter: "", summary: Summary::default() }
    }

    /// Tells who plays: each role with what plays it.
    ///
    /// # Errors
    /// Where `out` cannot be written to.
    pub fn cast(&mut self, roles: &[(Party, String)]) -> io::Result<()> {
        match self.format {
            Format::Json => {
                let event = ("event".to_owned(), json!("start"));
                let roles = roles.iter().map(|(role, player)| (role.to_string(), json!(player)));
                writeln!(self.out, "{}", Value::Object(roles.chain([event]).collect()))
            }
            Format::Text => {
                writeln!(
                    self.out,
                    "Pocketkey demo: a phone as a security key, all in this one process."
                )?;
                for (role, player) in roles {
                    writeln!(self.out, "  {:<9} {player}", role.to_string())?;
                }
                Ok(())
            }
        }
    }

    /// Begins a chapter.
    ///
    /// # Errors
    /// Where `out` cannot be written to.
    pub fn chapter(&mut self, title: &'static str) -> io::Result<()> {
        self.chapter = title;
        match self.format {
            Format::Text => writeln!(self.out, "\n{title}"),
            Format::Json => Ok(()),
        }
    }

    /// A step that must succeed, and that the story builds on. `tell` says what came of it.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn accepted<T>(
        &mut self,
        step: &str,
        result: Result<T, Refused>,
        tell: impl FnOnce(&T) -> String,
    ) -> Result<T, Stop> {
        match result {
            Ok(value) => {
                self.summary.accepted += 1;
                self.line(step, true, "accepted", None, &tell(&value))?;
                Ok(value)
            }
            Err(refused) => {
                let told = format!("refused by the {} ({})", refused.by, refused.why);
                self.line(step, false, "refused", Some(&refused), &told)?;
                Err(Stop::Step)
            }
        }
    }

    /// A step that must fail: `by` has to refuse it, for the reason `why`, which `told` explains.
    ///
    /// # Errors
    /// [`Stop::Output`]: nothing builds on such a step.
    pub fn refused<T>(
        &mut self,
        step: &str,
        by: Party,
        why: &str,
        result: Result<T, Refused>,
        told: &str,
    ) -> Result<(), Stop> {
        let due = Refused { by, why: why.to_owned() };
        match result {
            Err(refused) if refused == due => {
                self.summary.refused += 1;
                let told = format!("the {by} refuses ({why}), {told}");
                self.line(step, true, "refused", Some(&refused), &told)?;
            }
            Err(other) => {
                let told =
                    format!("refused by the {} ({}), not by the {by} ({why})", other.by, other.why);
                self.line(step, false, "refused", Some(&other), &told)?;
            }
            Ok(_) => {
                let told = format!("accepted, which the {by} must not ({why})");
                self.line(step, false, "accepted", None, &told)?;
            }
        }
        Ok(())
    }

    /// Ends the report with a summary, and with what went over the cable.
    ///
    /// # Errors
    /// Where `out` cannot be written to.
    pub fn close(mut self, complete: bool, traffic: Traffic) -> io::Result<Summary> {
        self.summary.complete = complete;
        let Summary { right, wrong, accepted, refused, .. } = self.summary;
        let milliseconds = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let ok = self.summary.is_success();
        match self.format {
            Format::Json => writeln!(
                self.out,
                "{}",
                json!({
                    "event": "summary", "ok": ok, "complete": complete, "right": right,
                    "wrong": wrong, "accepted": accepted, "refused": refused,
                    "milliseconds": milliseconds, "reports": traffic.reports,
                    "keepalives": traffic.keepalives,
                })
            )?,
            Format::Text => {
                let verdict = match (ok, complete) {
                    (true, _) => "All is as it must be",
                    (false, true) => "NOT all is as it must be",
                    (false, false) => {
                        "The demo stopped early: what follows builds on a step that failed"
                    }
                };
                writeln!(
                    self.out,
                    "\n{verdict}: {right} of {} steps are right, {accepted} went through and {refused} \
                     were refused.\nIt took {milliseconds} ms and {} USB reports of 64 bytes, {} of \
                     them keepalives while alice made up her mind.",
                    right + wrong,
                    traffic.reports,
                    traffic.keepalives
                )?;
            }
        }
        self.out.flush()?;
        Ok(self.summary)
    }

    fn line(
        &mut self,
        step: &str,
        right: bool,
        outcome: &str,
        refused: Option<&Refused>,
        told: &str,
    ) -> io::Result<()> {
        let count = if right { &mut self.summary.right } else { &mut self.summary.wrong };
        *count += 1;
        let number = self.summary.right + self.summary.wrong;
        match self.format {
            Format::Text => {
                let mark = if right { "ok  " } else { "FAIL" };
                writeln!(self.out, "  {mark} {number:>2}. {step}: {told}.")
            }
            Format::Json => {
                let line = json!({
                    "event": "step", "number": number, "chapter": self.chapter, "step": step,
                    "ok": right, "outcome": outcome, "told": told,
                    "refused_by": refused.map_or(Value::Null, |refused| json!(refused.by.to_string())),
                    "why": refused.map_or(Value::Null, |refused| json!(refused.why)),
                });
                writeln!(self.out, "{line}")
            }
        }
    }
}
