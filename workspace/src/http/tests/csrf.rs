use axum::http::{Method, StatusCode};

use super::super::{routes, testing::Lab};
use crate::model::Role;

/// The routes that change something by a browser's cookie.
fn changing() -> Vec<String> {
    routes()
        .list()
        .iter()
        .filter(|route| !matches!(route.method, Method::GET | Method::HEAD))
        .map(|route| route.path.replace("{id}", "018f0000-0000-7000-8000-000000000000"))
        .map(|path| path.replace("{secret}", &"A".repeat(43)))
        .filter(|path| !path.starts_with("/api/") && !path.starts_with("/phone/"))
        .collect()
}

#[tokio::test]
async fn nothing_is_changed_by_a_form_without_the_sessions_own_token() {
    let lab = Lab::new().await;
    let (_, mut owner) = lab.owners_browser().await;
    let other = lab.administrator("other", Role::Owner).await;
    let others = lab.browser().with_session(&other.secret).csrf().await;
    let before = lab.events().await;
    let kinds = [
        "application/x-www-form-urlencoded",
        "application/json",
        "multipart/form-data; boundary=x",
    ];
    for path in changing() {
        for token in ["", "x", others.as_str()] {
            for kind in kinds {
                let body = match kind {
                    "application/json" => "{}".to_owned(),
                    "application/x-www-form-urlencoded" => format!("csrf={token}"),
                    _ => format!(
                        "--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--x--\r\n"
                    ),
                };
                let mut browser = owner.clone().with_header("x-csrf-token", token);
                let answer = browser.ask(Method::POST, &path, Some(kind), body).await;
                assert!(
                    matches!(
                        answer.status,
                        StatusCode::FORBIDDEN
                            | StatusCode::UNSUPPORTED_MEDIA_TYPE
                            | StatusCode::BAD_REQUEST
                    ) || answer.asks_for_sign_in()
                        || answer.location().starts_with("/signin"),
                    "{path} {kind}: {}",
                    answer.status
                );
            }
        }
    }
    assert_eq!(lab.events().await, before);
    assert_eq!(owner.get("/admin/users").await.status, StatusCode::OK, "the session goes on");
}

#[tokio::test]
async fn another_sites_page_changes_nothing_even_with_the_right_token() {
    let lab = Lab::new().await;
    let (_, mut owner) = lab.owners_browser().await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://elsewhere.example"),
        ("origin", "http://localhost:9999"),
    ] {
        let mut browser = owner.clone().with_header(name, value);
        let answer = browser.post("/admin/sign-out", &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(owner.get("/admin/users").await.status, StatusCode::OK);
    for (name, value) in
        [("sec-fetch-site", "same-origin"), ("origin", "null"), ("origin", "http://localhost:8080")]
    {
        let fields = [("password", super::super::testing::PASSWORD)];
        let mut browser = owner.clone().with_header(name, value);
        assert_eq!(browser.post("/admin/confirm", &fields).await.status, StatusCode::SEE_OTHER);
        owner.cookies = browser.cookies;
    }
}

#[tokio::test]
async fn a_sign_in_needs_the_token_of_the_browser_that_saw_the_page() {
    let lab = Lab::new().await;
    lab.owner().await;
    let mut page = lab.browser();
    let token = page.csrf().await;
    let fields = [
        ("csrf", token.as_str()),
        ("user_name", "owner"),
        ("password", super::super::testing::PASSWORD),
    ];
    let mut stranger = lab.browser();
    stranger.get("/admin/sign-in").await;
    let answer = stranger.post_plain("/admin/sign-in", &fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(!stranger.cookies.contains_key("pocketkey"));
    assert_eq!(page.post_plain("/admin/sign-in", &fields).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn looking_at_pages_needs_no_token() {
    let lab = Lab::new().await;
    let (_, owner) = lab.owners_browser().await;
    let mut from_elsewhere = owner.with_header("sec-fetch-site", "cross-site");
    assert_eq!(from_elsewhere.get("/admin/users").await.status, StatusCode::OK);
}
