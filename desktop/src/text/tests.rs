use super::printable;

#[test]
fn plain_names_are_shown_as_they_are() {
    for name in ["alice@example.com", "Zoë Müller", "李小龍", "🔑 work"] {
        assert_eq!(printable(name, 80), name);
    }
}

#[test]
fn terminal_escapes_lose_their_effect() {
    assert_eq!(
        printable("a\x1b[2Jb\r\n\x07\u{9b}c", 80),
        "a\u{fffd}[2Jb\u{fffd}\u{fffd}\u{fffd}\u{fffd}c"
    );
}

#[test]
fn writing_direction_cannot_be_turned() {
    assert_eq!(printable("bank\u{202e}moc.live", 80), "bank\u{fffd}moc.live");
    assert_eq!(printable("\u{200f}\u{2067}\u{61c}x", 80), "\u{fffd}\u{fffd}\u{fffd}x");
}

#[test]
fn invisible_characters_show() {
    assert_eq!(printable("pay\u{200b}pal\u{feff}\u{e0041}", 80), "pay\u{fffd}pal\u{fffd}\u{fffd}");
}

#[test]
fn long_text_is_cut_and_says_so() {
    assert_eq!(printable("ééééé", 3), "ééé…");
    assert_eq!(printable("ééé", 3), "ééé");
    assert_eq!(printable(&"x".repeat(100_000), 80).chars().count(), 81);
}
