//! From what was written to what it comes to: defaults, and what does not fit together.

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use webauthn_rs::prelude::Url;
use zeroize::Zeroizing;

use super::{
    DatabaseUrl, Mail, MailWay, Options, Settings, Smtp, Tls, TlsChoice, network::is_loopback,
};

/// Where a workspace listens that was told nothing.
const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8465);

/// The settings do not make a workspace that should run. Each text says what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(String);

fn refuse<T>(why: impl Into<String>) -> Result<T, SettingsError> {
    Err(SettingsError(why.into()))
}

impl Options {
    /// Refuses what must not stand on a command line, which every process of the machine can read.
    ///
    /// # Errors
    /// [`SettingsError`], with where to write it instead.
    pub fn check_flags(&self) -> Result<(), SettingsError> {
        let database = self.database.as_deref().and_then(|text| Url::parse(text).ok());
        if database.is_some_and(|url| url.password().is_some()) {
            return refuse(
                "--database must not hold a password, because every process of the machine can \
                 read it: use --database-password-file, the variable \
                 POCKETKEY_WORKSPACE_DATABASE or the settings file",
            );
        }
        Ok(())
    }

    /// What they come to.
    ///
    /// # Errors
    /// [`SettingsError`], with what to write instead.
    pub fn check(self) -> Result<Settings, SettingsError> {
        let listen = self.listen.unwrap_or(LISTEN);
        let tls = tls(&self)?;
        let insecure = self.insecure_http.unwrap_or_default();
        if tls == Tls::Off && !is_loopback(listen.ip()) && !insecure {
            return refuse(format!(
                "others could connect to {listen}, and there is no TLS: give --tls-certificate and \
                 --tls-key, or --tls self-signed; behind a proxy that does TLS, on a network that \
                 nobody else is on, --insecure-http"
            ));
        }
        let origin = match &self.origin {
            Some(origin) => read_origin(origin, insecure)?,
            None if !is_loopback(listen.ip()) => {
                return refuse(
                    "--origin must say what browsers and phones reach the workspace at, such as \
                     https://keys.example.org, because it listens beyond this machine",
                );
            }
            None if tls == Tls::Off => format!("http://localhost:{}", listen.port()),
            None => format!("https://localhost:{}", listen.port()),
        };
        if tls != Tls::Off && !origin.starts_with("https://") {
            return refuse("with TLS, --origin must begin with https://");
        }
        let data = data_dir(self.data_dir.as_deref(), |name| env::var_os(name))?;
        let rp_id = rp_id(self.rp_id.as_deref(), &origin)?;
        let name = self.name.as_deref().map_or("Pocketkey", str::trim).to_owned();
        if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
            return refuse("--name must have 1 to 64 characters, on one line");
        }
        Ok(Settings {
            database: database(&self, &data)?,
            mail: mail(&self, &data, &rp_id, &name)?,
            qr_validity: validity(self.qr_minutes, 15, 1440, 60, "--qr-minutes")?,
            email_validity: validity(self.email_hours, 48, 720, 3600, "--email-hours")?,
            listen,
            origin,
            rp_id,
            name,
            data,
            tls,
            trusted_proxies: self.trusted_proxy,
            log: self.log.unwrap_or_default(),
        })
    }
}

fn tls(options: &Options) -> Result<Tls, SettingsError> {
    match (&options.tls_certificate, &options.tls_key, options.tls) {
        (Some(certificate), Some(key), None) => {
            Ok(Tls::Files { certificate: certificate.clone(), key: key.clone() })
        }
        (None, None, Some(TlsChoice::SelfSigned)) => Ok(Tls::SelfSigned),
        (None, None, Some(TlsChoice::Off) | None) => Ok(Tls::Off),
        (Some(_), Some(_), Some(_)) => refuse("--tls is for doing without certificate files"),
        _ => refuse("--tls-certificate and --tls-key need each other, and not --tls"),
    }
}

/// `scheme://host[:port]`, as browsers write it.
fn read_origin(text: &str, insecure: bool) -> Result<String, SettingsError> {
    let wrong = "--origin must be scheme, host and port only, such as https://keys.example.org";
    let Ok(url) = Url::parse(text) else { return refuse(wrong) };
    let plain = matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let Some(host) = url.host_str().filter(|_| plain) else { return refuse(wrong) };
    let local = host == "localhost" || host.ends_with(".localhost");
    match url.scheme() {
        "https" => {}
        "http" if local || insecure => {}
        "http" => {
            return refuse(
                "--origin must begin with https://, because browsers and phones refuse security \
                 keys elsewhere (http://localhost is fine)",
            );
        }
        _ => return refuse(wrong),
    }
    // RFC 6454 §6.2: without the port where it is the scheme's own.
    Ok(url.origin().ascii_serialization())
}

