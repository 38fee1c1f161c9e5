//! `cargo xtask bench`: how fast and how large Pocketkey is, as ratios that hold on every machine.

mod boundary;
mod phone;
mod speed;
mod table;
mod workspace;

use std::process::{Command, ExitCode, Stdio};

use table::{Row, Table};

use crate::process::{Failed, cargo, keep_standard_output};

/// What `cargo xtask bench` can be told.
#[derive(clap::Args)]
pub struct Args {
    /// Print one JSON object instead of the table
    #[arg(long)]
    json: bool,

    /// How often everything is measured; the table has medians
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,

    /// Measure only this part; may be given several times
    #[arg(long, value_name = "PART", value_enum)]
    only: Vec<Part>,
}

/// A part of the table.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Commands, beside other authenticators
    Speed,
    /// Disk syncs
    Syncs,
    /// The emulated phone with many accounts
    Phone,
    /// The same call from Rust, Kotlin and Swift
    Boundary,
    /// What a workspace takes, on SQLite and PostgreSQL
    Workspace,
}

/// Measures everything and prints it. A missed target is said, not an error: where a machine is
/// busy with other things, that tells nothing about Pocketkey.
pub fn run(args: &Args) -> ExitCode {
    keep_standard_output();
    match measure(args) {
        Ok(table) if args.json => println!("{}", table.json()),
        Ok(table) => print!("{table}"),
        Err(failed) => {
            eprintln!("{failed}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn measure(args: &Args) -> Result<Table, Failed> {
    let rounds = args.rounds;
    let wanted = |part| args.only.is_empty() || args.only.contains(&part);
    let mut rows = Vec::new();
    if wanted(Part::Speed) {
        rows.extend(speed::measure(rounds)?);
    }
    if wanted(Part::Syncs) {
        rows.extend(syncs()?);
    }
    if wanted(Part::Phone) {
        rows.extend(phone::measure(rounds)?);
    }
    for (part, measure) in [
        (Part::Boundary, boundary::measure as fn(u32) -> Result<Vec<Row>, Failed>),
        (Part::Workspace, workspace::measure),
    ] {
        if wanted(part) {
            match measure(rounds) {
                // Who lacks Swift or PostgreSQL, and is not root, measures the rest all the same.
                Err(Failed::Lacking(what)) if args.only.is_empty() => {
                    eprintln!("!!! not measured: {what}");
                }
                measured => rows.extend(measured?),
            }
        }
    }
    Ok(Table::new(rounds, rows))
}

/// What the test prints that counts them.
fn syncs() -> Result<Vec<Row>, Failed> {
    let mut test = cargo(["test", "--package", "pocketkey-core", "--test", "syncs"]);
    let output = show(test.args(["--", "--nocapture"])).stdout(Stdio::piped()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let counts = text.lines().find_map(|line| line.split_once("syncs: ")).map(|(_, counts)| counts);
    let counts = counts.filter(|_| output.status.success());
    let counts =
        counts.ok_or_else(|| Failed::Broken("the test of disk syncs failed".to_owned()))?;
    let rows = counts.split(", ").filter_map(|count| {
        let mut words = count.split(' ');
        let calls: f64 = words.next()?.parse().ok()?;
        let syncs: f64 = words.next_back()?.parse().ok()?;
        let what: Vec<_> = words.collect();
        let (per, unit) = if what == ["assertions"] { (64.0, "64") } else { (1.0, "one") };
        let what = format!("disk syncs for {unit}: {}", what.join(" "));
        Some(Row::new(what, per * syncs / calls, "").at_most(1.0))
    });
    Ok(rows.collect())
}

/// Says on standard error what is run; what it prints goes there too.
fn show(command: &mut Command) -> &mut Command {
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    eprintln!("$ {} {}", command.get_program().display(), words.join(" "));
    command.stdin(Stdio::null()).stdout(std::io::stderr())
}

/// Runs a command that has to succeed.
fn finish(command: &mut Command) -> Result<(), Failed> {
    match show(command).status()? {
        status if status.success() => Ok(()),
        status => Err(Failed::Broken(format!("{}: {status}", command.get_program().display()))),
    }
}

/// The middle of what several rounds gave.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.get(middle) {
        None => f64::NAN,
        Some(upper) if values.len() % 2 == 1 => *upper,
        Some(upper) => {
            f64::midpoint(*upper, values.get(middle.wrapping_sub(1)).copied().unwrap_or(*upper))
        }
    }
}
