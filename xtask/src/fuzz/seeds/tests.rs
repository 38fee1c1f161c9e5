use super::{head, parse};

#[test]
fn seeds_are_lines_of_hexadecimal_with_remarks() {
    let text = "# what it is\n\n0102ff # why\n00\n";
    assert_eq!(parse(text), Some(vec![vec![1, 2, 255], vec![0]]));
    assert_eq!(head(text).count(), 1);
}

#[test]
fn what_is_not_hexadecimal_is_no_seed() {
    for text in ["0", "0g", "01 02"] {
        assert_eq!(parse(text), None, "{text}");
    }
}
