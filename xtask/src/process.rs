//! Running other programs: what they print is passed on and, where wanted, listened to.

use std::{
    env, fmt,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
};

/// Why something was not done.
#[derive(Debug)]
pub enum Failed {
    /// It went wrong.
    Broken(String),
    /// This machine lacks something that it needs.
    Lacking(String),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(why) | Self::Lacking(why) => f.write_str(why),
        }
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

/// The repository's folder.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// The cargo that runs us, in the repository's folder.
pub fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(arguments);
    command
}

/// Whether standard output is kept for a result.
static RESULT_ONLY: AtomicBool = AtomicBool::new(false);

/// From now on, what commands print goes to standard error.
pub fn keep_standard_output() {
    RESULT_ONLY.store(true, Ordering::Relaxed);
}

fn pass_on(bytes: &[u8]) -> io::Result<()> {
    if RESULT_ONLY.load(Ordering::Relaxed) {
        io::stderr().write_all(bytes)
    } else {
        io::stdout().write_all(bytes)
    }
}

/// Shows the command, runs it, and hands each line that it prints to `listen` as well as on.
pub fn run(command: &mut Command, mut listen: impl FnMut(&str)) -> Result<(), Failed> {
    pass_on(format!("$ {}\n", line(command)).as_bytes())?;
    let started = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Failed::Broken(format!("{}: {error}", name(command))));
    let mut child = started?;
    if let Some(stdout) = child.stdout.take() {
        let mut reader = BufReader::new(stdout);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes)? > 0 {
            pass_on(&bytes)?;
            listen(String::from_utf8_lossy(&bytes).trim_end());
            bytes.clear();
        }
    }
    let status = child.wait()?;
    if status.success() {
        Ok(())
    } else {
        Err(Failed::Broken(format!("{}: {status}", name(command))))
    }
}

/// Runs a command that asks something: its output, or nothing where it fails.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(answer)
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let first = command.get_args().next().unwrap_or_default();
    format!("{} {}", name.display(), first.display())
}

fn line(command: &Command) -> String {
    let mut line = name(command);
    for argument in command.get_args().skip(1) {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}
