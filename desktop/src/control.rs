//! How other commands reach a running phone: a socket in its state directory, for its owner alone. One
//! line of JSON, an [`Errand`], is answered by another, its [`Outcome`]; whoever hangs up cancels.

use std::error::Error;
use std::fs;
use std::io::{self, BufRead, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream as Stream;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedReadHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};

use crate::errand::{Errand, Outcome};
use crate::log::Event;
use crate::phone::session::Session;

#[cfg(test)]
mod tests;

/// The socket's name in the state directory.
const NAME: &str = "control";
/// The longest errand, in bytes.
const LONGEST: u64 = 8192;
/// How long the errand may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(5);
/// How long the outcome may take: a person's answer, and three of the workspace's.
const OUTCOME: Duration = Duration::from_secs(120);

/// The running phone's end.
#[derive(Debug)]
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
}

impl Control {
    /// Listens in a state directory that this process has for itself.
    ///
    /// # Errors
    /// What the system refuses: the path of a socket may have some 100 bytes.
    pub fn listen(directory: &Path) -> io::Result<Self> {
        let path = directory.join(NAME);
        // Whoever left it there is gone, or the directory would not be ours.
        if fs::symlink_metadata(&path).is_ok_and(|found| found.file_type().is_socket()) {
            fs::remove_file(&path)?;
        }
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Carries errands out for as long as it is polled.
    pub async fn serve(self, session: Rc<Session>) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let session = Rc::clone(&session);
                    spawn_local(async move {
                        // Whoever has gone needs no answer.
                        let _ = answer(&session, stream).await;
                    });
                }
                // Out of files, most likely.
                Err(_) => sleep(Duration::from_millis(100)).await,
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

async fn answer(session: &Session, stream: UnixStream) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    let mut line = String::new();
    timeout(ARRIVAL, (&mut reader).take(LONGEST).read_line(&mut line)).await??;
    let outcome = match serde_json::from_str::<Errand>(&line) {
        Ok(errand) => {
            let activates = matches!(errand, Errand::Activate { .. });
            let outcome = tokio::select! {
                outcome = errand.carry_out(&session.authenticator) => outcome,
                () = hung_up(&mut reader) => return Ok(()),
            };
            if activates {
                session.log.emit(&Event::Activation(&outcome));
            }
            outcome
        }
        Err(error) => Outcome::failed("errand", &error),
    };
    let mut line = serde_json::to_vec(&outcome)?;
    line.push(b'\n');
    writer.write_all(&line).await
}

async fn hung_up(reader: &mut BufReader<OwnedReadHalf>) {
    let mut byte = [0];
    while reader.read(&mut byte).await.is_ok_and(|read| read > 0) {}
}

/// Another command's end.
#[derive(Debug)]
pub struct Running(Stream);

impl Running {
    /// The phone that runs in this state directory, if one does.
    #[must_use]
    pub fn at(directory: &Path) -> Option<Self> {
        Stream::connect(directory.join(NAME)).ok().map(Self)
    }

    /// Has the phone carry an errand out.
    ///
    /// # Errors
    /// That the phone has ended meanwhile.
    pub fn carry_out(mut self, errand: &Errand) -> Result<Outcome, Box<dyn Error>> {
        let mut line = serde_json::to_vec(errand)?;
        line.push(b'\n');
        self.0.set_read_timeout(Some(OUTCOME))?;
        self.0.write_all(&line)?;
        let mut answer = String::new();
        io::BufReader::new(&self.0).read_line(&mut answer)?;
        serde_json::from_str(&answer)
            .map_err(|_| "the running phone has ended: try again, without it".into())
    }
}
