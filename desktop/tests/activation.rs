//! The built command, making phones keys of a workspace.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    missing_docs
)]
// Each test file uses another part of what they share.
#![allow(dead_code)]

use std::fs;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;

use ciborium::Value as Cbor;
use pocketkey_core::policy::{OfflineLogin, Settings};
use pocketkey_core::protocol::KeyState;
use pocketkey_core::testing::workspace::TicketState;
use pocketkey_workspace::qr::Qr;
use serde_json::Value;

use self::server::Server;
use self::support::client::{CBOR, Client};
use self::support::{Folder, POCKETKEY, Phone};

#[path = "activation/server.rs"]
mod server;
mod support;

/// What a command said, and its exit status.
struct Said {
    status: i32,
    output: String,
    error: String,
}

impl Said {
    /// The last line, which is a JSON object.
    fn last(&self) -> Value {
        let last = self.output.lines().last();
        serde_json::from_str(last.expect("a line")).unwrap()
    }
}

fn begin(arguments: &[&str]) -> Child {
    let mut command = Command::new(POCKETKEY);
    command.arg("phone").args(arguments).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn end(child: Child) -> Said {
    let output = child.wait_with_output().unwrap();
    Said {
        status: output.status.code().unwrap(),
        output: String::from_utf8(output.stdout).unwrap(),
        error: String::from_utf8(output.stderr).unwrap(),
    }
}

fn phone(arguments: &[&str]) -> Said {
    end(begin(arguments))
}

/// Activates a phone that nobody else has, by itself.
fn activate(folder: &Folder, link: &str) -> Said {
    let state = folder.path().to_str().unwrap();
    let agreeing = ["--approve", "always", "--verify", "pass", "--json"];
    phone(&[&["activate", link, "--state", state], &agreeing[..]].concat())
}

fn status(folder: &Folder, more: &[&str]) -> Said {
    let state = folder.path().to_str().unwrap();
    phone(&[&["status", "--json", "--state", state], more].concat())
}

fn offline() -> Settings {
    let offline_login = Some(OfflineLogin { uses: 10, days: 3 });
    Settings { offline_login, ..Settings::default() }
}

#[test]
fn the_picture_of_a_code_makes_the_phone_a_key() {
    let (folder, server) = (Folder::new(), Server::start(offline()));
    let link = server.link(1);
    let picture = folder.path().join("qr.png");
    fs::write(&picture, Qr::of(&link).unwrap().png(4).unwrap()).unwrap();
    let picture = picture.to_str().unwrap();

    let scanned = phone(&["scan", picture]);
    assert_eq!((scanned.status, scanned.output.trim_end()), (0, link.as_str()));
    let scanned = phone(&["scan", picture, "--json"]).last();
    assert_eq!(scanned["link"], link);
    assert_eq!(scanned["pinned"], false);

    let new = folder.path().join("phone");
    let new = new.to_str().unwrap();
    let activated = phone(&[
        "activate",
        "--image",
        picture,
        "--state",
        new,
        "--approve",
        "always",
        "--verify",
        "pass",
    ]);
    assert_eq!(activated.status, 0, "{}", activated.error);
    let last = activated.output.lines().last().unwrap();
    assert!(last.starts_with("This phone is a key of Example Keys (http://localhost:"), "{last}");

    let told = phone(&["status", "--state", new]);
    assert_eq!(told.status, 0, "{}", told.error);
    for part in ["Example Keys", "First User (user1)", "active", "10 signatures left", "just now"] {
        assert!(told.output.contains(part), "{part} in {}", told.output);
    }
}

#[test]
fn json_tells_what_was_joined_and_how_the_phone_stands() {
    let (folder, server) = (Folder::new(), Server::start(offline()));
    let none = status(&folder, &[]);
    assert_eq!(none.status, 3, "{}", none.error);
    assert!(none.last()["membership"].is_null());

    let activated = activate(&folder, &server.link(1));
    assert_eq!(activated.status, 0, "{}", activated.error);
    let lines: Vec<Value> =
        activated.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["asked", "consent", "activated"]);
    assert_eq!(lines[0]["operation"], "join_workspace");
    assert_eq!(lines[0]["needs"], "verification");
    assert_eq!(lines[0]["join"]["user"], "user1");
    assert_eq!(lines[0]["join"]["settings"]["offline_login"]["uses"], 10);
    assert_eq!(lines[2]["key"], "active");
    assert_eq!(lines[2]["workspace"]["name"], "Example Keys");

    let told = status(&folder, &[]);
    assert_eq!(told.status, 0, "{}", told.error);
    assert_eq!(told.last()["membership"]["grant"]["left"], 10);

    let again = activate(&folder, &server.link(2));
    assert_eq!(again.status, 1);
    assert_eq!(again.last()["reason"], "already_bound");
    assert!(again.error.contains("reset it before"), "{}", again.error);
}

