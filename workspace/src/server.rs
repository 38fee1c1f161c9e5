//! Runs a workspace: listens, until it is told to stop.

use std::{
    fmt, io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use axum_server::{Handle, tls_rustls::RustlsAcceptor, tls_rustls::RustlsConfig};
use pocketkey_core::protocol::Digest;
use tokio::{sync::watch, task::JoinHandle};
use zeroize::Zeroizing;

use crate::{
    db::{Database, DbError},
    files::create_private_dir,
    http::{self, App},
    mail::{Post, PostError},
    model::Timestamp,
    service::{Clock, Config, Secret, ServiceError, Signer, SignerError, Workspace},
    settings::Settings,
};

#[cfg(test)]
mod tests;
mod tls;

pub use tls::TlsError;

/// How long a request's head may take to arrive, and a connection may be idle.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);

/// How long requests that are being answered may go on after the server was told to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// The server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory cannot be made.
    #[error("the data directory {path} cannot be made: {source}")]
    Data {
        /// Which one.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// The address cannot be listened on.
    #[error("{address} cannot be listened on: {source}")]
    Listen {
        /// Which one.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The workspace's key cannot be used.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Messages cannot leave.
    #[error(transparent)]
    Mail(#[from] PostError),
    /// The workspace cannot begin.
    #[error(transparent)]
    Workspace(#[from] ServiceError),
}

/// A server that runs. It stops when this is [shut down](Self::shutdown).
pub struct Running {
    address: SocketAddr,
    settings: Arc<Settings>,
    workspace: Workspace,
    set_up_link: Option<Zeroizing<String>>,
    handle: Handle<SocketAddr>,
    closing: watch::Sender<bool>,
    task: JoinHandle<io::Result<()>>,
    post: JoinHandle<()>,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Starts a workspace's server by these settings. Must be called in a tokio runtime of several
/// threads.
///
/// # Errors
/// Any [`StartError`].
pub async fn start(settings: Settings) -> Result<Running, StartError> {
    start_at(settings, Arc::new(Timestamp::now)).await
}

/// As [`start`], with another clock.
///
/// # Errors
/// Any [`StartError`].
pub async fn start_at(mut settings: Settings, clock: Clock) -> Result<Running, StartError> {
    create_private_dir(&settings.data)
        .map_err(|source| StartError::Data { path: settings.data.display().to_string(), source })?;
    // First of all, so that a second server of the same address does nothing else.
    let (listener, address) = listen(settings.listen)?;
    settings.listening_at(address.port());
    if settings.is_behind_unnamed_proxy() {
        tracing::warn!(
            "a proxy does TLS, and --trusted-proxy does not name it: attempts to sign in are counted \
             together, whoever makes them"
        );
    }
    let protection = tls::protection(&settings)?;
    let post = Post::new(&settings.mail, settings.host())?;
    let workspace = open(&settings, protection.pin, clock).await?;
    let set_up_link = workspace.new_set_up_link().await?;
    let set_up_link = set_up_link.map(|secret| one_time_link(&settings.origin, &secret));
    let settings = Arc::new(settings);
    let (closing, closed) = watch::channel(false);
    let app = App::closing_with(workspace.clone(), Arc::clone(&settings), closed);
    let service = http::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    let mut server = axum_server::from_tcp(listener)
        .map_err(|source| StartError::Listen { address, source })?
        .handle(handle.clone())
        .first_request_timeout(HEAD_PATIENCE);
    server.http_builder().http1().header_read_timeout(HEAD_PATIENCE);
    let task = match protection.config {
        Some(config) => tokio::spawn(
            server.acceptor(RustlsAcceptor::new(RustlsConfig::from_config(config))).serve(service),
        ),
        None => tokio::spawn(server.serve(service)),
    };
    let post = tokio::spawn({
        let workspace = workspace.clone();
        async move { post.run(&workspace).await }
    });
    Ok(Running { address, settings, workspace, set_up_link, handle, closing, task, post })
}

/// Opens a workspace without serving it, for commands that look into one.
///
/// # Errors
/// Any [`StartError`].
pub async fn open(
    settings: &Settings,
    tls_pin: Option<Digest>,
    clock: Clock,
) -> Result<Workspace, StartError> {
    let signer = Signer::load_or_create(&settings.key_file())?;
    let db = Database::open(&settings.database.0).await?;
    let config = Config {
        origin: settings.origin.clone(),
        rp_id: settings.rp_id.clone(),
        name: settings.name.clone(),
        tls_pin,
        qr_ticket_validity: settings.qr_validity,
        mail_ticket_validity: settings.email_validity,
        clock,
    };
    Ok(Workspace::open(db, signer, config).await?)
}

/// The address by which the first owner is made, or an administrator chooses a password.
pub(crate) fn one_time_link(origin: &str, secret: &Secret) -> Zeroizing<String> {
    Zeroizing::new(format!("{origin}/set-up/{}", secret.text().as_str()))
}

fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What browsers and phones reach it at, such as `http://localhost:8465`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.settings.origin
    }

    /// The settings, with the port that was free.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The workspace.
    #[must_use]
    pub const fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// The one-time link that makes the first owner, where there is none yet.
    #[must_use]
    pub fn set_up_link(&self) -> Option<&str> {
        self.set_up_link.as_ref().map(|link| link.as_str())
    }

    /// Stops: no new connections; what is being answered has ten seconds.
    pub async fn shutdown(self) {
        // Nobody listens where no page is open.
        let _ = self.closing.send(true);
        self.handle.graceful_shutdown(Some(FAREWELL));
        // It has stopped, whatever it says.
        let _ = self.task.await;
        self.post.abort();
        let _ = self.post.await;
    }

    /// Stops at once, in the middle of everything, as a power cut would.
    pub async fn kill(self) {
        self.handle.shutdown();
        self.task.abort();
        self.post.abort();
        let _ = self.task.await;
        let _ = self.post.await;
    }
}
