//! The way to the workspace: HTTP over TLS (feature `network`; needs a tokio runtime around it).

mod trust;

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    error::Error,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Uri, body::Bytes, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use crate::{
    platform::{BoxFuture, Courier, Letter, Reply, Unreachable},
    protocol::{self, Digest, MAX_MESSAGE_SIZE},
};

type Http = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// How long a connection is kept for the next check-in.
const IDLE: Duration = Duration::from_secs(90);

/// Posts letters over the network. It follows no redirect, keeps no cookie, and asks no proxy.
#[derive(Default)]
pub struct HttpCourier {
    /// A client, with its connections, for each kind of trust.
    clients: Mutex<HashMap<Option<[u8; 32]>, Http>>,
}

impl fmt::Debug for HttpCourier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpCourier").finish_non_exhaustive()
    }
}

impl Courier for HttpCourier {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<Reply, Unreachable>> {
        Box::pin(async move {
            let client = self.client(letter.pin).ok_or(Unreachable::NoAnswer)?;
            tokio::time::timeout(letter.timeout, post(client, letter))
                .await
                .unwrap_or(Err(Unreachable::TimedOut))
        })
    }
}

impl HttpCourier {
    fn client(&self, pin: Option<Digest>) -> Option<Http> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let pin = pin.map(|pin| pin.0);
        if let Some(client) = clients.get(&pin) {
            return Some(client.clone());
        }
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(trust::config(pin)?)
            .https_or_http()
            .enable_http1()
            .build();
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Some(clients.entry(pin).or_insert(client).clone())
    }
}

async fn post(client: Http, letter: Letter) -> Result<Reply, Unreachable> {
    let uri: Uri = letter.url.parse().map_err(|_| Unreachable::NoAnswer)?;
    // Nothing is said in the clear but on this machine.
    if uri.scheme_str() != Some("https") && !uri.host().is_some_and(protocol::is_this_machine) {
        return Err(Unreachable::NotTheServer);
    }
    let request = Request::post(uri)
        .header(header::CONTENT_TYPE, letter.media_type)
        .header(header::USER_AGENT, concat!("pocketkey/", env!("CARGO_PKG_VERSION")))
        .body(Full::new(Bytes::from(letter.body)))
        .map_err(|_| Unreachable::NoAnswer)?;
    let (head, body) = client.request(request).await.map_err(|error| why(&error))?.into_parts();
    let body =
        Limited::new(body, MAX_MESSAGE_SIZE).collect().await.map_err(|_| Unreachable::NoAnswer)?;
    Ok(Reply { status: head.status.as_u16(), body: body.to_bytes().to_vec() })
}

/// Whether it was the certificate that kept us from the server.
fn why(error: &(dyn Error + 'static)) -> Unreachable {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) =
            error.downcast_ref()
        {
            return Unreachable::NotTheServer;
        }
        // What an I/O error wraps is not its source, but stands in its place.
        cause = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    Unreachable::NoAnswer
}

/// One client for every part of a program: so that connections are shared.
impl Courier for Arc<HttpCourier> {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<Reply, Unreachable>> {
        self.as_ref().send(letter)
    }
}
