//! What the owner has done with the phone besides being it: by this process where nobody else has the
//! phone, else by the one that does.

use std::error::Error;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use pocketkey_core::activation::ActivationError;
use pocketkey_core::membership::CheckInError;
use pocketkey_core::protocol::{ActivationLink, Problem};
use pocketkey_core::{Authenticator, OwnerError};
use serde::{Deserialize, Serialize};
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep};
use zeroize::Zeroizing;

use crate::cli::{ActivateArgs, StatusArgs};
use crate::control::Running;
use crate::log::Log;
use crate::membership::{Standing, Status, place};
use crate::person::{Person, default_approval};
use crate::screen::Screen;
use crate::{open, output, picture, state};

#[cfg(test)]
mod tests;

/// How long an errand waits for the phone to be done with a request.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest link that is read from standard input, in bytes.
const LONGEST_LINK: u64 = 4096;

/// What is to be done.
#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Errand {
    /// Make the phone a key of a workspace.
    Activate {
        /// The activation link.
        link: String,
        /// What the panel will call the phone.
        name: String,
    },
    /// Tell how it stands.
    Status {
        /// Whether to ask the workspace first.
        check_in: bool,
    },
}

/// What came of it. Its JSON is a promise to scripts: `desktop/README.md`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Outcome {
    /// The phone is a key now.
    Activated(Standing),
    /// How the phone stands.
    Status(Status),
    /// Nothing.
    Failed {
        /// Why, in a word for scripts.
        reason: String,
        /// Why, and what to do next.
        message: String,
    },
}

/// `pocketkey phone activate`.
///
/// # Errors
/// What keeps the phone from becoming a key, in words that say what to do.
pub fn activate(args: &ActivateArgs) -> Result<(), Box<dyn Error>> {
    let link = link(args)?;
    let errand = Errand::Activate { link: link.text().to_string(), name: args.name.clone() };
    let directory = state::directory(args.state.state.clone())?;
    let outcome = match Running::at(&directory) {
        Some(running) => {
            if !args.json {
                eprintln!("the phone in {} is running: agree there", directory.display());
            }
            running.carry_out(&errand)?
        }
        None => {
            let screen = Arc::new(Screen::new());
            let log = Arc::new(Log::new(Arc::clone(&screen), args.json));
            let approve = args.approve.unwrap_or_else(default_approval);
            let phone = open::open(&args.state, None, || {
                Person::at_terminal(approve, args.verify, log, screen)
            })?;
            here(&phone.authenticator, errand)?
        }
    };
    match told(outcome, args.json)? {
        Outcome::Activated(standing) if !args.json => {
            let place = place(&standing.workspace, &standing.origin);
            output::line(format!("This phone is a key of {place} now."))?;
        }
        _ => {}
    }
    Ok(())
}

/// `pocketkey phone status`; whether the phone is an active key.
///
/// # Errors
/// What keeps the phone from telling.
pub fn status(args: &StatusArgs) -> Result<bool, Box<dyn Error>> {
    let errand = Errand::Status { check_in: args.check_in };
    let directory = state::directory(args.state.state.clone())?;
    let outcome = match Running::at(&directory) {
        Some(running) => running.carry_out(&errand)?,
        None => here(&open::existing(&args.state)?.authenticator, errand)?,
    };
    match told(outcome, args.json)? {
        Outcome::Status(status) => {
            if !args.json {
                output::line(status.text())?;
            }
            Ok(status.is_active())
        }
        _ => Ok(false),
    }
}

/// The link that is meant: as it was typed, from standard input, or from a picture.
fn link(args: &ActivateArgs) -> Result<ActivationLink, Box<dyn Error>> {
    if let Some(image) = &args.image {
        return Ok(picture::read(image)?.0);
    }
    let mut text = Zeroizing::new(args.link.clone().unwrap_or_default());
    if *text == "-" {
        text.clear();
        io::stdin().lock().take(LONGEST_LINK).read_to_string(&mut text)?;
    }
    Ok(ActivationLink::parse(&text)?)
}

