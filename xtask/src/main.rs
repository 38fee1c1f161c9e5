//! Development tasks.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;

mod lab;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Development tasks")]
enum Task {
    /// Runs clients against the emulated phone as a HID key, on a real kernel
    Lab(lab::LabArgs),
}

fn main() -> ExitCode {
    let Task::Lab(args) = Task::parse();
    lab::run(args)
}
