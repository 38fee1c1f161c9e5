use axum::http::StatusCode;

use super::super::testing::{Lab, PASSWORD};
use crate::{model::Role, testing::each_site};

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_use() {
    let lab = Lab::new().await;
    let (_, mut browser) = lab.owners_browser().await;
    lab.time.pass(29 * 60);
    assert_eq!(browser.get("/admin/users").await.status, StatusCode::OK);
    lab.time.pass(29 * 60);
    assert_eq!(browser.get("/admin/users").await.status, StatusCode::OK);
    lab.time.pass(31 * 60);
    assert!(browser.get("/admin/users").await.asks_for_sign_in());
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_however_much_it_is_used() {
    let lab = Lab::new().await;
    let (_, mut browser) = lab.owners_browser().await;
    for _ in 0..35 {
        lab.time.pass(20 * 60);
        assert_eq!(browser.get("/admin/users").await.status, StatusCode::OK);
    }
    lab.time.pass(20 * 60);
    assert!(browser.get("/admin/users").await.asks_for_sign_in());
}

#[tokio::test]
async fn signing_in_gives_a_new_session_and_signing_out_ends_it() {
    let lab = Lab::new().await;
    let (_, mut first) = lab.owners_browser().await;
    let mut browser = lab.browser();
    let fields = [("user_name", "Owner"), ("password", PASSWORD)];
    let answer = browser.post("/admin/sign-in", &fields).await;
    assert_eq!(answer.location(), "/admin/users");
    assert_ne!(browser.cookies["pocketkey"], first.cookies["pocketkey"]);
    assert_eq!(browser.get("/admin/users").await.status, StatusCode::OK);
    let mut stolen = browser.clone();
    assert_eq!(browser.post("/admin/sign-out", &[]).await.location(), "/admin/sign-in");
    assert!(!browser.cookies.contains_key("pocketkey"));
    assert!(stolen.get("/admin/users").await.asks_for_sign_in());
    assert_eq!(first.get("/admin/users").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_session_is_a_cookie_that_scripts_and_other_sites_cannot_use() {
    let lab = Lab::at("https://keys.example").await;
    lab.owner().await;
    let mut browser = lab.browser();
    browser.get("/admin/sign-in").await;
    let visit = browser.cookies["__Host-pocketkey-visit"].clone();
    let csrf = crate::service::Secret::parse(&visit).unwrap().derive("csrf");
    let fields = [("csrf", csrf.as_str()), ("user_name", "owner"), ("password", PASSWORD)];
    let answer = browser.post_plain("/admin/sign-in", &fields).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-pocketkey="), "{cookie}");
    for part in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn a_name_without_the_prefix_is_no_session_under_tls() {
    let lab = Lab::at("https://keys.example").await;
    let owner = lab.owner().await;
    let mut browser = lab.browser().with_session(&owner.secret);
    assert!(browser.get("/admin/users").await.asks_for_sign_in());
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session_of_the_same_administrator_only() {
    let lab = Lab::new().await;
    let (_, mut one) = lab.owners_browser().await;
    let mut two = lab.browser();
    two.post("/admin/sign-in", &[("user_name", "owner"), ("password", PASSWORD)]).await;
    let auditor = lab.administrator("auditor", Role::Auditor).await;
    let mut other = lab.browser().with_session(&auditor.secret);
    one.post("/admin/account/sign-out-everywhere", &[]).await;
    assert!(one.get("/admin/users").await.asks_for_sign_in());
    assert!(two.get("/admin/users").await.asks_for_sign_in());
    assert_eq!(other.get("/admin/users").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_changes_this_ones_secret() {
    let lab = Lab::new().await;
    let (_, mut one) = lab.owners_browser().await;
    let mut two = lab.browser();
    two.post("/admin/sign-in", &[("user_name", "owner"), ("password", PASSWORD)]).await;
    let mut stolen = one.clone();
    let new = "another battery horse";
    let fields =
        [("current_password", PASSWORD), ("new_password", new), ("new_password_again", new)];
    let answer = one.post("/admin/account/password", &fields).await;
    assert_eq!(answer.location(), "/admin/account", "{}", answer.body);
    assert_eq!(one.get("/admin/users").await.status, StatusCode::OK);
    assert!(two.get("/admin/users").await.asks_for_sign_in());
    assert!(stolen.get("/admin/users").await.asks_for_sign_in());
    let answer =
        two.post("/admin/sign-in", &[("user_name", "owner"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let answer = two.post("/admin/sign-in", &[("user_name", "owner"), ("password", new)]).await;
    assert_eq!(answer.location(), "/admin/users");
}

#[tokio::test]
async fn a_password_is_changed_only_by_who_knows_it_and_only_to_a_good_one() {
    let lab = Lab::new().await;
    let (_, mut browser) = lab.owners_browser().await;
    for (current, new, again, field) in [
        ("wrong password!", "another battery horse", "another battery horse", "current_password"),
        (PASSWORD, "short", "short", "new_password"),
        (PASSWORD, "another battery horse", "a different one!", "new_password_again"),
    ] {
        let fields =
            [("current_password", current), ("new_password", new), ("new_password_again", again)];
        let answer = browser.post("/admin/account/password", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(answer.body.contains(&format!("{field}-error")), "{field}: {}", answer.body);
    }
    assert_eq!(browser.get("/admin/users").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_removed_administrators_session_ends_at_once() {
    let lab = Lab::new().await;
    let (_, mut owner) = lab.owners_browser().await;
    let other = lab.administrator("other", Role::Owner).await;
    let mut browser = lab.browser().with_session(&other.secret);
    assert_eq!(browser.get("/admin/users").await.status, StatusCode::OK);
    let path = format!("/admin/administrators/{}/remove", other.administrator.id);
    assert_eq!(owner.post(&path, &[]).await.location(), "/admin/administrators");
    assert!(browser.get("/admin/users").await.asks_for_sign_in());
}

#[tokio::test]
async fn a_changed_role_counts_from_the_next_request_on() {
    let lab = Lab::new().await;
    let (_, mut owner) = lab.owners_browser().await;
    let other = lab.administrator("other", Role::Owner).await;
    let mut browser = lab.browser().with_session(&other.secret);
    assert_eq!(browser.get("/admin/tokens").await.status, StatusCode::OK);
    let path = format!("/admin/administrators/{}/role", other.administrator.id);
    owner.post(&path, &[("role", "auditor")]).await;
    assert_eq!(browser.get("/admin/tokens").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_gives_power_needs_a_sign_in_that_is_not_ten_minutes_old() {
    let lab = Lab::new().await;
    let (_, mut browser) = lab.owners_browser().await;
    lab.time.pass(11 * 60);
    let new = [("name", "Next"), ("user_name", "next"), ("role", "auditor")];
    let answer = browser.post("/admin/administrators", &new).await;
    assert_eq!(answer.location(), "/admin/confirm?next=/admin/administrators");
    let before = browser.clone();
    let next = [("password", PASSWORD), ("next", "/admin/administrators")];
    assert_eq!(browser.post("/admin/confirm", &next).await.location(), "/admin/administrators");
    assert!(before.clone().get("/admin/users").await.asks_for_sign_in(), "the secret changes");
    let answer = browser.post("/admin/administrators", &new).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("/set-up/"), "{}", answer.body);
}

#[tokio::test]
async fn a_confirmation_needs_the_right_password_and_leads_nowhere_else() {
    let lab = Lab::new().await;
    let (_, mut browser) = lab.owners_browser().await;
    let answer = browser.post("/admin/confirm", &[("password", "not the right one")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    for next in ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"] {
        let fields = [("password", PASSWORD), ("next", next)];
        assert_eq!(browser.post("/admin/confirm", &fields).await.location(), "/admin/users");
    }
}

#[tokio::test]
async fn a_sign_in_comes_back_to_the_page_that_was_asked_for() {
    let lab = Lab::new().await;
    lab.owner().await;
    let mut browser = lab.browser();
    let answer = browser.get("/admin/events?actor=phone").await;
    assert_eq!(answer.location(), "/admin/sign-in?next=/admin/events%3Factor%3Dphone");
    let page = browser.get(answer.location()).await;
    assert!(page.body.contains("value=\"/admin/events?actor=phone\""), "{}", page.body);
    let next = "/admin/events?actor=phone";
    let fields = [("user_name", "owner"), ("password", PASSWORD), ("next", next)];
    assert_eq!(browser.post("/admin/sign-in", &fields).await.location(), next);
}

#[tokio::test]
async fn sessions_outlive_a_restart_and_are_known_to_other_instances() {
    each_site(|site| async move {
        let origin = crate::testing::ORIGIN;
        let lab = Lab::of(site.instance().await, origin, site.time.clone());
        let owner = lab.owner().await;
        drop(lab);
        let again = Lab::of(site.instance().await, origin, site.time.clone());
        let mut browser = again.browser().with_session(&owner.secret);
        assert_eq!(browser.get("/admin/users").await.status, StatusCode::OK);
        let other = Lab::of(site.instance().await, origin, site.time.clone());
        assert_eq!(browser.post("/admin/sign-out", &[]).await.location(), "/admin/sign-in");
        let mut browser = other.browser().with_session(&owner.secret);
        assert!(browser.get("/admin/users").await.asks_for_sign_in());
    })
    .await;
}

#[tokio::test]
async fn a_users_session_ends_when_they_are_blocked_or_their_key_is_not_active() {
    for sql in [
        "UPDATE users SET blocked = 1",
        "UPDATE keys SET state = 'suspended'",
        "UPDATE keys SET state = 'revoked'",
    ] {
        let lab = Lab::new().await;
        let mut browser = lab.users_browser(1).await;
        assert_eq!(browser.get("/me").await.status, StatusCode::OK);
        let mut tx = lab.workspace().db().write().await.unwrap();
        tx.execute(sql, &[]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(browser.get("/me").await.location(), "/signin?next=/me", "{sql}");
    }
}

#[tokio::test]
async fn a_kept_secret_is_nowhere_in_the_database() {
    let lab = Lab::new().await;
    let owner = lab.owner().await;
    let mut tx = lab.workspace().db().read().await.unwrap();
    let row = tx.row("SELECT hash FROM sessions", &[]).await.unwrap().unwrap();
    assert_eq!(row.get::<Vec<u8>>(0).unwrap(), owner.secret.hash());
}
