//! The `pocketkey` command: the Pocketkey authenticator on a desktop.

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

mod attestation;
mod cli;
mod credentials;
mod demo;
mod doctor;
mod log;
mod metadata;
mod names;
mod open;
mod output;
mod person;
mod phone;
mod reset;
mod screen;
mod state;
#[cfg(test)]
mod testing;
mod text;

fn main() -> ExitCode {
    let done = match Cli::parse().command.unwrap_or(Command::Demo { json: false }) {
        Command::Phone(args) => phone::run(&args),
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
