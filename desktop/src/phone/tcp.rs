//! CTAPHID over loopback TCP: each connection is a USB port of its own.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::spawn_local;
use tokio::time::sleep;

use super::frames::{FrameWriter, Frames, acknowledge};
use super::link::{self, Control, Incoming, Outgoing, ReportSink, ReportSource};
use super::session::Session;
use crate::log::Event;

#[cfg(test)]
mod tests;

/// How many clients there can be at once.
const CLIENTS: usize = 64;

/// How much may wait to be written to a client, in bytes, before no more is read from it.
const MOST_WAITING: usize = 16 * 1024;

/// Why there is no TCP.
#[derive(Debug, thiserror::Error)]
pub enum TcpError {
    /// The address is none.
    #[error("--tcp {0}: not an address; write HOST:PORT, such as 127.0.0.1:35962")]
    NotAnAddress(String),
    /// The address can be reached from other machines.
    #[error("--tcp {0}: refused, because other machines could reach it; use 127.0.0.1 or [::1]")]
    NotLoopback(String),
    /// The system refused.
    #[error(
        "--tcp {address}: {error}; is another phone running there? `--tcp 127.0.0.1:0` takes any free port"
    )]
    Bind {
        /// The address.
        address: String,
        /// What the system said.
        error: io::Error,
    },
}

/// Binds to `address`, and to nothing but loopback: everyone who reaches it can use the keys.
///
/// # Errors
/// Any [`TcpError`].
pub async fn bind(address: &str) -> Result<(TcpListener, SocketAddr), TcpError> {
    let failed = |error| TcpError::Bind { address: address.to_owned(), error };
    let listener = TcpListener::bind(loopback(address)?).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

fn loopback(address: &str) -> Result<SocketAddr, TcpError> {
    let mut found =
        address.to_socket_addrs().map_err(|_| TcpError::NotAnAddress(address.to_owned()))?;
    let first = found.next().ok_or_else(|| TcpError::NotAnAddress(address.to_owned()))?;
    if !first.ip().is_loopback() || found.any(|other| !other.ip().is_loopback()) {
        return Err(TcpError::NotLoopback(address.to_owned()));
    }
    Ok(first)
}

/// Serves every client that connects, until it is dropped.
pub async fn serve(session: Rc<Session>, listener: TcpListener, test_controls: bool) {
    let places = Arc::new(Semaphore::new(CLIENTS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let session = Rc::clone(&session);
                spawn_local(async move {
                    client(&session, stream, test_controls).await;
                    drop(place);
                });
            }
            Err(error) => {
                session.log.emit(&Event::Problem(&format!("no client accepted: {error}")));
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn client(session: &Rc<Session>, stream: TcpStream, test_controls: bool) {
    let id = session.new_link("tcp", true);
    session.log.emit(&Event::Connected(&id.name));
    // A report is a message of its own: waiting to fill a segment would only cost time.
    let _ = stream.set_nodelay(true);
    let (reader, writer) = stream.into_split();
    let allowed = if test_controls { is_report_or_control } else { is_report };
    let source = Source(Frames::new(reader, allowed, acknowledge));
    let sink = Sink(FrameWriter::new(writer));
    match link::serve(session, &id, source, sink).await {
        Ok(()) => session.log.emit(&Event::Disconnected(&id.name, "the client left")),
        Err(error) => session.log.emit(&Event::Disconnected(&id.name, &error.to_string())),
    }
}

const fn is_report(length: u16) -> bool {
    length == 64
}

const fn is_report_or_control(length: u16) -> bool {
    is_report(length) || length == 1
}

struct Source<R>(Frames<R>);

impl<R: AsyncRead + Unpin> ReportSource for Source<R> {
    async fn next(&mut self) -> io::Result<Option<Incoming>> {
        let Some(frame) = self.0.next().await? else { return Ok(None) };
        match frame.as_slice() {
            [0] => Ok(Some(Incoming::Control(Control::PowerCycle))),
            [1] => Ok(Some(Incoming::Control(Control::FactoryReset))),
            report => report
                .try_into()
                .map(|report| Some(Incoming::Report(report)))
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "an unknown test control")),
        }
    }
}

struct Sink<W>(FrameWriter<W>);

impl<W: AsyncWrite + Unpin> ReportSink for Sink<W> {
    fn has_room(&self) -> bool {
        self.0.waiting() < MOST_WAITING
    }

    fn push(&mut self, outgoing: Outgoing) {
        // Both are far below the longest frame.
        let _ = match outgoing {
            Outgoing::Report(report) => self.0.push(&report),
            Outgoing::Done(Control::PowerCycle) => self.0.push(&[0]),
            Outgoing::Done(Control::FactoryReset) => self.0.push(&[1]),
        };
    }

    fn waits(&self) -> bool {
        self.0.waiting() > 0
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.0.flush().await
    }
}
