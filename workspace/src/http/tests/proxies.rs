//! Behind a proxy that does TLS: what it is believed, and what nobody is.

use axum::http::StatusCode;

use super::super::testing::{Answer, Lab, PASSWORD, settings};
use crate::testing::{self, Time};

/// From where every request of these tests comes.
const PROXY: &str = "192.0.2.7";

/// A workspace that is reached at `https://keys.example.org`, through proxies that it trusts.
async fn lab(trusted: &[&str]) -> Lab {
    let time = Time::default();
    let mut settings = settings("https://keys.example.org");
    settings.trusted_proxies = trusted.iter().map(|proxy| proxy.parse().unwrap()).collect();
    let config = crate::service::Config {
        clock: time.clock(),
        ..crate::service::Config::new(&settings.origin, "Test workspace")
    };
    let database = crate::db::Database::in_memory().await.unwrap();
    Lab::set_to(testing::workspace_on(database, config).await, settings, time)
}

async fn attempt(lab: &Lab, forwarded_for: &str, user_name: &str, password: &str) -> Answer {
    let mut browser = lab.browser().with_header("x-forwarded-for", forwarded_for);
    browser.post("/admin/sign-in", &[("user_name", user_name), ("password", password)]).await
}

#[tokio::test]
async fn the_origin_says_what_is_secure_and_no_header_of_a_request() {
    for (origin, secure) in [("https://keys.example.org", true), ("http://localhost:8080", false)] {
        let lab = Lab::at(origin).await;
        lab.owner().await;
        for scheme in ["http", "https"] {
            let mut browser = lab
                .browser()
                .with_header("host", "elsewhere.example")
                .with_header("x-forwarded-proto", scheme)
                .with_header("x-forwarded-host", "elsewhere.example")
                .with_header("forwarded", "proto=http;host=elsewhere.example");
            let page = browser.get("/admin/sign-in").await;
            assert!(!page.body.contains("elsewhere"), "{}", page.body);
            assert_eq!(!page.header("strict-transport-security").is_empty(), secure, "{scheme}");
            let cookie = page.header("set-cookie");
            assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
            assert_eq!(cookie.starts_with("__Host-"), secure, "{cookie}");
            let answer = browser.get("/admin/users").await;
            assert_eq!(answer.location(), "/admin/sign-in?next=/admin/users");
        }
    }
}

#[tokio::test]
async fn attempts_are_counted_by_whom_a_trusted_proxy_asks_for() {
    let lab = lab(&[PROXY]).await;
    lab.owner().await;
    for number in 0..20 {
        let answer = attempt(&lab, "203.0.113.5", &format!("name{number}"), "wrong").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{number}");
    }
    // What stands before the last address is only what the client has said.
    for from in ["203.0.113.5", "198.51.100.1, 203.0.113.5"] {
        let answer = attempt(&lab, from, "owner", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{from}");
    }
    let answer = attempt(&lab, "203.0.113.6", "owner", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn who_is_no_trusted_proxy_cannot_be_many() {
    for trusted in [&[][..], &["10.0.0.0/8"]] {
        let lab = lab(trusted).await;
        lab.owner().await;
        for number in 0..20 {
            let from = format!("203.0.113.{number}");
            let answer = attempt(&lab, &from, &format!("name{number}"), "wrong").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{number}");
        }
        let answer = attempt(&lab, "203.0.113.99", "owner", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    }
}
