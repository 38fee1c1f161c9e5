//! The `pocketkey` command: the Pocketkey authenticator on a desktop.

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command, PhoneCommand};

mod attestation;
mod cli;
mod control;
mod credentials;
mod demo;
mod doctor;
mod errand;
mod log;
mod membership;
mod metadata;
mod names;
mod open;
mod output;
mod person;
mod phone;
mod picture;
mod reset;
mod screen;
mod state;
#[cfg(test)]
mod testing;
mod text;
mod up;

/// The exit status of a phone that tells that it is no active key.
const NO_ACTIVE_KEY: u8 = 3;

fn main() -> ExitCode {
    let done = match Cli::parse().command.unwrap_or(Command::Demo { json: false }) {
        Command::Phone(args) => match &args.command {
            None => phone::run(&args),
            Some(PhoneCommand::Scan(args)) => picture::run(args),
            Some(PhoneCommand::Activate(args)) => errand::activate(args),
            Some(PhoneCommand::Status(args)) => match errand::status(args) {
                Ok(false) => return ExitCode::from(NO_ACTIVE_KEY),
                told => told.map(drop),
            },
        },
        Command::Credentials(args) => credentials::run(&args.command),
        Command::Reset(args) => reset::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Metadata => metadata::run(),
        Command::Workspace(args) => match pocketkey_workspace::command::run(&args) {
            Ok(true) => Ok(()),
            // It has said on standard output what is wrong.
            Ok(false) => return ExitCode::FAILURE,
            Err(error) => Err(error),
        },
        Command::Up(args) => up::run(&args),
        Command::Demo { json } => return demo::run(json),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if output::nobody_reads(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pocketkey: {error}");
            ExitCode::FAILURE
        }
    }
}
