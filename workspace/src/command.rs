//! `pocketkey workspace`: the command line of the server.

use std::{
    error::Error,
    io::{self, Write},
    path::PathBuf,
    sync::Arc,
};

use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    http::words,
    model::Timestamp,
    server::{self, Running},
    settings::{LogFormat, MailWay, Options, Settings},
};

mod recover;
#[cfg(test)]
mod tests;

pub use recover::RecoverArgs;

/// The variable that names the settings file.
const CONFIG: &str = "POCKETKEY_WORKSPACE_CONFIG";

const HELP: &str = "\
Settings
  What is said nowhere has a default; a settings file (--config FILE, TOML) comes before the defaults,
  the environment before the file, and flags before everything. One list serves all three: --qr-minutes
  is `qr-minutes = 15` in the file and POCKETKEY_WORKSPACE_QR_MINUTES in the environment.
  Passwords are never flags, because every process of the machine can read those: name files that hold
  them. --database may hold one in the file or the environment.

First start
  The server prints a one-time link. Whoever opens it first becomes the workspace's owner; a restart
  before that prints another link and makes the old one worthless.

TLS
  Without TLS it listens on this machine only. Beyond it: a certificate (--tls-certificate, --tls-key);
  or its own (--tls self-signed), which browsers warn of and phones recognise by what the QR says of it;
  or a proxy in front that does TLS (--insecure-http, --trusted-proxy).

Examples:
  pocketkey workspace                          try it on this machine, at http://localhost:8465
  pocketkey workspace --config /etc/pocketkey-workspace.toml
  pocketkey workspace --listen 0.0.0.0:443 --origin https://keys.example.org \\
      --tls-certificate fullchain.pem --tls-key privkey.pem
  pocketkey workspace --listen 10.0.0.5:8465 --origin https://keys.example.org \\
      --insecure-http --trusted-proxy 10.0.0.1
  pocketkey workspace --database postgres://pocketkey@db.example.org/pocketkey \\
      --database-password-file /run/secrets/database
  pocketkey workspace verify-log               has the event log been tampered with?
  pocketkey workspace recover owner            a link to choose a new password, for who lost it

SIGINT (Ctrl-C) and SIGTERM end it cleanly, with exit status 0. workspace/README.md says more.";

/// `pocketkey workspace`.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true, after_long_help = HELP)]
pub struct WorkspaceArgs {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub command: Option<WorkspaceCommand>,

    /// How to serve.
    #[command(flatten)]
    pub serve: CommandArgs,
}

/// What can be done with a workspace.
#[derive(Debug, Clone, Subcommand)]
pub enum WorkspaceCommand {
    /// Serve panel, API and phones until stopped
    #[command(after_long_help = HELP)]
    Serve(Box<CommandArgs>),
    /// Check that no entry of the event log was changed, moved or removed
    VerifyLog(Box<CommandArgs>),
    /// Make a one-time link by which an administrator chooses a new password
    ///
    /// For who has lost theirs and has nobody to ask in the panel. It goes into the event log; the
    /// server may be running.
    Recover(Box<RecoverArgs>),
}

/// What every one of them takes.
#[derive(Debug, Clone, Default, Args)]
pub struct CommandArgs {
    /// The settings file (TOML) [env: POCKETKEY_WORKSPACE_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Write JSON, one object a line
    #[arg(long)]
    pub json: bool,

    /// The settings.
    #[command(flatten)]
    pub options: Options,
}

/// Runs it. Gives back whether what was asked is so: only a damaged log is not.
///
/// # Errors
/// Whatever keeps it from starting, in words for the operator.
pub fn run(args: &WorkspaceArgs) -> Result<bool, Box<dyn Error>> {
    let common = match &args.command {
        None => &args.serve,
        Some(WorkspaceCommand::Serve(args) | WorkspaceCommand::VerifyLog(args)) => args.as_ref(),
        Some(WorkspaceCommand::Recover(args)) => &args.workspace,
    };
    let settings = settings(common, |name| std::env::var(name).ok())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match &args.command {
        Some(WorkspaceCommand::VerifyLog(_)) => {
            is_there(&settings)?;
            runtime.block_on(verify_log(&settings, common.json))
        }
        Some(WorkspaceCommand::Recover(args)) => {
            is_there(&settings)?;
            runtime.block_on(recover::run(&settings, &args.user_name, common.json))?;
            Ok(true)
        }
        Some(WorkspaceCommand::Serve(_)) | None => {
            start_log(settings.log);
            runtime.block_on(serve(settings, common.json)).map(|()| true)
        }
    }
}

