use super::Tally;

fn read(line: &str) -> Tally {
    let mut tally = Tally::default();
    tally.read(line);
    tally
}

#[test]
fn cargo_closing_lines_are_counted() {
    let line = "test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s";
    assert_eq!(read(line), Tally { passed: 12, failed: 2, skipped: 1 });
}

#[test]
fn pytest_closing_lines_are_counted_in_colour_too() {
    let plain = "=================== 60 passed, 3 skipped, 1 error in 12.34s ====================";
    let expected = Tally { passed: 60, failed: 1, skipped: 3 };
    assert_eq!(read(plain), expected);
    let quiet = "\x1b[32m\x1b[1m60 passed\x1b[0m, \x1b[33m3 skipped\x1b[0m, 1 error in 75.02s (0:01:15)\x1b[0m";
    assert_eq!(read(quiet), expected);
}

#[test]
fn other_lines_are_not_counted() {
    for line in ["running 3 tests", "3 passed the door in time", "Finished `dev` profile in 3s", ""]
    {
        assert_eq!(read(line), Tally::default(), "{line}");
    }
}

#[test]
fn the_sum_is_told_in_the_plain_form() {
    assert_eq!(Tally { passed: 2, failed: 0, skipped: 0 }.to_string(), "2 passed, 0 failed");
    assert_eq!(
        Tally { passed: 2, failed: 1, skipped: 3 }.to_string(),
        "2 passed, 1 failed, 3 skipped"
    );
}

#[test]
fn node_closing_lines_are_counted() {
    let mut tally = Tally::default();
    for line in
        ["# tests 6", "# pass 3", "# fail 1", "# cancelled 1", "# skipped 1", "# Subtest: x"]
    {
        tally.read(line);
    }
    assert_eq!(tally, Tally { passed: 3, failed: 2, skipped: 1 });
}
