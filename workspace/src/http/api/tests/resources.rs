//! What a program does from the first user to a suspended phone.

use base64ct::{Base64, Encoding};
use pocketkey_core::protocol::{ActivationLink, OfferRequest};
use serde_json::{Value, json};

use super::client::Api;
use crate::{model::Scope, qr, testing::handset::Handset};

async fn api() -> Api {
    let api = Api::start().await;
    let token = api.token(&Scope::ALL).await;
    api.with(Some(&token))
}

async fn user(api: &Api) -> String {
    let new = json!({
        "user_id": "1", "name": "First User", "email": "user1@example.org", "user_name": "user1",
        "groups": ["Staff"],
    });
    let made = api.send("POST", "/api/v1/users", Some(new)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.header("location").unwrap().to_owned()
}

async fn phone(api: &Api, user: &str) -> String {
    let new = json!({ "kind": "smartphone", "label": "Phone", "settings": {
        "bluetooth_proximity": false,
        "offline_login": { "uses": 5, "days": 2 },
        "verification": "on-phone",
        "credential_storage": "phone",
    }});
    let made = api.send("POST", &format!("{user}/keys"), Some(new)).await;
    assert_eq!((made.status, made.json["state"].clone()), (201, "pending".into()), "{}", made.text);
    made.header("location").unwrap().to_owned()
}

#[tokio::test]
async fn a_phone_is_handed_out_activated_and_suspended() {
    let api = api().await;
    let user = user(&api).await;
    let key = phone(&api, &user).await;
    let issued = json!({ "purpose": "activate-now" });
    let issued = api.send("POST", &format!("{key}/ticket"), Some(issued)).await;
    assert_eq!(issued.status, 201, "{}", issued.text);
    let code = &issued.json["code"];
    let link = code["link"].as_str().unwrap();
    let png = Base64::decode_vec(code["png"].as_str().unwrap()).unwrap();
    assert_eq!(qr::tests::read(&png), [link]);
    assert!(code["svg"].as_str().unwrap().starts_with("<svg"));

    // It is told once.
    let ticket = api.send("GET", &format!("{key}/ticket"), None).await;
    assert_eq!((ticket.status, ticket.json["state"].clone()), (200, "open".into()));
    assert!(ticket.json.get("code").is_none());

    let ticket = ActivationLink::parse(link).unwrap().ticket;
    let offer = api.workspace.offer(&OfferRequest { ticket: ticket.clone() }).await.unwrap();
    api.workspace.enrol(&Handset::new().enrol(&ticket, &offer)).await.unwrap();
    let active = api.send("GET", &key, None).await;
    assert_eq!(active.json["state"], "active");
    assert!(active.json["grant_until"].as_str().unwrap().ends_with('Z'));

    for (what, state) in [("suspend", "suspended"), ("resume", "active"), ("revoke", "revoked")] {
        let changed = api.send("POST", &format!("{key}/{what}"), None).await;
        assert_eq!((changed.status, changed.json["state"].clone()), (200, state.into()));
        let again = api.send("POST", &format!("{key}/{what}"), None).await;
        assert_eq!(again.status, 409);
        again.is_problem();
    }
}

#[tokio::test]
async fn settings_that_exclude_each_other_are_refused_by_field() {
    let api = api().await;
    let user = user(&api).await;
    let key = phone(&api, &user).await;
    let settings = json!({
        "bluetooth_proximity": true, "offline_login": null,
        "verification": "reader-tap-and-pin", "credential_storage": "phone",
    });
    let refused = api.send("PUT", &format!("{key}/settings"), Some(settings)).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json["errors"][0]["field"], "bluetooth_proximity");
}

#[tokio::test]
async fn users_are_found_changed_blocked_exported_and_removed() {
    let api = api().await;
    let path = user(&api).await;
    let page = api.send("GET", "/api/v1/users?search=FIRST&limit=1", None).await;
    assert_eq!(
        (page.json["total"].clone(), page.json["items"][0]["user_name"].clone()),
        (1.into(), "user1".into())
    );
    let changed = json!({ "user_id": "1", "name": "Renamed", "user_name": "user1" });
    assert_eq!(api.send("PUT", &path, Some(changed)).await.json["name"], "Renamed");
    let blocked = api.send("POST", &format!("{path}/block"), None).await;
    assert_eq!(blocked.json["state"], "blocked");
    let file = api.send("GET", "/api/v1/export", None).await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(file.text.contains("Renamed"));
    let preview = api.raw("POST", "/api/v1/import/preview", "text/csv", &file.text).await;
    assert_eq!(preview.json["unchanged"], 1, "{}", preview.text);
    assert_eq!(api.send("DELETE", &path, None).await.status, 204);
    assert_eq!(api.send("GET", &path, None).await.status, 404);
}

#[tokio::test]
async fn groups_administrators_events_and_the_outbox_are_there() {
    let api = api().await;
    let user = user(&api).await;
    let key = phone(&api, &user).await;
    let groups = api.send("GET", "/api/v1/groups", None).await;
    assert_eq!(groups.json[0]["members"], 1);
    let mailed = json!({ "purpose": "activate-by-email" });
    let mailed = api.send("POST", &format!("{key}/ticket"), Some(mailed)).await;
    assert_eq!(mailed.json["code"], Value::Null, "its secret is not made yet");
    let mails = api.send("GET", "/api/v1/mails", None).await;
    assert_eq!(mails.json["items"][0]["state"], "queued");
    let new = json!({ "user_name": "admin2", "name": "Second", "role": "auditor" });
    let added = api.send("POST", "/api/v1/administrators", Some(new)).await;
    assert_eq!(added.status, 201, "{}", added.text);
    assert!(added.json["link"].as_str().unwrap().contains("/set-up/"));
    let events = api.send("GET", "/api/v1/events?action=administrator.added", None).await;
    assert_eq!(events.json["items"][0]["actor"]["kind"], "token");
    let verified = api.send("GET", "/api/v1/events/verification", None).await;
    assert_eq!(verified.json["intact"], true);
    let file = api.send("GET", "/api/v1/events/export?format=jsonl", None).await;
    assert_eq!(file.header("content-type"), Some("application/jsonl"));
}
