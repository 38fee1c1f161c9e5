//! The built command, as a newcomer starts it.

#![allow(clippy::unwrap_used, missing_docs)]

use std::process::Command;

fn demo(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_pocketkey"))
        .arg("demo")
        .args(args)
        .env_clear()
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn it_succeeds_without_anything_from_its_environment() {
    let told = demo(&[]);
    assert!(told.contains("All is as it must be: 45 of 45 steps are right"), "{told}");
    assert!(!told.contains("FAIL"), "{told}");
}

#[test]
fn each_line_of_json_is_one_object() {
    let objects = demo(&["--json"])
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .inspect(|line| assert!(line.is_object(), "{line}"))
        .count();
    assert_eq!(objects, 1 + 45 + 1);
}
