use super::pages::every_page;
use crate::model::Role;

#[test]
fn a_name_cannot_bring_markup_into_any_page() {
    let name = "\"><img src=x onerror=alert(1)></title><script>alert('&')</script>";
    for (page, html) in every_page(name, Role::Owner) {
        assert!(html.contains("img src=x"), "{page} shows the name");
        assert!(!html.contains("<img src=x"), "{page} takes a name's element");
        assert!(!html.contains("<script>"), "{page} takes a name's script");
    }
}

#[test]
fn no_page_needs_what_the_content_security_policy_forbids() {
    for (page, html) in every_page("plain", Role::Owner) {
        assert!(!html.contains("style="), "{page} has an inline style");
        assert!(!html.contains("<style"), "{page} has an inline style sheet");
        assert!(!html.contains(" onclick") && !html.contains(" onsubmit"), "{page} has a handler");
        for script in html.match_indices("<script").map(|(at, _)| &html[at..]) {
            assert!(script.starts_with("<script src=\"/assets/"), "{page} has an inline script");
        }
        assert!(
            !html.contains("src=\"http") && !html.contains("href=\"http"),
            "{page} asks others"
        );
    }
}
