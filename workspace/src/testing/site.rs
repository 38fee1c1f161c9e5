//! A database of each kind, made for one test and gone after it.

use std::{env, fs, future::Future, io::Write, panic, path::PathBuf};

use tokio_postgres::NoTls;
use uuid::Uuid;

use super::{Time, config, workspace_on};
use crate::{
    db::Database,
    service::{Config, Workspace},
};

/// Where instances of one workspace meet.
#[derive(Debug, Clone)]
pub struct Site {
    /// The database's address.
    pub url: String,
    /// The time of all instances.
    pub time: Time,
}

impl Site {
    /// One more instance of the workspace.
    pub async fn instance(&self) -> Workspace {
        let config = Config { clock: self.time.clock(), ..config() };
        workspace_on(self.database().await, config).await
    }

    /// The database, opened once more.
    pub async fn database(&self) -> Database {
        Database::open(&self.url).await.expect("the database opens")
    }

    /// Whether it is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }
}

/// Runs a test with a new workspace on SQLite, and on PostgreSQL where `POCKETKEY_TEST_POSTGRES` is
/// the address of a server (`postgres://USER@HOST/NAME`) whose USER may create databases.
pub async fn each_database<F, Fut>(test: F)
where
    F: Fn(Workspace) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    for place in [Place::sqlite()].into_iter().chain(Place::postgres().await) {
        let workspace = place.site.instance().await;
        place.run(test(workspace)).await;
    }
}

/// Runs a test with a place for instances, on the same databases as [`each_database`].
pub async fn each_site<F, Fut>(test: F)
where
    F: Fn(Site) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    for place in [Place::sqlite()].into_iter().chain(Place::postgres().await) {
        let site = place.site.clone();
        place.run(test(site)).await;
    }
}

/// A site, and what is to be cleared away after it.
struct Place {
    site: Site,
    left: Left,
}

enum Left {
    Folder(PathBuf),
    Database { server: String, name: String },
}

impl Place {
    fn sqlite() -> Self {
        let folder = env::temp_dir().join(format!("pocketkey-test-{}", Uuid::new_v4()));
        fs::create_dir(&folder).expect("a folder for the test");
        let url = format!("sqlite:{}", folder.join("workspace.db").display());
        Self { site: Site { url, time: Time::default() }, left: Left::Folder(folder) }
    }

    async fn postgres() -> Option<Self> {
        let Ok(server) = env::var(SERVER) else {
            assert!(env::var("CI").as_deref() != Ok("true"), "{SERVER} must name a server in CI");
            // Not captured as a passing test's output is: nobody should take this for a pass.
            let _ =
                writeln!(std::io::stderr(), "LEFT OUT: PostgreSQL, as {SERVER} names no server");
            return None;
        };
        let name = format!("pocketkey_test_{}", Uuid::new_v4().simple());
        command(&server, &format!("CREATE DATABASE {name}")).await;
        let url = with_database(&server, &name);
        let left = Left::Database { server, name };
        Some(Self { site: Site { url, time: Time::default() }, left })
    }

    async fn run(self, test: impl Future<Output = ()> + Send + 'static) {
        let result = tokio::spawn(test).await;
        match self.left {
            Left::Folder(folder) => drop(fs::remove_dir_all(folder)),
            Left::Database { server, name } => {
                command(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
            }
        }
        if let Err(error) = result {
            let _ = writeln!(std::io::stderr(), "this was on {}", self.site.url);
            panic::resume_unwind(error.into_panic());
        }
    }
}

/// Names a server for tests.
const SERVER: &str = "POCKETKEY_TEST_POSTGRES";

async fn command(server: &str, sql: &str) {
    let (client, connection) =
        tokio_postgres::connect(server, NoTls).await.expect("the server of the tests answers");
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.expect("the server of the tests obeys");
    connection.abort();
}

/// `postgres://host/this?…` → `postgres://host/name?…`
fn with_database(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').unwrap_or((server, ""));
    let (scheme, rest) = base.split_once("://").expect("an address");
    let host = rest.split_once('/').map_or(rest, |(host, _)| host);
    format!("{scheme}://{host}/{name}?{query}")
}