/// Carries the errand out in this process.
fn here(authenticator: &Authenticator, errand: Errand) -> io::Result<Outcome> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(errand.carry_out(authenticator)))
}

/// Writes the outcome for scripts; one that failed is the command's error too.
fn told(outcome: Outcome, json: bool) -> Result<Outcome, Box<dyn Error>> {
    if json {
        output::line(serde_json::to_string(&outcome)?)?;
    }
    match outcome {
        Outcome::Failed { message, .. } => Err(message.into()),
        done => Ok(done),
    }
}

impl Errand {
    /// Does it, with this phone.
    pub async fn carry_out(self, authenticator: &Authenticator) -> Outcome {
        match self {
            Self::Activate { link, name } => join(authenticator, &link, &name).await,
            Self::Status { check_in } => tell(authenticator, check_in).await,
        }
    }
}

async fn join(authenticator: &Authenticator, link: &str, name: &str) -> Outcome {
    let link = match ActivationLink::parse(link) {
        Ok(link) => link,
        Err(error) => return Outcome::failed("link", &error),
    };
    let until = Instant::now() + PATIENCE;
    loop {
        match authenticator.activate(&link, name).await {
            Ok(member) => return Outcome::Activated(member.into()),
            Err(ActivationError::Busy(_)) if Instant::now() < until => {
                sleep(Duration::from_millis(20)).await;
            }
            Err(error) => return Outcome::failed(reason(&error), &error),
        }
    }
}

async fn tell(authenticator: &Authenticator, check_in: bool) -> Outcome {
    if check_in {
        match authenticator.check_in().await {
            Ok(_) | Err(CheckInError::NotAMember) => {}
            Err(error) => return Outcome::failed("check_in", &error),
        }
    }
    let until = Instant::now() + PATIENCE;
    loop {
        match Status::of(authenticator) {
            Ok(status) => return Outcome::Status(status),
            Err(OwnerError::Busy(_)) if Instant::now() < until => {
                sleep(Duration::from_millis(20)).await;
            }
            Err(error @ OwnerError::Busy(_)) => return Outcome::failed("busy", &error),
            Err(error) => return Outcome::failed("store", &error),
        }
    }
}

impl Outcome {
    /// A failure, with a word for scripts.
    pub fn failed(reason: &str, error: &dyn Error) -> Self {
        Self::Failed { reason: reason.to_owned(), message: error.to_string() }
    }
}

/// The word for scripts.
const fn reason(error: &ActivationError) -> &'static str {
    use pocketkey_core::platform::Unreachable;
    match error {
        ActivationError::AlreadyBound => "already_bound",
        ActivationError::Unreachable(Unreachable::NotTheServer) => "not_the_server",
        ActivationError::Unreachable(Unreachable::TimedOut) => "timed_out",
        ActivationError::Unreachable(Unreachable::NoAnswer) => "unreachable",
        ActivationError::Refused(problem) => match problem {
            Problem::TicketUnknown => "ticket_unknown",
            Problem::TicketUsed => "ticket_used",
            Problem::TicketExpired => "ticket_expired",
            Problem::TicketCancelled => "ticket_cancelled",
            Problem::EnrolmentRefused => "enrolment_refused",
            Problem::KeyUnknown => "key_unknown",
            Problem::CheckInReplayed => "check_in_replayed",
            Problem::Malformed => "malformed",
        },
        ActivationError::NotTheWorkspace(_) => "not_the_workspace",
        ActivationError::OtherOffer => "other_offer",
        ActivationError::ForeignAddress => "foreign_address",
        ActivationError::Expired => "expired",
        ActivationError::Rules(_) => "rules",
        ActivationError::NoAlgorithm => "no_algorithm",
        ActivationError::VerificationNotSetUp => "verification_not_set_up",
        ActivationError::NotAgreed => "not_agreed",
        ActivationError::Cancelled => "cancelled",
        ActivationError::NothingPending => "nothing_pending",
        ActivationError::NotAnAnswer(_) => "not_an_answer",
        ActivationError::Revoked => "revoked",
        ActivationError::Busy(_) => "busy",
        ActivationError::Platform => "platform",
        ActivationError::Store(_) => "store",
    }
}
