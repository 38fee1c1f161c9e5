use axum::http::StatusCode;

use crate::{
    http::testing::{Answer, Browser, Lab},
    model::{KeyKind, NewKey, PageRequest, Role, UserQuery},
    testing,
};

/// Somebody who may change users and keys.
async fn administrators_browser(lab: &Lab) -> Browser {
    let administrator = lab.administrator("admin", Role::Administrator).await;
    lab.browser().with_session(&administrator.secret)
}

/// A pending key, and where its pages are.
async fn key(lab: &Lab, kind: KeyKind) -> String {
    let user = testing::user(lab.workspace(), 1).await;
    let new = NewKey { kind, label: "The key".to_owned(), settings: None };
    let key = lab.workspace().assign_key(&testing::administrator(), user.id, &new).await.unwrap();
    format!("/admin/keys/{}", key.id)
}

/// The link that a page shows, where it shows one.
fn link(answer: &Answer) -> Option<&str> {
    let (_, rest) = answer.body.split_once("<input id=\"link\" value=\"")?;
    rest.split('"').next()
}

fn mark(answer: &Answer) -> &str {
    let (_, rest) = answer.body.split_once("data-live-mark=\"").unwrap();
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn the_wizard_adds_a_user_and_leads_on_to_the_key_only_when_asked() {
    let lab = Lab::new().await;
    let mut browser = administrators_browser(&lab).await;
    let user = |number, then| {
        [
            ("user_id", number),
            ("name", "First User"),
            ("user_name", number),
            ("new_groups", "Staff, Office"),
            ("then", then),
        ]
    };
    let done = browser.post("/admin/users/new", &user("u1", "done")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert!(done.location().starts_with("/admin/users/") && !done.location().ends_with("/new"));
    assert!(browser.get(done.location()).await.body.contains("First User was added."));
    let further = browser.post("/admin/users/new", &user("u2", "assign")).await;
    assert!(further.location().ends_with("/keys/new"), "{}", further.location());
    let groups = lab.workspace().groups().await.unwrap();
    let names: Vec<_> =
        groups.iter().map(|(group, members)| (group.name.as_str(), *members)).collect();
    assert_eq!(names, [("Office", 2), ("Staff", 2)]);
}

#[tokio::test]
async fn a_wrong_wizard_adds_nobody_and_keeps_what_was_typed() {
    let lab = Lab::new().await;
    let mut browser = administrators_browser(&lab).await;
    let fields = [("user_id", "u1"), ("name", ""), ("user_name", "has a blank"), ("email", "none")];
    let answer = browser.post("/admin/users/new", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name", "user_name", "email"] {
        assert!(answer.body.contains(&format!("id=\"{field}-error\"")), "{field} has its reason");
    }
    assert!(answer.body.contains("value=\"has a blank\""));
    let all = lab.workspace().users(&UserQuery::default(), &PageRequest::default()).await.unwrap();
    assert_eq!(all.total, 0);
}

#[tokio::test]
async fn excluding_settings_are_refused_with_the_reason_and_assign_nothing() {
    let lab = Lab::new().await;
    let mut browser = administrators_browser(&lab).await;
    let user = testing::user(lab.workspace(), 1).await;
    let path = format!("/admin/users/{}/keys/new", user.id);
    let mut fields = vec![
        ("kind", "smartphone"),
        ("bluetooth_proximity", "on"),
        ("verification", "reader-tap-and-pin"),
        ("credential_storage", "phone"),
    ];
    let refused = browser.post(&path, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("id=\"bluetooth_proximity-error\""));
    assert!(lab.workspace().keys_of(user.id).await.unwrap().is_empty());
    fields.retain(|(name, _)| *name != "bluetooth_proximity");
    let next = browser.post(&path, &fields).await;
    assert!(next.location().ends_with("/activate"), "{}", next.location());
    assert_eq!(lab.workspace().keys_of(user.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_code_is_in_one_answer_only_and_a_new_one_replaces_it() {
    let lab = Lab::new().await;
    let mut browser = administrators_browser(&lab).await;
    let path = format!("{}/activate", key(&lab, KeyKind::Smartphone).await);
    let first = browser.post(&path, &[("how", "now")]).await;
    let shown = link(&first).unwrap().to_owned();
    assert!(shown.starts_with("http://localhost:8080/activate#t="), "{shown}");
    assert!(first.body.contains("<svg"));
    let later = browser.get(&path).await;
    assert!(link(&later).is_none() && !later.body.contains("<svg"));
    assert_eq!(mark(&first), mark(&later), "an open page keeps its code while it is good");
    let second = browser.post(&path, &[("how", "now")]).await;
    assert_ne!(link(&second).unwrap(), shown);
    assert_ne!(mark(&first), mark(&second), "a page with the old code is told");
}

#[tokio::test]
async fn an_open_page_gives_its_code_up_when_it_is_cancelled_or_has_expired() {
    let lab = Lab::new().await;
    let mut browser = administrators_browser(&lab).await;
    let page = key(&lab, KeyKind::Smartphone).await;
    let path = format!("{page}/activate");
    let shown = browser.post(&path, &[("how", "now")]).await;
    browser.post(&format!("{page}/cancel"), &[]).await;
    assert_ne!(mark(&browser.get(&path).await), mark(&shown));
    let shown = browser.post(&path, &[("how", "now")]).await;
    lab.time.pass(15 * 60);
    assert_ne!(mark(&browser.get(&path).await), mark(&shown));
}

#[tokio::test]
async fn only_a_smartphone_is_activated_by_a_code() {
    let lab = Lab::new().await;
    let mut browser = administrators_browser(&lab).await;
    let path = format!("{}/activate", key(&lab, KeyKind::UsbKey).await);
    assert_eq!(browser.post(&path, &[("how", "now")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(browser.post(&path, &[("how", "email")]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn lists_and_exports_are_narrowed_alike() {
    let lab = Lab::new().await;
    let mut browser = administrators_browser(&lab).await;
    for number in 1..=3 {
        testing::user(lab.workspace(), number).await;
    }
    for path in ["/admin/users?search=user2", "/admin/users/export?search=user2"] {
        let body = browser.get(path).await.body;
        assert!(body.contains("user2") && !body.contains("user3"), "{path}");
    }
    let none = browser.get("/admin/users?search=nobody").await;
    assert!(none.body.contains("No user matches"));
    assert_eq!(
        browser.get("/admin/users?cursor=forged").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn days_of_the_log_are_whole_and_a_day_that_is_none_is_said() {
    let lab = Lab::new().await;
    let mut browser = administrators_browser(&lab).await;
    testing::user(lab.workspace(), 1).await;
    // The lab's time begins on 2023-11-14.
    let day = browser.get("/admin/events?from=2023-11-14&until=2023-11-14").await;
    assert!(day.body.contains("User added"));
    assert!(browser.get("/admin/events?from=2023-11-15").await.body.contains("No event matches"));
    assert!(browser.get("/admin/events?until=2023-11-13").await.body.contains("No event matches"));
    let wrong = browser.get("/admin/events?from=2023-02-30").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("2023-02-30 is no day"));
}

#[tokio::test]
async fn the_verification_of_the_log_says_where_it_was_changed() {
    let lab = Lab::new().await;
    let mut browser = administrators_browser(&lab).await;
    assert!(browser.post("/admin/events/verify", &[]).await.body.contains("The log is whole"));
    let mut tx = lab.workspace().db().write().await.unwrap();
    let sql = "UPDATE events SET subject_name = 'another' WHERE sequence = 1";
    tx.execute(sql, &[]).await.unwrap();
    tx.commit().await.unwrap();
    let body = browser.post("/admin/events/verify", &[]).await.body;
    assert!(body.contains("The log was tampered with: entry 1"), "{body}");
}
