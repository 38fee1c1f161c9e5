//! Nothing that lets somebody in is in the log, however much is logged, nor in the database.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use axum::{body::Body, http::Request};
use base64ct::{Base64UrlUnpadded, Encoding};
use pocketkey_core::protocol::ActivationLink;
use tracing::subscriber::NoSubscriber;
use tracing_subscriber::fmt::MakeWriter;

use super::super::testing::{Browser, Lab, PASSWORD};
use crate::{
    db::Database,
    mail::{Carrier, Post},
    model::{KeyKind, NewKey, Scope, TicketPurpose},
    service::{Config, NewToken},
    testing::{self, Time, mail_server::Server, mime},
};

const WRONG_PASSWORD: &str = "a wrong one that is as secret 55";
const ORIGIN: &str = "http://localhost:8080";

/// What is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The ways in which a secret could be written: as the text that it is, and, where that is base64url,
/// what it stands for.
fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let mut all = vec![secret.as_bytes().to_vec()];
    if let Ok(bytes) = Base64UrlUnpadded::decode_vec(secret)
        && bytes.len() == 32
    {
        let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let decimal: Vec<String> = bytes.iter().map(u8::to_string).collect();
        all.extend([
            hexadecimal.to_uppercase().into_bytes(),
            hexadecimal.into_bytes(),
            decimal.join(", ").into_bytes(),
            bytes,
        ]);
    }
    all
}

fn tells(text: &[u8], secret: &str) -> bool {
    spellings(secret).iter().any(|one| text.windows(one.len()).any(|part| part == one))
}

async fn asked_by_token(lab: &Lab, token: &str) -> u16 {
    let request = Request::get("/api/v1/users").header("authorization", format!("Bearer {token}"));
    lab.ask(request.body(Body::empty()).unwrap()).await.status.as_u16()
}

async fn sign_in(browser: &mut Browser, password: &str) {
    browser.post("/admin/sign-in", &[("user_name", "owner"), ("password", password)]).await;
}

/// Uses everything that lets somebody in, rightly and wrongly; gives all of it, by name.
async fn secrets(lab: &Lab) -> Vec<(&'static str, String)> {
    let (workspace, actor) = (lab.workspace(), testing::administrator());
    let link = workspace.new_set_up_link().await.unwrap().unwrap().text().to_string();
    let mut owner = lab.browser();
    let fields = [
        ("name", "O"),
        ("user_name", "owner"),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
    ];
    owner.get(&format!("/set-up/{link}")).await;
    owner.post(&format!("/set-up/{link}"), &fields).await;
    let first_session = owner.cookies["pocketkey"].clone();
    let csrf = owner.csrf().await;
    owner.post("/admin/sign-out", &[]).await;
    let mut visitor = lab.browser();
    sign_in(&mut visitor, WRONG_PASSWORD).await;
    let visit = visitor.cookies["pocketkey-visit"].clone();
    sign_in(&mut visitor, PASSWORD).await;
    let session = visitor.cookies["pocketkey"].clone();

    let new = NewToken { label: "t".to_owned(), scopes: vec![Scope::UsersRead], days: None };
    let (token, text) = workspace.create_token(&actor, &new).await.unwrap();
    assert_eq!(asked_by_token(lab, &text).await, 200);
    workspace.revoke_token(&actor, token.id).await.unwrap();
    assert_eq!(asked_by_token(lab, &text).await, 401);

    let user = testing::user(workspace, 1).await;
    let new = NewKey { kind: KeyKind::Smartphone, label: "phone".to_owned(), settings: None };
    let key = workspace.assign_key(&actor, user.id, &new).await.unwrap();
    let mailed = mailed_ticket(lab, key.id).await;
    let issued = workspace.issue_ticket(&actor, key.id, TicketPurpose::ActivateNow).await;
    let ticket = issued.unwrap().link.unwrap().ticket;
    let ticket = Base64UrlUnpadded::encode_string(ticket.0.as_ref());
    for offered in [&ticket, &mailed] {
        let request = Request::post("/phone/v1/offer").header("content-type", "application/json");
        lab.ask(request.body(Body::from(format!(r#"{{"ticket":"{offered}"}}"#))).unwrap()).await;
    }
    vec![
        ("the link of the set-up", link),
        ("the password", PASSWORD.to_owned()),
        ("the wrong password", WRONG_PASSWORD.to_owned()),
        ("a session that was ended", first_session),
        ("a session", session),
        ("a visit", visit),
        ("a form's token", csrf),
        ("an API token", text.trim_start_matches("pocketkey_").to_owned()),
        ("a ticket", ticket),
        ("a mailed ticket", mailed),
    ]
}

/// A message leaves, after a server that refused it, and says a link.
async fn mailed_ticket(lab: &Lab, key: crate::model::KeyId) -> String {
    let (workspace, actor) = (lab.workspace(), testing::administrator());
    workspace.issue_ticket(&actor, key, TicketPurpose::ActivateByEmail).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let refusing = Server::answering("450 come back later");
    for carrier in
        [Carrier::smtp(&refusing.url, "localhost").unwrap(), Carrier::folder(folder.path())]
    {
        let from = "Test workspace <keys@example.org>".parse().unwrap();
        let post = Post { from, carrier, host: "localhost".to_owned() };
        workspace.send_mail(&post).await.unwrap();
        lab.time.pass(60 * 60);
    }
    let message = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let text = mime::parse(&std::fs::read_to_string(message).unwrap()).parts[0].text();
    let link = text.split_whitespace().find(|word| word.starts_with("http")).unwrap();
    Base64UrlUnpadded::encode_string(ActivationLink::parse(link).unwrap().ticket.0.as_ref())
}

#[tokio::test]
async fn no_secret_is_in_the_log_at_any_level_nor_in_the_database() {
    let log = Log::default();
    let logging = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    // Where there is one subscriber only, the thread that first comes to a line decides for all whether
    // anybody wants it; other tests' threads have none.
    let _second = tracing::Dispatch::new(NoSubscriber::default());
    let guard = tracing::subscriber::set_default(logging);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("workspace.db").display());
    let time = Time::default();
    let config = Config { clock: time.clock(), ..Config::new(ORIGIN, "Test workspace") };
    let database = Database::open(&url).await.unwrap();
    let lab = Lab::of(testing::workspace_on(database, config).await, ORIGIN, time);
    let secrets = secrets(&lab).await;
    drop(guard);

    let logged = log.0.lock().unwrap().clone();
    assert!(tells(&logged, "/phone/v1/offer"), "every request is logged at this level");
    let files = std::fs::read_dir(folder.path()).unwrap();
    let kept: Vec<u8> =
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(tells(&kept, "user1@example.org"), "the search finds what is there");
    for (name, secret) in &secrets {
        assert!(!tells(&logged, secret), "{name} is in the log");
        assert!(!tells(&kept, secret), "{name} is in the database");
    }
}