#[test]
fn a_refusal_leaves_nothing_and_says_what_to_do() {
    let (folder, server) = (Folder::new(), Server::start(offline()));
    let state = folder.path().to_str().unwrap();
    for (ticket, reason) in
        [(TicketState::Expired, "ticket_expired"), (TicketState::Cancelled, "ticket_cancelled")]
    {
        let link = server.workspace.issue(1);
        server.workspace.set_ticket(&link, ticket);
        let refused = activate(&folder, &link.text());
        assert_eq!((refused.status, &refused.last()["reason"]), (1, &Value::from(reason)));
        assert!(
            refused.error.contains("ask the administrator for a new code"),
            "{}",
            refused.error
        );
    }
    let link = server.link(2);
    let declined = phone(&["activate", &link, "--approve", "never", "--json", "--state", state]);
    assert_eq!(declined.last()["reason"], "not_agreed");
    for wrong in ["https://example.org/", "http://keys.example/activate#t=a&k=b", "-"] {
        let refused = activate(&folder, wrong);
        assert_eq!(refused.status, 1);
        assert!(refused.error.contains("activation code"), "{}", refused.error);
    }
    let told = status(&folder, &[]);
    assert_eq!(told.status, 3);
    assert!(told.last()["membership"].is_null() && told.last()["pending"].is_null());
}

#[test]
fn a_link_can_come_on_standard_input() {
    let (folder, server) = (Folder::new(), Server::start(offline()));
    let state = folder.path().to_str().unwrap();
    let mut child =
        begin(&["activate", "-", "--approve", "always", "--verify", "pass", "--state", state]);
    writeln!(child.stdin.take().unwrap(), "{}", server.link(1)).unwrap();
    let activated = end(child);
    assert_eq!(activated.status, 0, "{}", activated.error);
}

#[test]
fn a_lost_answer_is_asked_for_again_by_the_same_code() {
    let (folder, server) = (Folder::new(), Server::start(offline()));
    let link = server.link(1);
    server.loses_answers.store(true, Ordering::SeqCst);
    let lost = activate(&folder, &link);
    assert_eq!((lost.status, &lost.last()["reason"]), (1, &Value::from("unreachable")));
    assert!(lost.error.contains("then scan the same code again"), "{}", lost.error);
    assert_eq!(status(&folder, &[]).last()["pending"]["user"]["name"], "user1");

    server.loses_answers.store(false, Ordering::SeqCst);
    let activated = activate(&folder, &link);
    assert_eq!(activated.status, 0, "{}", activated.error);
    let enrolments = server.enrolments.lock().unwrap();
    // The client itself may have sent it twice, when its connection was cut.
    assert!(enrolments.len() >= 2);
    assert!(enrolments.iter().all(|sent| *sent == enrolments[0]));
    assert!(status(&folder, &[]).last()["pending"].is_null());
}

