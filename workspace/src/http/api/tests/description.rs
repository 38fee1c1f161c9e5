use std::collections::BTreeSet;

use serde_json::Value;

use super::{client::Api, operations, parts};
use crate::http::api::routes;

fn description() -> Value {
    serde_json::to_value(parts().1).unwrap()
}

#[tokio::test]
async fn the_description_is_served_as_it_is_generated() {
    let answer = Api::start().await.send("GET", "/api/openapi.json", None).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json, description());
    assert!(answer.json["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(answer.json["components"]["securitySchemes"]["token"]["scheme"], "bearer");
}

#[test]
fn every_route_is_described_but_the_description() {
    let routes = routes();
    let mut listed: Vec<_> =
        routes.list().iter().map(|it| (it.method.to_string(), it.path.clone())).collect();
    listed.retain(|(_, path)| path != "/api/openapi.json");
    let mut described: Vec<_> =
        operations().into_iter().map(|(method, path, _)| (method, path)).collect();
    listed.sort();
    described.sort();
    assert_eq!(listed, described);
    assert!(described.len() > 30);
}

#[test]
fn every_operation_has_a_name_of_its_own_a_summary_and_its_problems() {
    let mut names = BTreeSet::new();
    for (path, item) in description()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(names.insert(operation["operationId"].to_string()), "{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()));
            let responses = operation["responses"].as_object().unwrap();
            for status in ["400", "401", "403", "500", "503"] {
                assert!(responses.contains_key(status), "{method} {path} lacks {status}");
            }
            assert_eq!(responses.contains_key("404"), path.contains('{'), "{method} {path}");
            let body = operation.get("requestBody").is_some();
            assert_eq!(responses.contains_key("415"), body, "{method} {path}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value.as_str().filter(|_| name == "$ref") {
                        Some(reference) => found.push(reference.to_owned()),
                        None => references(value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let description = description();
    let mut found = Vec::new();
    references(&description, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn actions_are_described_by_the_names_that_are_sent() {
    let description = description();
    let action = &description["components"]["schemas"]["Action"]["enum"];
    let names: Vec<_> = crate::model::Action::ALL.iter().map(|action| action.name()).collect();
    assert_eq!(*action, serde_json::json!(names));
}