/// WebAuthn §5.1.2: a domain, and the origin's host or a parent of it.
fn rp_id(wanted: Option<&str>, origin: &str) -> Result<String, SettingsError> {
    let url = Url::parse(origin).map_err(|error| SettingsError(error.to_string()))?;
    let Some(host) = url.domain() else {
        return refuse(
            "--origin must name a host and not an address, because browsers refuse security keys \
             there: for this machine, localhost",
        );
    };
    let rp_id = wanted.map_or_else(|| host.to_owned(), str::to_ascii_lowercase);
    let is_parent = host.strip_suffix(&rp_id).is_some_and(|front| front.ends_with('.'));
    if rp_id.is_empty() || (rp_id != host && !is_parent) {
        return refuse(format!("--rp-id must be {host} or a parent domain of it"));
    }
    Ok(rp_id)
}

fn data_dir(
    wanted: Option<&Path>,
    variable: impl Fn(&str) -> Option<std::ffi::OsString>,
) -> Result<PathBuf, SettingsError> {
    if let Some(wanted) = wanted {
        return Ok(wanted.to_owned());
    }
    let path = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    path("XDG_DATA_HOME")
        .or_else(|| path("HOME").map(|home| home.join(".local/share")))
        .map(|base| base.join("pocketkey-workspace"))
        .ok_or_else(|| SettingsError("--data-dir is needed: there is no home directory".to_owned()))
}

fn database(options: &Options, data: &Path) -> Result<DatabaseUrl, SettingsError> {
    let Some(text) = &options.database else {
        return Ok(DatabaseUrl(Zeroizing::new(format!(
            "sqlite:{}",
            data.join("workspace.db").display()
        ))));
    };
    if text.starts_with("sqlite:") {
        if options.database_password_file.is_some() {
            return refuse("--database-password-file is for postgres://");
        }
        return Ok(DatabaseUrl(Zeroizing::new(text.clone())));
    }
    let wrong = "--database must be sqlite:FILE or postgres://USER@HOST/NAME";
    let Ok(mut url) = Url::parse(text) else { return refuse(wrong) };
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return refuse(wrong);
    }
    if let Some(file) = &options.database_password_file {
        let password = secret(file)?;
        if url.set_password(Some(&password)).is_err() {
            return refuse(wrong);
        }
    }
    Ok(DatabaseUrl(Zeroizing::new(url.into())))
}

fn mail(options: &Options, data: &Path, host: &str, name: &str) -> Result<Mail, SettingsError> {
    let from = match &options.mail_from {
        Some(from) => from.clone(),
        None => format!("\"{}\" <pocketkey@{host}>", name.replace(['"', '\\'], "")),
    };
    if let Err(error) = from.parse::<lettre::message::Mailbox>() {
        return refuse(format!("--mail-from is no mailbox: {error}"));
    }
    let login = options.smtp_user.is_some() || options.smtp_password_file.is_some();
    let Some(smtp) = &options.smtp else {
        if login {
            return refuse("--smtp-user and --smtp-password-file need --smtp");
        }
        let folder = options.mail_folder.clone().unwrap_or_else(|| data.join("outbox"));
        return Ok(Mail { from, way: MailWay::Folder(folder) });
    };
    let wrong = "--smtp must be smtps://HOST or smtp://HOST?tls=required";
    let Ok(url) = Url::parse(smtp) else { return refuse(wrong) };
    if !matches!(url.scheme(), "smtp" | "smtps") || !url.has_host() {
        return refuse(wrong);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("--smtp must not hold a password: see --smtp-user, --smtp-password-file");
    }
    let login = match (&options.smtp_user, &options.smtp_password_file) {
        (Some(user), Some(file)) => Some((user.clone(), secret(file)?)),
        (None, None) => None,
        _ => return refuse("--smtp-user and --smtp-password-file need each other"),
    };
    Ok(Mail { from, way: MailWay::Smtp(Smtp { url, login }) })
}

/// A secret from a file, without the end of its line.
fn secret(file: &Path) -> Result<Zeroizing<String>, SettingsError> {
    let text = fs::read_to_string(file).map(Zeroizing::new).map_err(|error| {
        SettingsError(format!("the password file {} cannot be read: {error}", file.display()))
    })?;
    let secret = text.trim_end_matches(['\n', '\r']);
    if secret.is_empty() {
        return refuse(format!("the password file {} is empty", file.display()));
    }
    Ok(Zeroizing::new(secret.to_owned()))
}

fn validity(
    wanted: Option<u32>,
    default: u32,
    most: u32,
    seconds: u64,
    option: &str,
) -> Result<Duration, SettingsError> {
    let wanted = wanted.unwrap_or(default);
    if !(1..=most).contains(&wanted) {
        return refuse(format!("{option} must be 1 to {most}"));
    }
    Ok(Duration::from_secs(seconds.saturating_mul(u64::from(wanted))))
}
