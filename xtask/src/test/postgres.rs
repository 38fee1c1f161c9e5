//! A PostgreSQL server for the length of a step: a cluster of its own, on a socket of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::install;
use crate::process::{Failed, ask, run};

/// How long it may take to start.
const START: Duration = Duration::from_secs(30);

/// A server that ends, with all that it keeps, when this is dropped.
pub struct Server {
    folder: PathBuf,
    process: Child,
}

impl Server {
    /// Installs PostgreSQL where it is missing, and starts it.
    ///
    /// # Errors
    /// [`Failed::Lacking`] where it cannot be installed.
    pub fn start() -> Result<Self, Failed> {
        install::debian(&["postgresql"])?;
        let programs = programs()?;
        // PostgreSQL does not run as root, and a socket's path has to be short.
        let folder =
            std::env::temp_dir().join(format!("pocketkey-postgres-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        if install::is_root() {
            run(Command::new("chown").arg("postgres:").arg(&folder), |_| {})?;
        }
        let data = folder.join("data");
        let mut initdb = as_postgres(&programs.join("initdb"));
        initdb.args(["--auth=trust", "--encoding=UTF8", "--no-sync", "--username=postgres"]);
        ask(initdb.arg("--pgdata").arg(&data))
            .ok_or_else(|| Failed::Broken("initdb failed".to_owned()))?;
        let mut server = as_postgres(&programs.join("postgres"));
        server.arg("-D").arg(&data).arg("-k").arg(&folder);
        server.args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=300"]);
        let log = fs::File::create(folder.join("log"))?;
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let server = Self { process: server.spawn()?, folder };
        server.wait(&programs)?;
        Ok(server)
    }

    /// Where it is, as a connection URL of a user who may make databases.
    pub fn url(&self) -> String {
        let host = self.folder.to_string_lossy().replace('/', "%2F");
        format!("postgres://postgres@{host}/postgres")
    }

    fn wait(&self, programs: &Path) -> Result<(), Failed> {
        let begin = Instant::now();
        while begin.elapsed() < START {
            let mut ready = Command::new(programs.join("pg_isready"));
            if ask(ready.arg("--quiet").arg("--host").arg(&self.folder)).is_some() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(Failed::Broken(format!("PostgreSQL does not start:\n{log}")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown; the server is the child itself.
        let _ = ask(Command::new("kill").arg("-INT").arg(self.process.id().to_string()));
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Debian keeps each version's programs in a folder of its own; the newest is used.
fn programs() -> Result<PathBuf, Failed> {
    let mut versions: Vec<_> = fs::read_dir("/usr/lib/postgresql")?
        .filter_map(|found| found.ok().map(|found| found.path().join("bin")))
        .filter(|programs| programs.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().ok_or_else(|| Failed::Broken("PostgreSQL has no initdb".to_owned()))
}

/// The program, run by a user whom PostgreSQL does not refuse. `setpriv` becomes the program, so that
/// the child is the server and no shell around it.
fn as_postgres(program: &Path) -> Command {
    if !install::is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    // It may not be allowed to look at the folder that we are in.
    command.current_dir("/");
    command
}
