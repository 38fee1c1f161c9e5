//! What an operator sets: by file, environment and flags, in rising order of precedence.
//!
//! [`Options`] is what can be written, all of it optional; [`Settings`] is what it comes to, checked.

use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};

use axum::http::HeaderMap;
use webauthn_rs::prelude::Url;
use zeroize::Zeroizing;

mod check;
mod network;
mod options;
#[cfg(test)]
mod tests;

pub use check::SettingsError;
pub use network::Network;
pub use options::{LogFormat, Options, OptionsError, TlsChoice};

/// Everything that an operator sets.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the server listens; port 0: any that is free.
    pub listen: SocketAddr,
    /// What browsers and phones reach the workspace at: scheme, host and port, without a `/` at its
    /// end. Its port is 0 until the server listens, where `listen` says 0.
    pub origin: String,
    /// The relying party's identifier of every credential: the origin's host or a parent domain.
    pub rp_id: String,
    /// What people call the workspace.
    pub name: String,
    /// The directory of what the workspace keeps beside its database: its key, certificate, outbox.
    pub data: PathBuf,
    /// Where the database is.
    pub database: DatabaseUrl,
    /// How connections are protected.
    pub tls: Tls,
    /// How messages leave.
    pub mail: Mail,
    /// How long the ticket of a QR on the panel is good.
    pub qr_validity: Duration,
    /// How long an e-mailed ticket is good.
    pub email_validity: Duration,
    /// Who is believed about where a request came from.
    pub trusted_proxies: Vec<Network>,
    /// How the log is written.
    pub log: LogFormat,
}

/// `sqlite:PATH` or `postgres://…`, which may hold a password.
#[derive(Clone)]
pub struct DatabaseUrl(pub Zeroizing<String>);

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.starts_with("sqlite:") { &self.0 } else { "postgres://…" })
    }
}

/// How connections are protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Not here: by a proxy in front, or not at all.
    Off,
    /// By a certificate that somebody else made.
    Files {
        /// The chain, PEM, the server's own first.
        certificate: PathBuf,
        /// Its private key, PEM.
        key: PathBuf,
    },
    /// By one that the server makes itself and keeps in the data directory; links carry its pin.
    SelfSigned,
}

/// How messages leave.
#[derive(Debug, Clone)]
pub struct Mail {
    /// From whom, such as `Pocketkey <keys@example.org>`.
    pub from: String,
    /// By what.
    pub way: MailWay,
}

/// By what messages leave.
#[derive(Debug, Clone)]
pub enum MailWay {
    /// As `.eml` files in this folder.
    Folder(PathBuf),
    /// Through a mail server.
    Smtp(Smtp),
}

/// A mail server.
#[derive(Clone)]
pub struct Smtp {
    /// `smtps://host[:port]`, or `smtp://host[:port]?tls=required`, without name and password.
    url: Url,
    /// As whom, and with what password.
    login: Option<(String, Zeroizing<String>)>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

impl Smtp {
    /// The address with name and password in it, as [`Carrier::smtp`](crate::mail::Carrier::smtp)
    /// takes it.
    #[must_use]
    pub fn url(&self) -> Zeroizing<String> {
        let mut url = self.url.clone();
        if let Some((user, password)) = &self.login {
            // An address with a host, which was checked, takes both.
            let _ = url.set_username(user);
            let _ = url.set_password(Some(password));
        }
        Zeroizing::new(url.into())
    }
}

impl Settings {
    /// Whether browsers reach the workspace by TLS.
    #[must_use]
    pub fn secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Whether somebody else does TLS in front, and is not believed about who asks.
    #[must_use]
    pub fn is_behind_unnamed_proxy(&self) -> bool {
        self.secure() && self.tls == Tls::Off && self.trusted_proxies.is_empty()
    }

    /// Says which port was free, where any would do.
    pub fn listening_at(&mut self, port: u16) {
        self.listen.set_port(port);
        if let Some(front) = self.origin.strip_suffix(":0") {
            self.origin = format!("{front}:{port}");
        }
    }

    /// The host of the origin, without its port.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self.origin.split_once("://").map_or("", |(_, rest)| rest);
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => authority,
        }
    }

    /// The workspace's own key.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.data.join("workspace.key")
    }

    /// From where a request came: what a trusted proxy says, else whoever is connected.
    #[must_use]
    pub fn client_address(&self, peer: std::net::IpAddr, headers: &HeaderMap) -> std::net::IpAddr {
        network::client_address(&self.trusted_proxies, peer, headers)
    }
}