#[test]
fn a_running_phone_is_activated_where_it_runs() {
    let (folder, server) = (Folder::new(), Server::start(offline()));
    let state = folder.path().to_str().unwrap();
    let mut running = Phone::start(&folder, &[]);
    let command = begin(&["activate", &server.link(1), "--state", state]);
    let asked = running.wait_for("asked");
    assert_eq!(asked["operation"], "join_workspace");
    assert_eq!(asked["join"]["workspace"], "Example Keys");
    running.say("v");
    assert_eq!(running.wait_for("activated")["key"], "active");
    let activated = end(command);
    assert_eq!(activated.status, 0, "{}", activated.error);
    assert!(activated.error.contains("is running: agree there"), "{}", activated.error);

    assert_eq!(status(&folder, &[]).last()["membership"]["policy_version"], 1);
    server.workspace.set_settings(Settings::default());
    let told = status(&folder, &["--check-in"]);
    assert_eq!((told.status, &told.last()["membership"]["policy_version"]), (0, &Value::from(2)));
    server.set_state(KeyState::Suspended);
    let told = status(&folder, &["--check-in"]);
    assert_eq!((told.status, &told.last()["membership"]["key"]), (3, &Value::from("suspended")));
    assert!(running.stop().0.success());
    assert!(!folder.path().join("control").exists());
}

#[test]
fn whoever_gives_up_takes_the_question_off_the_running_phones_screen() {
    let (folder, server) = (Folder::new(), Server::start(offline()));
    let state = folder.path().to_str().unwrap();
    let mut running = Phone::start(&folder, &[]);
    let mut command = begin(&["activate", &server.link(1), "--state", state]);
    running.wait_for("asked");
    command.kill().unwrap();
    command.wait().unwrap();
    running.wait_for("withdrawn");
    let told = status(&folder, &[]).last();
    assert!(told["membership"].is_null() && told["pending"].is_null());
    running.stop();
}

#[test]
fn a_running_phone_checks_in_and_says_why_it_refuses() {
    let (folder, server) = (Folder::new(), Server::start(Settings::default()));
    assert_eq!(activate(&folder, &server.link(1)).status, 0);
    let mut running = Phone::start(&folder, &["--verify", "pass"]);
    assert_eq!(running.wait_for("check_in")["key"], "active");

    server.set_state(KeyState::Suspended);
    let mut client = Client::connect(&running);
    let channel = client.channel();
    let text = |text: &str| Cbor::Text(text.to_owned());
    let parameters = Cbor::Map(vec![
        (Cbor::Integer(1.into()), text("localhost")),
        (Cbor::Integer(2.into()), Cbor::Bytes(vec![1; 32])),
        (Cbor::Integer(5.into()), Cbor::Map(vec![(text("uv"), Cbor::Bool(true))])),
    ]);
    let mut request = vec![2];
    ciborium::into_writer(&parameters, &mut request).unwrap();
    client.send(channel, CBOR, &request);
    // Before anybody is asked, or after somebody has agreed.
    let mut seen = Vec::new();
    let notice = loop {
        let event = running.next_event();
        match event["event"].as_str().unwrap() {
            "asked" => running.say("y"),
            "notice" => break event,
            other => seen.push(other.to_owned()),
        }
    };
    assert_eq!(notice["notice"], "suspended", "{seen:?}");
    assert_eq!(notice["workspace"], "Example Keys");
    assert!(notice["message"].as_str().unwrap().contains("ask its administrator"));
    assert_eq!(client.receive(channel, CBOR), [0x27]);
    running.stop();
}

#[test]
fn a_revoked_phone_keeps_nothing_and_says_so() {
    let (folder, server) = (Folder::new(), Server::start(offline()));
    assert_eq!(activate(&folder, &server.link(1)).status, 0);
    server.set_state(KeyState::Revoked);
    let told = status(&folder, &["--check-in"]);
    assert_eq!((told.status, &told.last()["membership"]["key"]), (3, &Value::from("revoked")));
    let state = folder.path().to_str().unwrap();
    let listed = support::run(&["credentials", "list", "--state", state]);
    assert_eq!(listed.1, "No accounts on this phone.\n");
    let again = activate(&folder, &server.link(2));
    assert_eq!(again.last()["reason"], "already_bound");
    assert!(support::run(&["reset", "--yes", "--state", state]).0);
    server.set_state(KeyState::Active);
    assert_eq!(activate(&folder, &server.link(3)).status, 0);
}
