use super::entry;

const PINNED: &str = "\
# A comment.
cffi==2.1.1 \\
    --hash=sha256:00
fido2==2.2.1 \\
    --hash=sha256:11 \\
    --hash=sha256:22
    # via -r requirements.in
pytest==9.2.0 \\
    --hash=sha256:33
";

#[test]
fn an_entry_is_a_package_with_all_its_hashes() {
    let expected = "fido2==2.2.1 \\\n    --hash=sha256:11 \\\n    --hash=sha256:22\n";
    assert_eq!(entry(PINNED, "fido2").ok().as_deref(), Some(expected));
}

#[test]
fn a_package_that_is_not_pinned_is_an_error() {
    assert!(entry(PINNED, "fido").is_err());
}
