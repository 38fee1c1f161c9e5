//! What was measured, as a table or as JSON.

use std::{env, fmt, fs, process::Command};

use serde_json::{Value, json};

use crate::process::ask;

/// One number.
#[derive(Debug)]
pub struct Row {
    what: String,
    value: f64,
    unit: &'static str,
    target: Option<Target>,
    note: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Target {
    AtMost(f64),
    Above(f64),
}

impl Row {
    /// A number that is given for information.
    pub fn new(what: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { what: what.into(), value, unit, target: None, note: "" }
    }

    /// It should be no more than this.
    pub fn at_most(self, limit: f64) -> Self {
        Self { target: Some(Target::AtMost(limit)), ..self }
    }

    /// It should be more than this.
    pub fn above(self, limit: f64) -> Self {
        Self { target: Some(Target::Above(limit)), ..self }
    }

    /// What has to be known to judge it.
    pub fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    /// Whether the target is met, where there is one.
    fn met(&self) -> Option<bool> {
        self.target.map(|target| match target {
            Target::AtMost(limit) => self.value <= limit,
            Target::Above(limit) => self.value > limit,
        })
    }

    fn target(&self) -> String {
        match self.target {
            None => String::new(),
            Some(Target::AtMost(limit)) => format!("≤ {limit}"),
            Some(Target::Above(limit)) => format!("> {limit}"),
        }
    }

    fn verdict(&self) -> String {
        match (self.met(), self.target) {
            (None, _) => String::new(),
            (Some(false), Some(Target::AtMost(limit) | Target::Above(limit))) => {
                format!("MISSED by {:.0} %", (self.value / limit - 1.0).abs() * 100.0)
            }
            _ => "met".to_owned(),
        }
    }
}

/// All of it, and where it was measured.
#[derive(Debug)]
pub struct Table {
    rounds: u32,
    machine: String,
    rows: Vec<Row>,
}

impl Table {
    pub fn new(rounds: u32, rows: Vec<Row>) -> Self {
        Self { rounds, machine: machine(), rows }
    }

    pub fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            json!({
                "what": row.what, "value": row.value, "unit": row.unit, "target": row.target(),
                "met": row.met(), "note": row.note,
            })
        });
        json!({
            "machine": self.machine, "rounds": self.rounds, "rows": rows.collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}; medians of {} rounds", self.machine, self.rounds)?;
        writeln!(f, "floor: one P-256 signature by ring, processor time of one thread\n")?;
        let width = self.rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
        for row in &self.rows {
            let line = format!(
                "{:width$}  {:>8.2} {:9} {:>7}  {:14} {}",
                row.what,
                row.value,
                row.unit,
                row.target(),
                row.verdict(),
                row.note,
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn machine() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let cpu =
        read("/proc/cpuinfo").lines().find_map(|line| line.strip_prefix("model name")).map_or_else(
            || env::consts::ARCH.to_owned(),
            |name| name.trim_matches([' ', '\t', ':']).to_owned(),
        );
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("unknown");
    let compiler = ask(Command::new("rustc").arg("--version")).unwrap_or_default();
    format!("{cpu}, {cores} cores, load {load}, {}", compiler.trim())
}
