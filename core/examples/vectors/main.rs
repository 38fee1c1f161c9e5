//! Makes the vectors in `bindings/vectors` anew: `cargo run --package pocketkey-core --example vectors`.
//!
//! Clients of their own ask the core, without any binding in between. That Rust, Kotlin and Swift get the
//! same answers through the bindings is what their tests check, against these files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic
)]

mod account;
#[path = "../../../tests/killer/mod.rs"]
#[expect(dead_code, reason = "shared with tests that use other parts of it")]
mod killer;
mod phone;
mod picture;
mod pins;
mod record;
mod seams;
mod transports;

use std::{fs, path::Path};

use record::Session;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bindings/vectors");
    let sessions: [(&str, Session); 10] = [
        ("passkeys", account::passkeys()),
        ("accounts", account::accounts()),
        ("errors", account::errors()),
        ("pin", pins::pin()),
        ("management", pins::management()),
        ("large_blobs", pins::large_blobs()),
        ("u2f", transports::u2f()),
        ("nfc", transports::nfc()),
        ("hid", transports::hid()),
        ("ble", transports::ble()),
    ];
    for (name, session) in sessions {
        let mut text = serde_json::to_string_pretty(&session).expect("it is plain data");
        text.push('\n');
        let file = folder.join(format!("{name}.json"));
        fs::write(&file, text).expect("the folder can be written");
        println!("{} steps in {}", session.steps.len(), file.display());
    }
    picture::write(&folder.join("pictures"));
}
