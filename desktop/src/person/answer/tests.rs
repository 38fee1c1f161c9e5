use super::*;

const PLAIN: Choices = Choices { accounts: 1, older: false, verification: false };
const SEVERAL: Choices = Choices { accounts: 3, older: true, verification: false };
const OWNER: Choices = Choices { accounts: 1, older: false, verification: true };
const OWNER_SEVERAL: Choices = Choices { accounts: 3, older: false, verification: true };

#[test]
fn yes_and_no_are_understood_in_any_case() {
    for line in ["y", "Y", " yes ", "YES\r"] {
        assert_eq!(PLAIN.understand(line), Answer::Allow(0), "{line}");
    }
    for line in ["n", "No"] {
        assert_eq!(PLAIN.understand(line), Answer::Deny, "{line}");
    }
    for line in ["", "yy", "1", "v", "f", "o"] {
        assert_eq!(PLAIN.understand(line), Answer::Unclear, "{line}");
    }
}

#[test]
fn an_account_is_chosen_by_its_number() {
    assert_eq!(SEVERAL.understand("1"), Answer::Allow(0));
    assert_eq!(SEVERAL.understand("3"), Answer::Allow(2));
    assert_eq!(SEVERAL.understand("o"), Answer::Older);
    for line in ["0", "4", "y", "-1", "99999999999999999999"] {
        assert_eq!(SEVERAL.understand(line), Answer::Unclear, "{line}");
    }
}

#[test]
fn only_v_is_the_owner() {
    assert_eq!(OWNER.understand("v"), Answer::Allow(0));
    assert_eq!(OWNER.understand("f"), Answer::NoMatch);
    assert_eq!(OWNER.understand("n"), Answer::Deny);
    for line in ["y", "yes", "1", "v2", ""] {
        assert_eq!(OWNER.understand(line), Answer::Unclear, "{line}");
    }
    assert_eq!(OWNER_SEVERAL.understand("v2"), Answer::Allow(1));
    assert_eq!(OWNER_SEVERAL.understand("v 3"), Answer::Allow(2));
    for line in ["2", "v", "v4"] {
        assert_eq!(OWNER_SEVERAL.understand(line), Answer::Unclear, "{line}");
    }
}

#[test]
fn the_hint_names_what_is_understood() {
    assert_eq!(PLAIN.hint(), "Allow? [y, n = no]");
    assert_eq!(SEVERAL.hint(), "Which one? [1-3, o = older ones, n = no]");
    assert_eq!(OWNER.hint(), "Allow? [v = it is the owner, f = no match, n = no]");
    assert_eq!(OWNER_SEVERAL.hint(), "Which one? [v1-v3, f = no match, n = no]");
}
