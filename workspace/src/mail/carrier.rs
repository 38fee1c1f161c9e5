//! How messages leave: through a mail server, or as files in a folder where there is none.

#[cfg(test)]
mod tests;

use std::{
    fmt, io,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    transport::smtp::{self, extension::ClientId},
};
use webauthn_rs::prelude::Url;

/// How long a mail server may take for each step.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a mail server answers to wrong or missing credentials (RFC 4954 §6). That is the workspace's
/// mistake and not the message's: it goes out once it is mended.
const NOT_AUTHENTICATED: [u16; 4] = [530, 534, 535, 538];

/// How messages leave.
#[derive(Clone)]
pub struct Carrier(Way);

#[derive(Clone)]
enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

/// Why messages cannot leave in this way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    /// It is no address of a mail server.
    #[error(
        "the mail server must be given as smtps://user:password@host or \
         smtp://user:password@host?tls=required: {0}"
    )]
    NotAServer(String),
    /// It would be spoken to without encryption.
    #[error(
        "mail would go to {0} without encryption: write smtps://, or add ?tls=required, or \
         ?tls=none where the way there is safe"
    )]
    NotEncrypted(String),
}

/// Where a message has gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// The mail server took it, and said this.
    Taken(String),
    /// It is in this file.
    Written(PathBuf),
}

/// Why a message has not left.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It may leave later.
    #[error("{0}")]
    Later(String),
    /// It never will.
    #[error("{0}")]
    Never(String),
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Way::Smtp(_) => f.write_str("Carrier::Smtp"),
            Way::Folder(folder) => f.debug_tuple("Carrier::Folder").field(folder).finish(),
        }
    }
}

impl Carrier {
    /// Through the mail server at `url`, which is told that `host` speaks:
    /// `smtps://user:password@host[:port]` for TLS from the start, `smtp://…?tls=required` for
    /// STARTTLS; `?tls=none` for neither, which a server on this machine needs not say.
    ///
    /// # Errors
    /// Any [`CarrierError`].
    pub fn smtp(url: &str, host: &str) -> Result<Self, CarrierError> {
        let no_server = |error: &dyn fmt::Display| CarrierError::NotAServer(error.to_string());
        let mut parsed = Url::parse(url).map_err(|error| no_server(&error))?;
        let server = parsed.host_str().unwrap_or_default().to_owned();
        let tls =
            parsed.query_pairs().find(|(name, _)| name == "tls").map(|(_, tls)| tls.into_owned());
        match (parsed.scheme(), tls.as_deref()) {
            ("smtps", None) | ("smtp", Some("required")) => {}
            ("smtp", Some("none")) => parsed.set_query(None),
            ("smtp", None) if is_this_machine(&server) => {}
            ("smtp", None) => return Err(CarrierError::NotEncrypted(server)),
            _ => return Err(no_server(&"neither scheme nor tls= can be anything else")),
        }
        let names_itself = parsed.path().len() > 1;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(parsed.as_str())
            .map_err(|error| no_server(&error))?
            .timeout(Some(PATIENCE));
        let builder = if names_itself {
            builder
        } else {
            builder.hello_name(ClientId::Domain(host.to_owned()))
        };
        Ok(Self(Way::Smtp(builder.build())))
    }

    /// As `.eml` files in a folder, which is made with the first one.
    #[must_use]
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self(Way::Folder(folder.into()))
    }

    /// The folder, where messages become files.
    #[must_use]
    pub fn outbox(&self) -> Option<&Path> {
        match &self.0 {
            Way::Smtp(_) => None,
            Way::Folder(folder) => Some(folder),
        }
    }

    /// Sends a message; a file is called `name` with `.eml` behind it, and replaces none of another
    /// name.
    ///
    /// # Errors
    /// [`SendError::Later`] where it is worth another attempt.
    pub async fn send(&self, message: Message, name: &str) -> Result<Delivered, SendError> {
        match &self.0 {
            Way::Smtp(transport) => match transport.send(message).await {
                Ok(response) => Ok(Delivered::Taken(
                    response.first_line().unwrap_or("the mail server took it").to_owned(),
                )),
                Err(error) => Err(refused(&error)),
            },
            Way::Folder(folder) => {
                let path = folder.join(format!("{name}.eml"));
                let folder = folder.clone();
                let write = move || write(&folder, &path, &message.formatted()).map(|()| path);
                match tokio::task::spawn_blocking(write).await {
                    Ok(Ok(path)) => Ok(Delivered::Written(path)),
                    Ok(Err(error)) => Err(SendError::Later(format!("the mail folder: {error}"))),
                    Err(error) => Err(SendError::Later(error.to_string())),
                }
            }
        }
    }
}

fn refused(error: &smtp::Error) -> SendError {
    // The error alone says what kind it is; its sources say what happened.
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    let code = error.status().map(u16::from);
    if error.is_permanent() && !code.is_some_and(|code| NOT_AUTHENTICATED.contains(&code)) {
        SendError::Never(text)
    } else {
        SendError::Later(text)
    }
}

/// The file appears whole or not at all, and is its owner's alone: it contains a link that works.
fn write(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    make_folder(folder)?;
    let unfinished = path.with_extension("part");
    match std::fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    std::fs::File::open(folder)?.sync_all()
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
