use std::{
    env,
    path::Path,
    process::{self, Command},
};

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

#[test]
fn guests_have_as_much_to_do() {
    let folder = env::temp_dir().join(format!("pocketkey-shares-{}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    let script = |name: &str, seconds| {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/bash\n# Seconds: {seconds}\n")).unwrap();
        path
    };
    let [a, b, c, d] = [("a", 10), ("b", 20), ("c", 45), ("d", 20)].map(|(n, s)| script(n, s));

    let of_two = shares(vec![a.clone(), b.clone(), c.clone(), d.clone()], 2).unwrap();
    let of_one = shares(vec![a.clone(), c.clone()], 1).unwrap();
    let of_few = shares(vec![a.clone()], 2).unwrap();
    fs::write(&a, "#!/bin/bash\n").unwrap();
    let untold = shares(vec![a.clone()], 2);
    fs::remove_dir_all(&folder).unwrap();

    assert_eq!(of_two, [Job::Scripts(vec![c.clone()]), Job::Scripts(vec![a.clone(), b, d])]);
    assert_eq!(of_one, [Job::Scripts(vec![a.clone(), c])]);
    assert_eq!(of_few, [Job::Scripts(vec![a])]);
    assert!(untold.is_err());
}
