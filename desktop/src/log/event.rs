//! What can happen to the phone. The JSON members are a promise to scripts: `desktop/README.md`.

use std::path::Path;
use std::time::Duration;

use pocketkey_core::membership::{CheckInError, MemberStatus, MembershipStatus};
use pocketkey_core::platform::{Denial, Needs, Notice, Operation, Prompt, Refusal};
use pocketkey_core::protocol::KeyState;
use serde_json::{Value, json};

use crate::errand;
use crate::membership::place;
use crate::names::{Command, Outcome};
use crate::person::words;
use crate::text::printable;

/// As many characters of a stranger's text as go into a JSON member: the longest RP ID fits.
const LOGGED: usize = 256;

/// One thing that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// Everything is up that was asked for.
    Ready {
        /// The state directory.
        state: &'a Path,
        /// What opens the store.
        key: &'a str,
        /// Who agrees.
        approve: &'a str,
        /// How the person is verified.
        verify: &'a str,
        /// Whether the phone is a USB key.
        hid: bool,
        /// Where TCP clients find it.
        tcp: Option<&'a str>,
        /// The virtual reader it lies on, or waits for.
        nfc: Option<&'a str>,
        /// How long the start took.
        took: Duration,
    },
    /// A way to the phone exists now: `hid`, `tcp`, `nfc`.
    TransportUp(&'a str, &'a str),
    /// A way to the phone is gone, and why.
    TransportDown(&'a str, &'a str),
    /// A TCP client came.
    Connected(&'a str),
    /// A TCP client went, and why.
    Disconnected(&'a str, &'a str),
    /// A client asks for something.
    Request(&'a Request),
    /// A client is told that the phone is busy with another one.
    Busy(&'a Request),
    /// The person is asked.
    Asked(&'a Prompt),
    /// The person agreed.
    Consent {
        /// Whether the person was verified.
        verified: bool,
        /// The account that was chosen, as it is shown.
        account: Option<String>,
    },
    /// The person refused, or did not answer.
    Refused(Refusal),
    /// The question was taken off the screen before it was answered.
    Withdrawn,
    /// A client got its answer.
    Answered(&'a Request, Outcome, Duration),
    /// A client asks to stop its request.
    Cancel(&'a str),
    /// A client's request ended without an answer: it went away, or resynchronised.
    Aborted(&'a Request),
    /// A client wants the phone to show itself.
    Wink(&'a str),
    /// The phone's power was cut, by which link.
    PowerCycle(&'a str),
    /// The phone was erased, by which link.
    FactoryReset(&'a str),
    /// The workspace was asked how the phone stands.
    CheckIn(&'a Result<MembershipStatus, CheckInError>),
    /// The owner wanted the phone to become a key of a workspace.
    Activation(&'a errand::Outcome),
    /// The workspace's rules have stopped a request.
    Notice(&'a Notice),
    /// Something failed that does not end the phone.
    Problem(&'a str),
    /// The phone is going away, and why.
    Stopped(&'a str),
}

/// A request, as far as the log is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The link it came by: `hid`, `nfc`, `tcp-3`.
    pub link: String,
    /// The CTAPHID channel, or 0 on NFC.
    pub channel: u32,
    /// What is asked for.
    pub command: Command,
}

impl Request {
    fn json(&self, event: &str) -> Value {
        json!({
            "event": event,
            "link": self.link,
            "channel": format!("{:08x}", self.channel),
            "command": self.command.name(),
        })
    }
}

impl Event<'_> {
    /// The event as an object with stable member names.
    #[must_use]
    pub fn json(&self) -> Value {
        match self {
            Self::Ready { state, key, approve, verify, hid, tcp, nfc, took } => json!({
                "event": "ready", "version": env!("CARGO_PKG_VERSION"), "pid": std::process::id(),
                "state": state.to_string_lossy(), "key": key,
                "approve": approve, "verify": verify, "hid": hid, "tcp": tcp, "nfc": nfc,
                "ms": milliseconds(*took),
            }),
            Self::TransportUp(transport, detail) => {
                json!({"event": "transport_up", "transport": transport, "detail": detail})
            }
            Self::TransportDown(transport, reason) => {
                json!({"event": "transport_down", "transport": transport, "reason": reason})
            }
            Self::Connected(link) => json!({"event": "connected", "link": link}),
            Self::Disconnected(link, reason) => {
                json!({"event": "disconnected", "link": link, "reason": reason})
            }
            Self::Request(request) => request.json("request"),
            Self::Busy(request) => request.json("busy"),
            Self::Asked(prompt) => asked(prompt),
            Self::Consent { verified, account } => {
                json!({"event": "consent", "verified": verified, "account": account})
            }
            Self::Refused(refusal) => json!({"event": "refused", "reason": refusal_name(*refusal)}),
            Self::Withdrawn => json!({"event": "withdrawn"}),
            Self::Answered(request, outcome, took) => {
                let mut object = request.json("answer");
                if let Value::Object(members) = &mut object {
                    members.insert("status".to_owned(), outcome.name.into());
                    members.insert("code".to_owned(), outcome.code.into());
                    members.insert("bytes".to_owned(), outcome.bytes.into());
                    members.insert("ms".to_owned(), milliseconds(*took).into());
                }
                object
            }
            Self::Cancel(link) => json!({"event": "cancel", "link": link}),
            Self::Aborted(request) => request.json("aborted"),
            Self::Wink(link) => json!({"event": "wink", "link": link}),
            Self::PowerCycle(link) => json!({"event": "power_cycle", "link": link}),
            Self::FactoryReset(link) => json!({"event": "factory_reset", "link": link}),
            Self::CheckIn(answer) => check_in(answer),
            Self::Activation(outcome) => json!(outcome),
            Self::Notice(notice) => json!({
                "event": "notice",
                "notice": denial_name(notice.denial),
                "workspace": shown(&notice.workspace),
                "message": notice.to_string(),
            }),
            Self::Problem(message) => json!({"event": "problem", "message": message}),
            Self::Stopped(reason) => json!({"event": "stopped", "reason": reason}),
        }
    }

    /// The event as a line for a person; `None` where another line says it already.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        Some(match self {
            Self::Ready { state, key, approve, verify, .. } => format!(
                "ready: the phone in {} (opened by {key}), approve {approve}, verify {verify}; Ctrl-C ends it",
                state.display()
            ),
            Self::TransportUp(transport, detail) => format!("{transport:<7} up: {detail}"),
            Self::TransportDown(transport, reason) => format!("{transport:<7} down: {reason}"),
            Self::Connected(link) => format!("{link:<7} connected"),
            Self::Disconnected(link, reason) => format!("{link:<7} disconnected: {reason}"),
            Self::Request(_) => return None,
            Self::Busy(request) => {
                format!(
                    "{:<7} {} → busy with another request",
                    request.link,
                    request.command.name()
                )
            }
            Self::Asked(prompt) => words::question(prompt).join("\n"),
            Self::Consent { verified, account } => format!(
                "        agreed{}{}",
                if *verified { ", verified" } else { "" },
                account.as_ref().map(|account| format!(", as {account}")).unwrap_or_default()
            ),
            Self::Refused(refusal) => format!("        refused: {refusal}"),
            Self::Withdrawn => "        the computer gave up; nothing was agreed to".to_owned(),
            Self::Answered(request, outcome, took) => format!(
                "{:<7} {} → {} ({} bytes, {} ms)",
                request.link,
                request.command.name(),
                outcome.name,
                outcome.bytes,
                milliseconds(*took)
            ),
            Self::Cancel(link) => format!("{link:<7} the computer cancels its request"),
            Self::Aborted(request) => {
                format!("{:<7} {} ended without an answer", request.link, request.command.name())
            }
            Self::Wink(link) => format!("{link:<7} * here I am *"),
            Self::PowerCycle(link) => format!("{link:<7} power cycle"),
            Self::FactoryReset(link) => format!("{link:<7} everything erased"),
            Self::CheckIn(answer) => match answer {
                Ok(status) => format!("checked in: {}", state_name(status)),
                Err(error) => format!("not checked in: {error}"),
            },
            Self::Activation(errand::Outcome::Activated(standing)) => {
                format!("        a key of {} now", place(&standing.workspace, &standing.origin))
            }
            Self::Activation(errand::Outcome::Failed { message, .. }) => {
                format!("        not a key of a workspace: {message}")
            }
            Self::Activation(errand::Outcome::Status(_)) => return None,
            Self::Notice(notice) => format!("        {}", printable(&notice.to_string(), LOGGED)),
            Self::Problem(message) => format!("problem: {message}"),
            Self::Stopped(reason) => format!("stopped: {reason}"),
        })
    }
}

fn shown(text: &str) -> String {
    printable(text, LOGGED)
}

fn check_in(answer: &Result<MembershipStatus, CheckInError>) -> Value {
    match answer {
        Ok(status) => json!({"event": "check_in", "key": state_name(status), "error": null}),
        Err(error) => json!({"event": "check_in", "key": null, "error": error.to_string()}),
    }
}

const fn state_name(status: &MembershipStatus) -> &'static str {
    match status {
        MembershipStatus::Member(MemberStatus { state: KeyState::Active, .. }) => "active",
        MembershipStatus::Member(MemberStatus { state: KeyState::Suspended, .. }) => "suspended",
        MembershipStatus::Member(_) | MembershipStatus::Revoked(_) => "revoked",
    }
}

const fn denial_name(denial: Denial) -> &'static str {
    match denial {
        Denial::Suspended => "suspended",
        Denial::Revoked => "revoked",
        Denial::Unreachable => "unreachable",
        Denial::GrantUsedUp => "grant_used_up",
        Denial::GrantExpired => "grant_expired",
        Denial::NotNear => "not_near",
        Denial::ReaderOnly => "reader_only",
        Denial::NoTap => "no_tap",
        Denial::VerificationNotSetUp => "verification_not_set_up",
        Denial::RulesChanged => "rules_changed",
    }
}

/// What joining is about, for scripts.
fn joined(operation: &Operation) -> Value {
    let Operation::JoinWorkspace { workspace, origin, user, settings, credentials, .. } = operation
    else {
        return Value::Null;
    };
    json!({
        "workspace": shown(&workspace.name),
        "origin": shown(origin),
        "user": shown(&user.name),
        "user_display_name": shown(&user.display_name),
        "settings": settings,
        "credentials": credentials,
    })
}

fn asked(prompt: &Prompt) -> Value {
    let site = words::site(&prompt.operation);
    let accounts: Vec<Value> = words::accounts(&prompt.operation)
        .iter()
        .map(|account| {
            json!({
                "name": account.name.as_deref().map(shown),
                "display_name": account.display_name.as_deref().map(shown),
            })
        })
        .collect();
    json!({
        "event": "asked",
        "operation": words::operation_name(&prompt.operation),
        "transport": prompt.transport.name(),
        "site": site.map(|site| shown(&site.id)),
        "site_name": site.and_then(|site| site.name.as_deref()).map(shown),
        "accounts": accounts,
        "join": joined(&prompt.operation),
        "needs": match prompt.needs {
            Needs::Presence => "presence",
            Needs::Verification => "verification",
        },
        "timeout_ms": milliseconds(prompt.timeout),
    })
}

const fn refusal_name(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Declined => "declined",
        Refusal::TimedOut => "timed_out",
        Refusal::NotVerified => "not_verified",
        Refusal::Locked => "locked",
    }
}

/// Milliseconds with three decimals: an answer may take less than a tenth of one.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
