//! A workspace with one of everything that an address can name, made once and copied for each input.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    rc::Rc,
    sync::OnceLock,
};

use pocketkey_core::protocol::{Base64Url, Ticket};
use pocketkey_workspace::{
    Workspace,
    data::{sessions, sessions::NewSession, sessions::Owner},
    db::{Database, Value, values},
    model::{
        Actor, ActorKind, AdministratorId, KeyKind, NewKey, NewUser, Role, Scope, TicketPurpose,
        Timestamp, User, UserId,
    },
    service::{Config, NewAdministrator, NewOwner, NewToken, Password, Secret, Signer},
};

use super::parse::Who;
use crate::handset::Handset;

/// Where people reach it: this machine, so that phones take it without TLS.
pub const ORIGIN: &str = "http://localhost:8465";
/// An address that no stranger may be told.
pub const HIDDEN: &str = "hidden@example.org";
/// A part of a name that must not become a part of a page.
pub const MARKUP: &str = "<i7>";
/// When it is.
pub const NOW: Timestamp = Timestamp(1_700_000_000_000);

const PASSWORD: &str = "only a visitor knows 8151";
/// Of nothing.
const NOTHING: &str = "018f0000-0000-7000-8000-000000000000";

/// What an input begins with.
pub struct Scene {
    /// The database's file.
    pub database: Vec<u8>,
    /// What stands for what in braces: identifiers, known to all.
    pub names: BTreeMap<&'static str, String>,
    /// The same for what was handed out in confidence.
    pub secrets: BTreeMap<&'static str, String>,
    /// The cookie that each brings.
    pub cookies: BTreeMap<Who, (&'static str, String)>,
    /// The token that each program brings.
    pub tokens: BTreeMap<Who, String>,
    /// A phone that is a key.
    pub phone: Handset,
    /// One that has a ticket.
    pub newcomer: RefCell<Handset>,
    pub ticket: Ticket,
}

thread_local! {
    static SCENE: RefCell<Option<Rc<Scene>>> = const { RefCell::new(None) };
}

/// The scene of all inputs.
pub fn scene() -> Rc<Scene> {
    if let Some(scene) = SCENE.with_borrow(Clone::clone) {
        return scene;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let scene = Rc::new(runtime.expect("a runtime").block_on(make()));
    SCENE.set(Some(Rc::clone(&scene)));
    scene
}

/// Where the files are: in memory, where the machine has such a place.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = base.join(format!("pocketkey-fuzz-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        folder
    })
}

/// The workspace in this file.
pub async fn open(file: &Path) -> Workspace {
    let database = Database::open(&format!("sqlite:{}", file.display())).await;
    let config = Config { clock: std::sync::Arc::new(|| NOW), ..Config::new(ORIGIN, "Workspace") };
    let signer = Signer::from_seed(&[7; 32]).expect("a seed");
    Workspace::open(database.expect("a database"), signer, config).await.expect("a workspace")
}

fn actor() -> Actor {
    Actor { kind: ActorKind::Administrator, id: "one".to_owned(), name: "one".to_owned() }
}

async fn user(workspace: &Workspace, number: u8) -> User {
    let new = NewUser {
        user_id: format!("U-{number}"),
        name: format!("User {MARKUP} {number}"),
        email: Some(if number == 1 { HIDDEN.to_owned() } else { format!("{number}@example.org") }),
        user_name: format!("user{number}"),
        groups: vec!["group".to_owned()],
    };
    workspace.add_user(&actor(), &new).await.expect("a user")
}

async fn key(
    workspace: &Workspace,
    user: UserId,
    kind: KeyKind,
) -> pocketkey_workspace::model::Key {
    let new = NewKey { kind, label: format!("key {MARKUP}"), settings: None };
    workspace.assign_key(&actor(), user, &new).await.expect("a key")
}

async fn ticket(workspace: &Workspace, key: pocketkey_workspace::model::KeyId) -> Ticket {
    let issued = workspace.issue_ticket(&actor(), key, TicketPurpose::ActivateNow).await;
    issued.expect("a ticket").link.expect("a QR").ticket
}

async fn execute(workspace: &Workspace, sql: &str, values: &[Value]) {
    let mut tx = workspace.db().write().await.expect("a transaction");
    tx.execute(sql, values).await.expect("it is right");
    tx.commit().await.expect("a commit");
}

async fn session(workspace: &Workspace, owner: Owner) -> String {
    let secret = Secret::new().expect("random bytes");
    let hash = secret.hash();
    let session =
        NewSession { hash: &hash, owner, now: NOW, expires_at: NOW.plus_seconds(60 * 60) };
    let mut tx = workspace.db().write().await.expect("a transaction");
    sessions::begin(&mut tx, &session).await.expect("a session");
    tx.commit().await.expect("a commit");
    secret.text().to_string()
}

