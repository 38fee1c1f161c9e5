//! What can be written on the command line, in the environment and in a file: one list for all.

#![allow(rustdoc::bare_urls, reason = "the same text is the help of the command line")]

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::{Args, CommandFactory, FromArgMatches, Parser, ValueEnum};
use serde::Deserialize;

use super::Network;

/// What the variables of the environment begin with: `--data-dir` is
/// `POCKETKEY_WORKSPACE_DATA_DIR`.
pub const PREFIX: &str = "POCKETKEY_WORKSPACE_";

/// Every option. Each is optional: what is not written has a default.
#[derive(Debug, Clone, Default, PartialEq, Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Options {
    /// Where to listen; port 0 takes any that is free [default: 127.0.0.1:8465]
    #[arg(long, value_name = "ADDRESS:PORT", help_heading = "Reaching it")]
    pub listen: Option<SocketAddr>,

    /// What browsers and phones reach the workspace at, such as https://keys.example.org
    /// [default: localhost and the port]
    #[arg(long, value_name = "URL", help_heading = "Reaching it")]
    pub origin: Option<String>,

    /// The identifier that security keys bind credentials to: the origin's host or a parent domain.
    /// Changing it makes every registered key useless here [default: the origin's host]
    #[arg(long, value_name = "DOMAIN", help_heading = "Reaching it")]
    pub rp_id: Option<String>,

    /// The certificate chain, PEM, the server's own certificate first
    #[arg(long, value_name = "FILE", help_heading = "Reaching it")]
    pub tls_certificate: Option<PathBuf>,

    /// The certificate's private key, PEM
    #[arg(long, value_name = "FILE", help_heading = "Reaching it")]
    pub tls_key: Option<PathBuf>,

    /// How to do without certificate files
    #[arg(long, value_enum, help_heading = "Reaching it")]
    pub tls: Option<TlsChoice>,

    /// Listen without TLS where others can connect: only behind a proxy that does TLS, on a network
    /// that nobody else is on
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Reaching it")]
    pub insecure_http: Option<bool>,

    /// A proxy that is believed about X-Forwarded-For: an address or a network; repeatable
    #[arg(long, value_name = "NETWORK", value_delimiter = ',', help_heading = "Reaching it")]
    pub trusted_proxy: Vec<Network>,

    /// What people call the workspace [default: Pocketkey]
    #[arg(long, value_name = "TEXT", help_heading = "The workspace")]
    pub name: Option<String>,

    /// The directory of the workspace's key, certificate, SQLite database and outbox
    /// [default: $XDG_DATA_HOME/pocketkey-workspace or ~/.local/share/pocketkey-workspace]
    #[arg(long, value_name = "DIR", help_heading = "The workspace")]
    pub data_dir: Option<PathBuf>,

    /// sqlite:FILE or postgres://USER@HOST/NAME [default: workspace.db in the data directory]
    #[arg(long, value_name = "URL", help_heading = "The workspace")]
    pub database: Option<String>,

    /// The file with PostgreSQL's password
    #[arg(long, value_name = "FILE", help_heading = "The workspace")]
    pub database_password_file: Option<PathBuf>,

    /// For how many minutes the QR on the panel is good, 1 to 1440 [default: 15]
    #[arg(long, value_name = "MINUTES", help_heading = "The workspace")]
    pub qr_minutes: Option<u32>,

    /// For how many hours an e-mailed link is good, 1 to 720 [default: 48]
    #[arg(long, value_name = "HOURS", help_heading = "The workspace")]
    pub email_hours: Option<u32>,

    /// The mail server: smtps://HOST for TLS, or smtp://HOST?tls=required for STARTTLS
    /// [default: none: messages become files in the outbox]
    #[arg(long, value_name = "URL", help_heading = "Mail")]
    pub smtp: Option<String>,

    /// As whom to sign in at the mail server
    #[arg(long, value_name = "NAME", help_heading = "Mail")]
    pub smtp_user: Option<String>,

    /// The file with the mail server's password
    #[arg(long, value_name = "FILE", help_heading = "Mail")]
    pub smtp_password_file: Option<PathBuf>,

    /// From whom messages are [default: the workspace's name at the origin's host]
    #[arg(long, value_name = "MAILBOX", help_heading = "Mail")]
    pub mail_from: Option<String>,

    /// Where messages become .eml files when there is no mail server
    /// [default: outbox in the data directory]
    #[arg(long, value_name = "DIR", help_heading = "Mail")]
    pub mail_folder: Option<PathBuf>,

    /// How the log on standard error is written [default: text]
    #[arg(long, value_enum, help_heading = "The workspace")]
    pub log: Option<LogFormat>,
}

