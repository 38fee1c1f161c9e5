#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

//! Requests as python-fido2 makes them are understood; what is wrong with one is named as the
//! standard names it.

use ciborium::Value;

use super::Request;
use crate::{
    ctap::status::Status,
    testing::{
        device::encode,
        vectors::{self, Vector},
    },
};

mod missing;
mod properties;
mod shape;
mod types;
mod understood;

fn corpus() -> Vec<Vector> {
    vectors::read(include_str!("../../../tests/vectors/requests.json"))
}

/// The message of the corpus with this name.
fn sample(name: &str) -> Vec<u8> {
    let corpus = corpus();
    corpus.iter().find(|vector| vector.text("name") == name).expect("a sample").bytes("message")
}

/// The status that a message is refused with; `Ok` where it is not.
fn status(message: &[u8]) -> Status {
    Request::parse(message).map_or_else(|status| status, |_| Status::Ok)
}

fn parameters(message: &[u8]) -> Value {
    ciborium::from_reader(&message[1..]).unwrap()
}

fn message(command: u8, parameters: &Value) -> Vec<u8> {
    [vec![command], encode(parameters)].concat()
}

/// Every value that differs from `value` in one node, which `change` replaces.
fn variants(value: &Value, change: &dyn Fn(&Value) -> Vec<Value>) -> Vec<Value> {
    let mut all = change(value);
    match value {
        Value::Map(entries) => {
            for (index, (_, inner)) in entries.iter().enumerate() {
                for other in variants(inner, change) {
                    let mut entries = entries.clone();
                    entries[index].1 = other;
                    all.push(Value::Map(entries));
                }
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                for other in variants(inner, change) {
                    let mut items = items.clone();
                    items[index] = other;
                    all.push(Value::Array(items));
                }
            }
        }
        _ => {}
    }
    all
}
