//! The API over the wire: who is let in, what is refused and how, and that the description says so.

mod client;
mod description;
mod resources;

use client::{Api, NOTHING};
use serde_json::{Value, json};

use super::parts;
use crate::model::Scope;

/// Every operation: method, path, and the scope that the description names.
fn operations() -> Vec<(String, String, Scope)> {
    let description = serde_json::to_value(parts().1).unwrap();
    let mut operations = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let security = operation["security"].as_array().unwrap();
            let scopes = security[0]["token"].as_array().unwrap();
            assert_eq!((security.len(), scopes.len()), (1, 1), "{method} {path}");
            let scope = Scope::from_name(scopes[0].as_str().unwrap()).unwrap();
            operations.push((method.to_uppercase(), path.clone(), scope));
        }
    }
    operations
}

/// An address with an identifier of nothing in each place.
fn filled(path: &str) -> String {
    let mut parts = path.split('/').map(|part| if part.starts_with('{') { NOTHING } else { part });
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |path, part| format!("{path}/{part}"))
}

#[tokio::test]
async fn every_operation_is_refused_without_a_token() {
    let api = Api::start().await;
    let wrong = format!("pocketkey_{}", "A".repeat(43));
    for (method, path, _) in operations() {
        for token in [None, Some(""), Some("x"), Some(wrong.as_str())] {
            let answer = api.with(token).send(&method, &filled(&path), None).await;
            assert_eq!(answer.status, 401, "{method} {path}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            answer.is_problem();
        }
    }
}

#[tokio::test]
async fn every_operation_needs_the_scope_that_its_description_names() {
    let api = Api::start().await;
    for (method, path, scope) in operations() {
        let others: Vec<_> = Scope::ALL.into_iter().filter(|other| *other != scope).collect();
        let token = api.token(&others).await;
        let answer = api.with(Some(&token)).send(&method, &filled(&path), None).await;
        assert_eq!(answer.status, 403, "{method} {path}");
        answer.is_problem();
        let token = api.token(&[scope]).await;
        let answer = api.with(Some(&token)).send(&method, &filled(&path), None).await;
        assert!(![401, 403].contains(&answer.status), "{method} {path}: {}", answer.status);
    }
}

#[tokio::test]
async fn a_revoked_token_opens_nothing() {
    let api = Api::start().await;
    let token = api.token(&Scope::ALL).await;
    let admin = api.with(Some(&token));
    let made = json!({ "label": "other", "scopes": ["users:read"], "days": 1 });
    let made = admin.send("POST", "/api/v1/tokens", Some(made)).await;
    assert_eq!(made.status, 201);
    let text = made.json["text"].as_str().unwrap().to_owned();
    assert_eq!(api.with(Some(&text)).send("GET", "/api/v1/users", None).await.status, 200);
    let location = made.header("location").unwrap().to_owned();
    assert_eq!(admin.send("DELETE", &location, None).await.status, 204);
    assert_eq!(api.with(Some(&text)).send("GET", "/api/v1/users", None).await.status, 401);
}

#[tokio::test]
async fn whatever_is_wrong_with_a_request_is_a_problem() {
    let api = Api::start().await;
    let token = api.token(&Scope::ALL).await;
    let api = api.with(Some(&token));
    for (method, path, body, kind, status) in [
        ("GET", "/api/v1/nothing", "", "", 404),
        ("GET", "/api/v2/users", "", "", 404),
        ("PATCH", "/api/v1/users", "", "", 405),
        ("GET", "/api/v1/users/x", "", "", 400),
        ("GET", "/api/v1/users?limit=0", "", "", 422),
        ("GET", "/api/v1/users?limit=201", "", "", 422),
        ("GET", "/api/v1/users?limit=x", "", "", 400),
        ("GET", "/api/v1/users?cursor=x", "", "", 422),
        ("GET", "/api/v1/users?unknown=1", "", "", 400),
        ("GET", "/api/v1/users?search=a%00b", "", "", 422),
        ("GET", &format!("/api/v1/events?search={}", "x".repeat(257)), "", "", 422),
        ("GET", "/api/v1/users?state=unheard-of", "", "", 400),
        ("POST", "/api/v1/users", "{", "application/json", 400),
        ("POST", "/api/v1/users", "{}", "application/json", 400),
        ("POST", "/api/v1/users", "{}", "text/plain", 415),
        ("POST", "/api/v1/users", "{}", "", 415),
        ("POST", "/api/v1/groups", r#"{"name":"a","more":1}"#, "application/json", 400),
        ("POST", "/api/v1/groups", r#"{"name":""}"#, "application/json", 422),
        ("POST", "/api/v1/import", "x", "application/json", 415),
        ("POST", "/api/v1/import", "x", "text/csv", 422),
        ("POST", "/api/v1/groups", &"x".repeat(300_000), "application/json", 413),
    ] {
        let answer = api.raw(method, path, kind, body).await;
        assert_eq!(answer.status, status, "{method} {path} {body:.40}: {}", answer.text);
        answer.is_problem();
    }
    assert!(api.raw("PATCH", "/api/v1/users", "", "").await.header("allow").is_some());
    let missing = api.send("GET", &format!("/api/v1/users/{NOTHING}"), None).await;
    assert_eq!((missing.status, missing.json["title"].clone()), (404, Value::from("Not found")));
}