/// How to do without certificate files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsChoice {
    /// Make a certificate and keep it in the data directory; phones recognise it by the link
    SelfSigned,
    /// No TLS: on this machine only, or behind a proxy
    Off,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// Lines for people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// What is written cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum OptionsError {
    /// The file cannot be read.
    #[error("the settings file {path} cannot be read: {source}")]
    File {
        /// Which one.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("the settings file {path}: {reason}")]
    Toml {
        /// Which one.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A variable is not what it should be.
    #[error("a variable of the environment: {0}")]
    Variable(String),
}

/// The same list, to be parsed alone.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
struct Alone {
    #[command(flatten)]
    options: Options,
}

macro_rules! or {
    ($first:ident, $second:ident: $($field:ident),* $(,)?) => {
        Options {
            trusted_proxy: if $first.trusted_proxy.is_empty() {
                $second.trusted_proxy
            } else {
                $first.trusted_proxy
            },
            $($field: $first.$field.or($second.$field),)*
        }
    };
}

impl Options {
    /// These, and where they say nothing, the others.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        or!(self, others:
            listen, origin, rp_id, tls_certificate, tls_key, tls, insecure_http, name, data_dir,
            database, database_password_file, qr_minutes, email_hours, smtp, smtp_user,
            smtp_password_file, mail_from, mail_folder, log,
        )
    }

    /// What the environment says; `variable` looks one up.
    ///
    /// # Errors
    /// [`OptionsError::Variable`].
    pub fn from_environment(
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, OptionsError> {
        let command = Alone::command();
        let names = command.get_arguments().filter_map(clap::Arg::get_long);
        let arguments = names.filter_map(|name| {
            let value = variable(&variable_of(name)).filter(|value| !value.is_empty())?;
            Some(format!("--{name}={value}"))
        });
        Alone::command()
            .try_get_matches_from(arguments.collect::<Vec<_>>())
            .and_then(|matches| Alone::from_arg_matches(&matches))
            .map(|alone| alone.options)
            .map_err(|error| OptionsError::Variable(in_variables(&error)))
    }

    /// What a file says.
    ///
    /// # Errors
    /// [`OptionsError::File`] or [`OptionsError::Toml`].
    pub fn from_file(path: &Path) -> Result<Self, OptionsError> {
        let name = || path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|source| OptionsError::File { path: name(), source })?;
        toml::from_str(&text)
            .map_err(|error| OptionsError::Toml { path: name(), reason: error.to_string() })
    }
}

/// The variable that stands for an option.
fn variable_of(option: &str) -> String {
    format!("{PREFIX}{}", option.replace('-', "_").to_ascii_uppercase())
}

/// What is wrong, in terms of variables and not of flags.
fn in_variables(error: &clap::Error) -> String {
    use clap::error::{ContextKind, ContextValue};
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    let option = text(ContextKind::InvalidArg);
    let option = option.trim_start_matches('-').split([' ', '=']).next().unwrap_or_default();
    let reason = std::error::Error::source(error).map(ToString::to_string);
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{} cannot be {:?}{reason}", variable_of(option), text(ContextKind::InvalidValue))
}
