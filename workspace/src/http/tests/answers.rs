use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};

use super::super::{Routes, routes, testing::Lab};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A path of this pattern.
fn filled(path: &str) -> String {
    path.replace("{id}", "018f0000-0000-7000-8000-000000000000")
        .replace("{name}", "style.css")
        .replace("{secret}", "x")
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_strict() {
    let lab = Lab::new().await;
    let (_, mut owner) = lab.owners_browser().await;
    let routes = routes();
    let known = routes.list().iter().map(|route| (route.method.clone(), filled(&route.path)));
    let others = [
        (Method::GET, "/nothing/here".to_owned()),
        (Method::DELETE, "/admin/users".to_owned()),
        (Method::GET, "/assets/nothing.js".to_owned()),
        (Method::GET, "/admin/users/not-an-id".to_owned()),
    ];
    for (method, path) in known.chain(others) {
        for browser in [&mut lab.browser(), &mut owner] {
            let answer = browser.ask(method.clone(), &path, None, String::new()).await;
            let what = format!("{method} {path}: {}", answer.status);
            assert_eq!(answer.header("content-security-policy"), POLICY, "{what}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{what}");
            assert_eq!(answer.header("x-frame-options"), "DENY", "{what}");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{what}");
            assert!(answer.header("permissions-policy").contains("camera=()"), "{what}");
            let kept = if path.starts_with("/assets/s") { "no-cache" } else { "no-store" };
            assert_eq!(answer.header("cache-control"), kept, "{what}");
            assert!(!answer.status.is_server_error(), "{what}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn no_page_has_inline_scripts_or_styles() {
    let lab = Lab::new().await;
    let (_, mut owner) = lab.owners_browser().await;
    for route in routes().list().iter().filter(|route| route.method == Method::GET) {
        let body = owner.get(&filled(&route.path)).await.body;
        if !body.contains("<html") {
            continue;
        }
        for inline in [" style=", "<style", " onclick=", "javascript:", "<script>"] {
            assert!(!body.contains(inline), "{}: {inline}", route.path);
        }
    }
}

#[tokio::test]
async fn only_tls_beyond_this_machine_is_made_strict() {
    for (origin, strict) in [
        ("https://keys.example", true),
        ("https://localhost:8465", false),
        ("http://localhost:8465", false),
    ] {
        let answer = Lab::at(origin).await.browser().get("/health").await;
        assert_eq!(!answer.header("strict-transport-security").is_empty(), strict, "{origin}");
    }
}

#[tokio::test]
async fn failures_are_pages_for_people_and_problems_for_programs() {
    let lab = Lab::new().await;
    let page = lab.browser().get("/nothing").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.body.contains("<h1>"), "{}", page.body);
    for request in [
        Request::get("/api/v1/nothing").body(Body::empty()).unwrap(),
        Request::get("/phone/v1/nothing").body(Body::empty()).unwrap(),
        Request::get("/nothing").header("accept", "application/json").body(Body::empty()).unwrap(),
    ] {
        let answer = lab.ask(request).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem = answer.json();
        assert_eq!(problem["status"], 404);
        assert_eq!(problem["type"], "about:blank");
        assert!(problem["detail"].is_string() && problem["title"].is_string(), "{problem}");
    }
}

#[tokio::test]
async fn another_method_is_refused_and_says_which_there_are() {
    let answer =
        Lab::new().await.browser().ask(Method::DELETE, "/admin/sign-in", None, String::new()).await;
    // Another site's page could not even ask.
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.header("allow").contains("POST"), "{}", answer.header("allow"));
    assert!(answer.body.contains("<h1>"));
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let lab = Lab::new().await;
    let (_, mut owner) = lab.owners_browser().await;
    let long = "x".repeat(300 * 1024);
    let answer = owner.post("/admin/account/password", &[("current_password", &long)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let csrf = owner.csrf().await;
    let huge = "x".repeat(super::super::BODY_LIMIT - 1024);
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n\
         --x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n{huge}\r\n--x--\r\n"
    );
    let kind = Some("multipart/form-data; boundary=x");
    let answer = owner.ask(Method::POST, "/admin/users/import", kind, body).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn what_is_told_once_is_not_told_again() {
    let lab = Lab::new().await;
    let (_, mut owner) = lab.owners_browser().await;
    let what = "Every other session has ended: <b>&";
    let cookie = super::super::browser::write_flash(what);
    owner.cookies.insert("pocketkey-flash".to_owned(), cookie);
    let page = owner.get("/admin/account").await;
    assert!(page.body.contains("Every other session has ended: &#60;b&#62;&#38;"), "{}", page.body);
    assert!(!owner.get("/admin/account").await.body.contains("Every other session has ended"));
}

#[tokio::test]
async fn an_asset_that_is_known_is_not_sent_again() {
    let lab = Lab::new().await;
    let answer = lab.browser().get("/assets/style.css").await;
    assert_eq!(answer.status, StatusCode::OK);
    let mut again = lab.browser().with_header("if-none-match", answer.header("etag"));
    let answer = again.get("/assets/style.css").await;
    assert_eq!(answer.status, StatusCode::NOT_MODIFIED);
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn a_workspace_is_healthy_while_its_database_answers() {
    let answer = Lab::new().await.browser().get("/health").await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok\n"));
}

async fn panics() -> &'static str {
    panic!("a secret reason")
}

#[tokio::test]
async fn a_handler_that_panics_is_a_page_that_says_no_more() {
    let lab = Lab::new().await.serving(Routes::new().get("/panics", panics));
    let answer = lab.browser().get("/panics").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.body.contains("<h1>"), "{}", answer.body);
    assert!(!answer.body.contains("secret reason"));
    assert_eq!(answer.header("content-security-policy"), POLICY);
}
