//! Every route, asked by everybody.

use axum::http::{Method, StatusCode};

use super::super::{
    routes,
    testing::{Answer, Browser, Lab, PASSWORD},
};
use crate::{
    model::{KeyKind, NewKey, Role, Scope, TicketPurpose},
    service::NewToken,
    testing,
};

/// Who is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// Everybody.
    Everybody,
    /// Administrators of at least this role.
    Panel(Role),
    /// A user with a session of the sign-in page.
    User,
    /// Programs with a token of this scope.
    Program(Scope),
}

use For::{Everybody, Panel, Program, User};
use Role::{Administrator, Auditor, Owner};
use Scope::{EventsRead, KeysRead, KeysWrite, StaffWrite, UsersRead, UsersWrite};

/// What is sent, good enough to reach the question of who asks.
#[derive(Debug, Clone, Copy)]
enum Sent {
    Nothing,
    Form(&'static [(&'static str, &'static str)]),
    Json(&'static str),
    File,
}

use Sent::{File, Form, Json, Nothing};

const REGISTRATION: &str = r#"{"state":"x","label":"x","credential":{"id":"AA","rawId":"AA",
    "type":"public-key","response":{"attestationObject":"AA","clientDataJSON":"AA"}}}"#;
const ASSERTION: &str = r#"{"state":"x","credential":{"id":"AA","rawId":"AA","type":"public-key",
    "response":{"authenticatorData":"AA","clientDataJSON":"AA","signature":"AA","userHandle":"AA"}}}"#;
const NEW_USER: &[(&str, &str)] =
    &[("user_id", "9"), ("name", "Nine"), ("user_name", "nine"), ("email", "")];