async fn administrator(workspace: &Workspace, role: Role) -> (AdministratorId, Secret) {
    let new = NewAdministrator {
        user_name: role.name().to_owned(),
        name: format!("The {}", role.name()),
        role,
    };
    let (added, link) =
        workspace.add_administrator(&actor(), &new).await.expect("an administrator");
    (added.id, link)
}

async fn make() -> Scene {
    let file = folder().join("scene.db");
    let workspace = open(&file).await;
    let link = workspace.new_set_up_link().await.expect("it answers").expect("it is new");
    let new = NewOwner {
        user_name: "owner".to_owned(),
        name: "The owner".to_owned(),
        password: Password::from(PASSWORD),
    };
    let owner = workspace.set_up(&link, &new).await.expect("an owner");
    let (changing, _) = administrator(&workspace, Role::Administrator).await;
    let (auditor, invitation) = administrator(&workspace, Role::Auditor).await;

    let (person, other) = (user(&workspace, 1).await, user(&workspace, 2).await);
    let mut phone = Handset::new();
    let active = key(&workspace, person.id, KeyKind::Smartphone).await;
    let used = ticket(&workspace, active.id).await;
    let offer = pocketkey_core::protocol::OfferRequest { ticket: used.clone() };
    let offer = workspace.offer(&offer).await.expect("an offer");
    workspace.enrol(&phone.enrol(&used, &offer)).await.expect("an enrolment");
    let pending = key(&workspace, other.id, KeyKind::Smartphone).await;
    let open_ticket = ticket(&workspace, pending.id).await;

    // What an e-mail's link says is made when the message leaves, which nothing does here.
    let card = key(&workspace, other.id, KeyKind::Card).await;
    let by_mail = Ticket(zeroize::Zeroizing::new([9; 32]));
    let issued = workspace.issue_ticket(&actor(), card.id, TicketPurpose::RegisterByEmail).await;
    execute(
        &workspace,
        "UPDATE tickets SET hash = $1 WHERE id = $2",
        values![by_mail.digest().0, issued.expect("a ticket").ticket.id],
    )
    .await;
    let mail = workspace.db().read().await.expect("a transaction");
    let mail = first(mail, "SELECT id FROM outbox").await;

    let token = async |label: &str, scopes: &[Scope]| {
        let new = NewToken { label: label.to_owned(), scopes: scopes.to_vec(), days: None };
        workspace.create_token(&actor(), &new).await.expect("a token")
    };
    let (reader, reading) =
        token("reader", &[Scope::UsersRead, Scope::KeysRead, Scope::EventsRead]).await;
    let (_, program) = token("program", &Scope::ALL).await;
    let group = workspace.db().read().await.expect("a transaction");
    let group = first(group, "SELECT id FROM groups").await;

    let panel = async |id| session(&workspace, Owner::Administrator(id)).await;
    let cookies = BTreeMap::from([
        (Who::Owner, ("pocketkey", panel(owner.administrator.id).await)),
        (Who::Administrator, ("pocketkey", panel(changing).await)),
        (Who::Auditor, ("pocketkey", panel(auditor).await)),
        (
            Who::User,
            ("pocketkey-user", session(&workspace, Owner::User(person.id, active.id)).await),
        ),
    ]);
    let text = |bytes: &[u8]| Base64Url(bytes.to_vec()).text();
    let names = BTreeMap::from([
        ("user", other.id.to_string()),
        ("phone", active.id.to_string()),
        ("key", pending.id.to_string()),
        ("card", card.id.to_string()),
        ("group", group),
        ("administrator", changing.to_string()),
        ("token", reader.id.to_string()),
        ("mail", mail),
        ("nothing", NOTHING.to_owned()),
    ]);
    let secrets = BTreeMap::from([
        ("password", PASSWORD.to_owned()),
        ("ticket", text(open_ticket.0.as_ref())),
        ("mailed", text(by_mail.0.as_ref())),
        ("link", invitation.text().to_string()),
    ]);
    drop(workspace);
    // Out of the log, when the last connection of the workspace has ended.
    tokio::task::yield_now().await;
    let db = rusqlite::Connection::open(&file).expect("it opens");
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("a checkpoint");
    drop(db);
    Scene {
        database: fs::read(&file).expect("it is there"),
        names,
        secrets,
        cookies,
        tokens: BTreeMap::from([
            (Who::Program, program.to_string()),
            (Who::Reader, reading.to_string()),
        ]),
        phone,
        newcomer: RefCell::new(Handset::new()),
        ticket: open_ticket,
    }
}

async fn first(mut tx: pocketkey_workspace::db::Transaction, sql: &str) -> String {
    let row = tx.row(sql, &[]).await.expect("an answer").expect("a row");
    row.get(0).expect("text")
}