/// Looking into a directory does not make a workspace of it.
fn is_there(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let path = settings.key_file();
    if path.exists() {
        Ok(())
    } else {
        Err(format!("there is no workspace: {} is missing", path.display()).into())
    }
}

/// The settings that flags, environment and file come to.
fn settings(
    args: &CommandArgs,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Settings, Box<dyn Error>> {
    args.options.check_flags()?;
    let file = args.config.clone().or_else(|| variable(CONFIG).map(PathBuf::from));
    let from_file = file.map(|file| Options::from_file(&file)).transpose()?.unwrap_or_default();
    let from_environment = Options::from_environment(variable)?;
    Ok(args.options.clone().or(from_environment).or(from_file).check()?)
}

async fn serve(settings: Settings, json: bool) -> Result<(), Box<dyn Error>> {
    // Before anything is said: who hears of it may stop it at once.
    let stop = Stop::new()?;
    let running = server::start(settings).await?;
    say(&running, json)?;
    stop.wait().await;
    running.shutdown().await;
    Ok(())
}

/// The line that says that it is ready, and what to do next.
fn say(running: &Running, json: bool) -> io::Result<()> {
    let settings = running.settings();
    let outbox = match &settings.mail.way {
        MailWay::Folder(folder) => Some(folder.display().to_string()),
        MailWay::Smtp(_) => None,
    };
    let mut out = io::stdout().lock();
    if json {
        let line = json!({
            "event": "ready",
            "address": running.address().to_string(),
            "origin": running.origin(),
            "set_up_link": running.set_up_link(),
            "outbox": outbox,
        });
        writeln!(out, "{line}")?;
        return out.flush();
    }
    writeln!(out, "The workspace {} is ready: {}", settings.name, running.origin())?;
    if let Some(link) = running.set_up_link() {
        writeln!(out, "It has no owner yet. Whoever opens this link first becomes its owner:")?;
        writeln!(out, "  {link}")?;
    }
    if let Some(outbox) = outbox {
        writeln!(out, "There is no mail server: messages become files in {outbox}")?;
    }
    out.flush()
}

/// SIGINT and SIGTERM, heard from the moment that this is made.
struct Stop {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Stop {
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn wait(self) {
        // Where it cannot be heard, only the end of the process ends it.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

async fn verify_log(settings: &Settings, json: bool) -> Result<bool, Box<dyn Error>> {
    let workspace = server::open(settings, None, Arc::new(Timestamp::now)).await?;
    let verdict = workspace.verify_log().await?;
    let mut out = io::stdout().lock();
    match (&verdict, json) {
        (Ok(entries), true) => {
            writeln!(out, "{}", json!({ "event": "log", "intact": true, "entries": entries }))?;
        }
        (Ok(entries), false) => {
            let entries = words::count(*entries, "entry", "entries");
            writeln!(out, "The log is intact: {entries}.")?;
        }
        (Err(damage), true) => {
            let damage = damage.to_string();
            writeln!(out, "{}", json!({ "event": "log", "intact": false, "damage": damage }))?;
        }
        (Err(damage), false) => writeln!(out, "The log is damaged: {damage}.")?,
    }
    out.flush()?;
    Ok(verdict.is_ok())
}

/// Tells what goes wrong on standard error, from now on. Twice in one process is once too often, and
/// no harm.
pub fn start_log(format: LogFormat) {
    let log = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_max_level(tracing::Level::INFO)
        .with_target(false);
    let _ = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}