/// Every route of the workspace: a new one is added here by whoever adds it there.
const TABLE: &[(&str, &str, For, Sent)] = &[
    ("GET", "/", Everybody, Nothing),
    ("GET", "/activate", Everybody, Nothing),
    ("GET", "/admin", Everybody, Nothing),
    ("GET", "/admin/account", Panel(Auditor), Nothing),
    ("POST", "/admin/account/passkeys/begin", Panel(Auditor), Json("{}")),
    ("POST", "/admin/account/passkeys/finish", Panel(Auditor), Json(REGISTRATION)),
    ("POST", "/admin/account/passkeys/{passkey}/remove", Panel(Auditor), Form(&[])),
    (
        "POST",
        "/admin/account/password",
        Panel(Auditor),
        Form(&[("current_password", "x"), ("new_password", "x"), ("new_password_again", "x")]),
    ),
    ("POST", "/admin/account/sign-out-everywhere", Panel(Auditor), Form(&[])),
    ("GET", "/admin/administrators", Panel(Owner), Nothing),
    ("POST", "/admin/administrators", Panel(Owner), Form(&[("name", "N"), ("user_name", "n")])),
    ("POST", "/admin/administrators/{administrator}/invite", Panel(Owner), Form(&[])),
    ("POST", "/admin/administrators/{administrator}/remove", Panel(Owner), Form(&[])),
    (
        "POST",
        "/admin/administrators/{administrator}/role",
        Panel(Owner),
        Form(&[("role", "owner")]),
    ),
    ("GET", "/admin/confirm", Panel(Auditor), Nothing),
    ("POST", "/admin/confirm", Panel(Auditor), Form(&[("password", PASSWORD)])),
    ("POST", "/admin/confirm/passkey/begin", Panel(Auditor), Json("{}")),
    ("POST", "/admin/confirm/passkey/finish", Panel(Auditor), Json(ASSERTION)),
    ("GET", "/admin/events", Panel(Auditor), Nothing),
    ("GET", "/admin/events/export", Panel(Auditor), Nothing),
    ("POST", "/admin/events/verify", Panel(Auditor), Form(&[])),
    ("GET", "/admin/groups", Panel(Auditor), Nothing),
    ("POST", "/admin/groups", Panel(Administrator), Form(&[("name", "g")])),
    ("GET", "/admin/groups/{group}/remove", Panel(Administrator), Nothing),
    ("POST", "/admin/groups/{group}/remove", Panel(Administrator), Form(&[])),
    ("POST", "/admin/groups/{group}/rename", Panel(Administrator), Form(&[("name", "h")])),
    ("GET", "/admin/keys/{key}", Panel(Auditor), Nothing),
    ("GET", "/admin/keys/{key}/activate", Panel(Auditor), Nothing),
    ("POST", "/admin/keys/{key}/activate", Panel(Administrator), Form(&[("how", "now")])),
    ("POST", "/admin/keys/{key}/cancel", Panel(Administrator), Form(&[])),
    ("POST", "/admin/keys/{card}/register/begin", Panel(Administrator), Json("{}")),
    ("POST", "/admin/keys/{card}/register/finish", Panel(Administrator), Json(REGISTRATION)),
    ("POST", "/admin/keys/{key}/resume", Panel(Administrator), Form(&[])),
    ("GET", "/admin/keys/{key}/revoke", Panel(Administrator), Nothing),
    ("POST", "/admin/keys/{key}/revoke", Panel(Administrator), Form(&[])),
    ("GET", "/admin/keys/{key}/settings", Panel(Administrator), Nothing),
    ("POST", "/admin/keys/{key}/settings", Panel(Administrator), Form(&[("default", "on")])),
    ("POST", "/admin/keys/{key}/suspend", Panel(Administrator), Form(&[])),
    ("GET", "/admin/mail", Panel(Auditor), Nothing),
    ("POST", "/admin/mail/{mail}/retry", Panel(Administrator), Form(&[])),
    ("GET", "/admin/sign-in", Everybody, Nothing),
    ("POST", "/admin/sign-in", Everybody, Form(&[("user_name", "owner"), ("password", PASSWORD)])),
    ("POST", "/admin/sign-in/passkey/begin", Everybody, Json("{}")),
    ("POST", "/admin/sign-in/passkey/finish", Everybody, Json(ASSERTION)),
    ("POST", "/admin/sign-out", Panel(Auditor), Form(&[])),
    ("GET", "/admin/stream", Panel(Auditor), Nothing),
    ("GET", "/admin/tokens", Panel(Owner), Nothing),
    ("POST", "/admin/tokens", Panel(Owner), Form(&[("label", "t"), ("scopes", "users:read")])),
    ("POST", "/admin/tokens/{token}/revoke", Panel(Owner), Form(&[])),
    ("GET", "/admin/users", Panel(Auditor), Nothing),
    ("GET", "/admin/users/export", Panel(Auditor), Nothing),
    ("GET", "/admin/users/import", Panel(Administrator), Nothing),
    ("POST", "/admin/users/import", Panel(Administrator), File),
    ("POST", "/admin/users/import/confirm", Panel(Administrator), File),
    ("GET", "/admin/users/invite", Panel(Administrator), Nothing),
    ("POST", "/admin/users/invite", Panel(Administrator), Form(&[])),
    ("GET", "/admin/users/new", Panel(Administrator), Nothing),
    ("POST", "/admin/users/new", Panel(Administrator), Form(NEW_USER)),
    ("GET", "/admin/users/{user}", Panel(Auditor), Nothing),
    ("POST", "/admin/users/{user}/block", Panel(Administrator), Form(&[])),
    ("GET", "/admin/users/{user}/edit", Panel(Administrator), Nothing),
    ("POST", "/admin/users/{user}/edit", Panel(Administrator), Form(NEW_USER)),
    ("GET", "/admin/users/{user}/keys/new", Panel(Administrator), Nothing),
    ("POST", "/admin/users/{user}/keys/new", Panel(Administrator), Form(&[("kind", "card")])),
    ("GET", "/admin/users/{user}/remove", Panel(Administrator), Nothing),
    ("POST", "/admin/users/{user}/remove", Panel(Administrator), Form(&[])),
    ("POST", "/admin/users/{user}/unblock", Panel(Administrator), Form(&[])),
    ("GET", "/api/openapi.json", Everybody, Nothing),
    ("GET", "/api/v1/administrators", Program(StaffWrite), Nothing),
    ("POST", "/api/v1/administrators", Program(StaffWrite), Nothing),
    ("DELETE", "/api/v1/administrators/{administrator}", Program(StaffWrite), Nothing),
    ("GET", "/api/v1/administrators/{administrator}", Program(StaffWrite), Nothing),
    ("POST", "/api/v1/administrators/{administrator}/invitation", Program(StaffWrite), Nothing),
    ("PUT", "/api/v1/administrators/{administrator}/role", Program(StaffWrite), Nothing),
    ("GET", "/api/v1/events", Program(EventsRead), Nothing),
    ("GET", "/api/v1/events/export", Program(EventsRead), Nothing),
    ("GET", "/api/v1/events/verification", Program(EventsRead), Nothing),
    ("GET", "/api/v1/export", Program(UsersRead), Nothing),
    ("GET", "/api/v1/groups", Program(UsersRead), Nothing),
    ("POST", "/api/v1/groups", Program(UsersWrite), Nothing),
    ("DELETE", "/api/v1/groups/{group}", Program(UsersWrite), Nothing),
    ("PUT", "/api/v1/groups/{group}", Program(UsersWrite), Nothing),
    ("POST", "/api/v1/import", Program(UsersWrite), Nothing),
    ("POST", "/api/v1/import/preview", Program(UsersWrite), Nothing),
    ("POST", "/api/v1/invitations", Program(KeysWrite), Nothing),
    ("GET", "/api/v1/keys/{key}", Program(KeysRead), Nothing),
    ("POST", "/api/v1/keys/{key}/resume", Program(KeysWrite), Nothing),
    ("POST", "/api/v1/keys/{key}/revoke", Program(KeysWrite), Nothing),
    ("PUT", "/api/v1/keys/{key}/settings", Program(KeysWrite), Nothing),
    ("POST", "/api/v1/keys/{key}/suspend", Program(KeysWrite), Nothing),
    ("DELETE", "/api/v1/keys/{key}/ticket", Program(KeysWrite), Nothing),
    ("GET", "/api/v1/keys/{key}/ticket", Program(KeysRead), Nothing),
    ("POST", "/api/v1/keys/{key}/ticket", Program(KeysWrite), Nothing),
    ("GET", "/api/v1/mails", Program(EventsRead), Nothing),
    ("POST", "/api/v1/mails/{mail}/retry", Program(KeysWrite), Nothing),
    ("GET", "/api/v1/tokens", Program(StaffWrite), Nothing),
    ("POST", "/api/v1/tokens", Program(StaffWrite), Nothing),
    ("DELETE", "/api/v1/tokens/{token}", Program(StaffWrite), Nothing),
    ("GET", "/api/v1/users", Program(UsersRead), Nothing),
    ("POST", "/api/v1/users", Program(UsersWrite), Nothing),
    ("DELETE", "/api/v1/users/{user}", Program(UsersWrite), Nothing),
    ("GET", "/api/v1/users/{user}", Program(UsersRead), Nothing),
    ("PUT", "/api/v1/users/{user}", Program(UsersWrite), Nothing),
    ("POST", "/api/v1/users/{user}/block", Program(UsersWrite), Nothing),
    ("GET", "/api/v1/users/{user}/keys", Program(KeysRead), Nothing),
    ("POST", "/api/v1/users/{user}/keys", Program(KeysWrite), Nothing),
    ("POST", "/api/v1/users/{user}/unblock", Program(UsersWrite), Nothing),
    ("GET", "/assets/{asset}", Everybody, Nothing),
    ("GET", "/health", Everybody, Nothing),
    ("GET", "/me", User, Nothing),
    ("POST", "/phone/v1/check-in", Everybody, Nothing),
    ("POST", "/phone/v1/enrolment", Everybody, Nothing),
    ("POST", "/phone/v1/offer", Everybody, Nothing),
    ("GET", "/register", Everybody, Nothing),
    ("POST", "/register/begin", Everybody, Json(r#"{"ticket":"x"}"#)),
    ("POST", "/register/finish", Everybody, Json(REGISTRATION)),
    ("GET", "/set-up/{link}", Everybody, Nothing),
    ("POST", "/set-up/{link}", Everybody, Form(&[("password", "x"), ("password_again", "x")])),
    ("GET", "/signin", Everybody, Nothing),
    ("POST", "/signin/begin", Everybody, Json("{}")),
    ("POST", "/signin/finish", Everybody, Json(ASSERTION)),
    ("POST", "/signin/out", User, Form(&[])),
];

/// Somebody, and where they are to be let in.
struct Asker {
    name: String,
    browser: Browser,
    may: Box<dyn Fn(For) -> bool>,
}

/// A workspace with one of everything that a path can name.
struct Scene {
    lab: Lab,
    names: Vec<(&'static str, String)>,
    owner: Browser,
    user: Browser,
}

impl Scene {
    async fn new() -> Self {
        let lab = Lab::new().await;
        let (_, owner) = lab.owners_browser().await;
        let actor = testing::administrator();
        let workspace = lab.workspace();
        let person = testing::user(workspace, 7).await;
        let new = |kind| NewKey { kind, label: "key".to_owned(), settings: None };
        let key = workspace.assign_key(&actor, person.id, &new(KeyKind::Smartphone)).await.unwrap();
        let card = workspace.assign_key(&actor, person.id, &new(KeyKind::Card)).await.unwrap();
        workspace.issue_ticket(&actor, key.id, TicketPurpose::ActivateNow).await.unwrap();
        let group = workspace.add_group(&actor, "group").await.unwrap();
        let other = lab.administrator("other", Auditor).await.administrator;
        let new = NewToken { label: "t".to_owned(), scopes: vec![UsersRead], days: None };
        let (token, _) = workspace.create_token(&actor, &new).await.unwrap();
        let nothing = "018f0000-0000-7000-8000-000000000000".to_owned();
        let names = vec![
            ("{user}", person.id.to_string()),
            ("{key}", key.id.to_string()),
            ("{card}", card.id.to_string()),
            ("{group}", group.id.to_string()),
            ("{administrator}", other.id.to_string()),
            ("{token}", token.id.to_string()),
            ("{mail}", nothing.clone()),
            ("{passkey}", nothing),
            ("{asset}", "style.css".to_owned()),
            ("{link}", "x".to_owned()),
        ];
        let user = lab.users_browser(8).await;
        Self { owner, user, names, lab }
    }

    fn path(&self, pattern: &str) -> String {
        self.names.iter().fold(pattern.to_owned(), |path, (name, id)| path.replace(name, id))
    }

    async fn program(&self, scopes: Vec<Scope>) -> Browser {
        let new = NewToken { label: "program".to_owned(), scopes, days: None };
        let actor = testing::administrator();
        let (_, text) = self.lab.workspace().create_token(&actor, &new).await.unwrap();
        self.lab.browser().with_header("authorization", &format!("Bearer {}", text.as_str()))
    }

    /// Everybody who may ask, by what the table says of them.
    async fn everybody(&self) -> Vec<Asker> {
        let asker = |name: &str, browser, may| Asker { name: name.to_owned(), browser, may };
        let mut all = vec![
            asker("nobody", self.lab.browser(), Box::new(|who| who == Everybody)),
            asker("a user", self.user.clone(), Box::new(|who| matches!(who, Everybody | User))),
            asker("owner", self.owner.clone(), Box::new(|who| matches!(who, Everybody | Panel(_)))),
        ];
        for role in [Auditor, Administrator] {
            let signed_in = self.lab.administrator(role.name(), role).await;
            let browser = self.lab.browser().with_session(&signed_in.secret);
            let may = move |who| match who {
                Everybody => true,
                Panel(least) => role >= least,
                User | Program(_) => false,
            };
            all.push(asker(role.name(), browser, Box::new(may)));
        }
        for scope in Scope::ALL {
            let browser = self.program(vec![scope]).await;
            let may = move |who| who == Everybody || who == Program(scope);
            all.push(asker(scope.name(), browser, Box::new(may)));
        }
        all
    }
}

async fn ask(scene: &Scene, browser: &Browser, method: &str, path: &str, sent: Sent) -> Answer {
    // Each question alone: cookies that one answer gives are not the next one's.
    let mut browser = browser.clone();
    let path = scene.path(path);
    match sent {
        Nothing => {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            browser.ask(method, &path, None, String::new()).await
        }
        Form(fields) => browser.post(&path, fields).await,
        Json(body) if method == "POST" && !path.starts_with("/api/") => {
            browser.post_json(&path, body).await
        }
        Json(body) => {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            browser.ask(method, &path, Some("application/json"), body.to_owned()).await
        }
        File => {
            let csrf = browser.csrf().await;
            let body = format!(
                "--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--x\r\n\
                 content-disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n\
                 user_id,name,email,user_name,groups\r\n\r\n--x--\r\n"
            );
            let kind = Some("multipart/form-data; boundary=x");
            browser.ask(Method::POST, &path, kind, body).await
        }
    }
}

/// Whether the answer is that of somebody who is let in: whatever comes of it then.
fn let_in(answer: &Answer) -> bool {
    let cookies = answer.headers.get_all("set-cookie");
    // Who has signed out is sent to a sign-in too, and is told so.
    let is_told = cookies.iter().any(|cookie| cookie.as_bytes().starts_with(b"pocketkey-flash="));
    let sent_to = answer.location().split('?').next().unwrap();
    let sent_away = matches!(sent_to, "/signin" | "/admin/sign-in") && !is_told;
    !(matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) || sent_away)
}

#[test]
fn the_table_has_every_route() {
    let shape = |path: &str| {
        let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let mut served: Vec<String> = routes()
        .list()
        .iter()
        .map(|route| format!("{} {}", route.method, shape(&route.path)))
        .collect();
    let mut known: Vec<String> =
        TABLE.iter().map(|(method, path, ..)| format!("{method} {}", shape(path))).collect();
    served.sort();
    known.sort();
    let missing: Vec<_> = served.iter().filter(|route| !known.contains(route)).collect();
    let gone: Vec<_> = known.iter().filter(|route| !served.contains(route)).collect();
    assert!(missing.is_empty(), "not in the table: {missing:#?}");
    assert!(gone.is_empty(), "no longer served: {gone:#?}");
}

#[tokio::test]
async fn who_is_not_let_in_changes_nothing() {
    let scene = Scene::new().await;
    let everybody = scene.everybody().await;
    let before = scene.lab.events().await;
    for (method, path, who, sent) in TABLE {
        for Asker { name, browser, .. } in everybody.iter().filter(|asker| !(asker.may)(*who)) {
            let answer = ask(&scene, browser, method, path, *sent).await;
            assert!(
                !let_in(&answer),
                "{name} at {method} {path}: {} {}",
                answer.status,
                answer.body
            );
            let after = scene.lab.events().await;
            assert_eq!(after, before, "{name} at {method} {path} left a trace");
        }
    }
}

#[tokio::test]
async fn who_is_to_be_let_in_is() {
    for (method, path, who, sent) in TABLE.iter().filter(|(_, _, who, _)| *who != Everybody) {
        let scene = Scene::new().await;
        let everybody = scene.everybody().await;
        for Asker { name, browser, .. } in everybody.iter().filter(|asker| (asker.may)(*who)) {
            let answer = ask(&scene, browser, method, path, *sent).await;
            assert!(
                let_in(&answer),
                "{name} at {method} {path}: {} {}",
                answer.status,
                answer.body
            );
            assert!(!answer.status.is_server_error(), "{name} at {method} {path}");
        }
    }
}

#[tokio::test]
async fn what_everybody_may_ask_asks_nobody_to_sign_in() {
    let scene = Scene::new().await;
    for (method, path, who, sent) in TABLE {
        // The first page leads to the sign-in; with wrong proofs, the rest refuses for their sake.
        if *who == Everybody && !matches!(*path, "/" | "/admin") {
            let answer = ask(&scene, &scene.lab.browser(), method, path, *sent).await;
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert!(!answer.location().contains("next="), "{method} {path}");
        }
    }
}
