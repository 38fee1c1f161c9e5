use std::{path::Path, process::Command};

use super::*;

#[test]
fn a_word_reaches_the_command_as_it_was_given() {
    let words = ["a b", "it's", "$HOME", "", "*", "\\"].map(str::to_owned);
    let command = ["printf".to_owned(), "%s\\n".to_owned()].into_iter().chain(words.clone());
    let script = Job::Command(command.collect()).script(Path::new("/"), &[]);

    let output = Command::new("bash").args(["-c", &script]).output().unwrap();

    let lines: Vec<_> = std::str::from_utf8(&output.stdout).unwrap().lines().collect();
    assert_eq!(lines, words);
}

fn counted(status: i32, output: &str) -> (u64, u64) {
    let Checks { passed, failed } = checks(&Outcome { status, output: output.to_owned() });
    (passed, failed)
}

#[test]
fn only_whole_result_lines_count() {
    let output = "ok one\n# ok\nnot ok two: why\n ok three\nok four\nnot okay\n";
    assert_eq!(counted(1, output), (2, 1));
}

#[test]
fn a_run_without_checks_is_a_failure() {
    assert_eq!(counted(0, "nothing\n"), (0, 1));
}

#[test]
fn a_script_that_ends_badly_is_a_failure() {
    assert_eq!(counted(1, "ok one\n"), (1, 1));
}
