#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

#[test]
fn a_link_that_is_none_is_refused_before_anything_is_opened() {
    let phone = open::passing().unwrap();
    let errand = Errand::Activate { link: "https://example.org/".into(), name: "phone".into() };
    let outcome = here(&phone, errand).unwrap();
    assert!(matches!(outcome, Outcome::Failed { reason, .. } if reason == "link"));
}

#[test]
fn a_phone_without_a_workspace_tells_so_and_has_nobody_to_ask() {
    let phone = open::passing().unwrap();
    for check_in in [false, true] {
        let outcome = here(&phone, Errand::Status { check_in }).unwrap();
        assert_eq!(outcome, Outcome::Status(Status { membership: None, pending: None }));
    }
}

#[test]
fn outcomes_have_these_members() {
    let status = Outcome::Status(Status { membership: None, pending: None });
    let value = serde_json::to_value(&status).unwrap();
    assert_eq!(value, json!({"event": "status", "membership": null, "pending": null}));
    let failed = Outcome::failed("busy", &ActivationError::NotAgreed);
    let value = serde_json::to_value(&failed).unwrap();
    assert_eq!(value["event"], "failed");
    assert_eq!(value["reason"], "busy");
    assert_eq!(serde_json::from_value::<Outcome>(value).unwrap(), failed);
}

#[test]
fn an_errand_with_more_in_it_is_not_understood() {
    for text in [r#"{"do":"erase"}"#, r#"{"do":"status","check_in":false,"more":1}"#, "", "[]"] {
        assert!(serde_json::from_str::<Errand>(text).is_err(), "{text}");
    }
}
