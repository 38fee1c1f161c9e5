use super::Outcome;

#[test]
fn what_libfuzzer_says_is_understood() {
    let mut outcome = Outcome::new("requests");
    for line in [
        "INFO: Running with entropic power schedule (0xFF, 100).",
        "#64\tINITED cov: 1204 ft: 2310 corp: 60/4Kb exec/s: 0 rss: 40Mb",
        "#4096\tREDUCE cov: 1310 ft: 2500 corp: 71/5Kb lim: 4096 exec/s: 2048 rss: 41Mb L: 9/99 MS: 1 ChangeBit-",
        "#8192\tDONE   cov: 1311 ft: 2502 corp: 72/5Kb lim: 4096 exec/s: 2048 rss: 41Mb",
        "Done 8192 runs in 4 second(s)",
    ] {
        outcome.read(line);
    }
    assert_eq!((outcome.executions, outcome.seconds), (8192, 4));
    assert_eq!((outcome.edges, outcome.features, outcome.corpus), (1311, 2502, 72));
}

#[test]
fn only_the_last_words_are_kept() {
    let mut outcome = Outcome::new("requests");
    for number in 0..1000 {
        outcome.read(&format!("line {number}"));
    }
    assert_eq!(outcome.last_words.len(), super::LAST_WORDS);
    assert_eq!(outcome.last_words.last().map(String::as_str), Some("line 999"));
}
