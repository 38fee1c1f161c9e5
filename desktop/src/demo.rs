//! `pocketkey demo`: the ten steps by which a phone becomes a key of a workspace (`ten_steps`), then a
//! phone against a client and a relying party that are not ours, and what is refused (`story`).
//!
//! Everything is in this process, and nothing stays on the machine: phones keep their stores in
//! memory, the workspace has a folder and a port on this machine until the end, and the cable to the
//! computer is two queues of 64-byte reports. What plays whom, and why, is in
//! `docs/adr/0004-demo-clients.md`.
//!
//! ```text
//! site ── computer ── key ── cable ═ reports ═ phone ── person
//! webauthn-rs-core    │      passkey-transports   the core, behind the link of `pocketkey phone`
//!       webauthn-authenticator-rs
//! ```

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
};

use pocketkey_core::platform::NoNetwork;
use webauthn_authenticator_rs::prelude::Url;

use self::{
    computer::Computer,
    key::UsbKey,
    person::Person,
    report::{Format, Report, Stop, Summary},
    site::{RP_ID, Site},
    story::Stage,
};

mod browser;
mod cable;
mod computer;
mod key;
mod person;
mod phone;
mod report;
mod site;
mod story;
mod ten_steps;
#[cfg(test)]
mod tests;

/// Tells the demo on the standard output: a line for each step, or with `json` an object for each.
/// The exit status is success only where the relying party accepted all that it should and refused
/// all that it should.
#[must_use]
pub fn run(json: bool) -> ExitCode {
    let format = if json { Format::Json } else { Format::Text };
    let told = told(&mut io::stdout().lock(), format);
    if let Err(error) = &told {
        eprintln!("pocketkey demo: {error}");
    }
    status(&told)
}

fn status(told: &Result<Summary, DemoError>) -> ExitCode {
    match told {
        Ok(summary) if summary.is_success() => ExitCode::SUCCESS,
        Ok(_) | Err(_) => ExitCode::FAILURE,
    }
}

/// Why the demo could not be told.
#[derive(Debug, thiserror::Error)]
enum DemoError {
    #[error(transparent)]
    Phone(#[from] phone::PhoneError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the website has no address: {0}")]
    Address(String),
}

fn told(out: &mut dyn Write, format: Format) -> Result<Summary, DemoError> {
    let origin: Url = format!("https://{RP_ID}")
        .parse()
        .map_err(|error| DemoError::Address(format!("{error}")))?;
    told_at(&origin, Site::new(&origin), out, format, ten_steps::tell)
}

/// Tells the demo with pages from `origin` and with this website, after what `first` tells.
fn told_at(
    origin: &Url,
    site: Site,
    out: &mut dyn Write,
    format: Format,
    first: impl FnOnce(&mut Report<'_>) -> Result<(), Stop>,
) -> Result<Summary, DemoError> {
    let person = Arc::new(Person::new());
    let report = Report::new(out, format);
    let (phone, cable) = phone::switch_on(Arc::clone(&person), Arc::new(NoNetwork))?;
    let computer = Computer::new(UsbKey::new(cable))?;
    let mut stage = Stage { phone, person, computer, site, origin: origin.clone(), report };
    let told = stage.introduce().and_then(|()| first(&mut stage.report));
    let complete = match told.and_then(|()| stage.play()) {
        Ok(()) => true,
        Err(Stop::Step) => false,
        Err(Stop::Output(error)) => return Err(error.into()),
    };
    let traffic = stage.computer.key().traffic();
    Ok(stage.report.close(complete, traffic)?)
}
