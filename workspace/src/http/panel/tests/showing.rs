use std::time::Duration;

use pocketkey_core::{
    policy::{OfflineLogin, Settings},
    protocol::KeyState,
};

use super::{
    pages::every_page,
    samples::{NOW, key},
};
use crate::{
    http::words,
    model::{Page, Role},
};

fn page(wanted: &str, role: Role) -> String {
    every_page("plain", role)
        .into_iter()
        .find(|(page, _)| *page == wanted)
        .map(|(_, html)| html)
        .unwrap()
}

#[test]
fn every_form_that_changes_something_carries_the_sessions_token() {
    for (page, html) in every_page("plain", Role::Owner) {
        for form in html.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap();
            let posts = form.split('>').next().unwrap().contains("method=\"post\"");
            let token = "name=\"csrf\" value=\"token-of-the-session\"";
            assert_eq!(form.contains(token), posts, "{page}: {form}");
        }
    }
}

#[test]
fn auditors_are_offered_nothing_that_they_may_not_do() {
    for page_name in ["users", "user", "key", "groups", "activation"] {
        let html = page(page_name, Role::Auditor);
        for form in html.split("<form ").skip(1) {
            let head = form.split('>').next().unwrap();
            let fine = head.contains("method=\"get\"") || head.contains("/admin/sign-out");
            assert!(fine, "{page_name} offers {head}");
        }
        for address in ["/admin/users/new", "/admin/users/import", "/edit", "/keys/new", "/remove"]
        {
            assert!(!html.contains(&format!("{address}\"")), "{page_name} leads to {address}");
        }
    }
    assert!(page("users", Role::Administrator).contains("href=\"/admin/users/new\""));
    assert!(!page("users", Role::Administrator).contains("/admin/tokens"));
    assert!(page("users", Role::Owner).contains("/admin/tokens"));
}

#[test]
fn a_state_is_a_word_not_a_colour_alone() {
    assert!(page("users", Role::Owner).contains("<span class=\"state invited\">Invited</span>"));
    let html = page("key", Role::Owner);
    assert!(html.contains("<span class=\"state active\">Active</span>"));
    assert!(html.contains("data-live=\"state\" data-live-say=\"Active\""));
}

#[test]
fn a_code_is_shown_with_its_link_and_its_end_and_changes_only_when_it_is_over() {
    let html = page("activation-code", Role::Owner);
    assert!(html.contains("<svg") && html.contains("role=\"img\""));
    assert!(html.contains("value=\"https://keys.example/activate#t=plain\" readonly"));
    assert!(html.contains("data-countdown=\"900\""));
    assert!(html.contains("datetime=\"2031-05-08"));
    assert!(html.contains("data-live=\"activation\" data-live-mark=\"pending:\""));
    assert!(html.contains("data-live-url=\"/admin/keys/"));
    let later = page("activation", Role::Owner);
    assert!(!later.contains("<svg") && !later.contains("activate#t="));
    assert!(later.contains("Show a new QR code"));
}

#[test]
fn settings_that_the_phone_does_not_hold_yet_are_said_to_be_on_their_way() {
    let html = page("key", Role::Owner);
    assert!(html.contains("Version 2 is set; the phone holds version 1."));
}

#[test]
fn how_stale_a_phone_can_be_is_said_whatever_was_changed_since() {
    let mut phone = key("plain", Some(KeyState::Active));
    assert_eq!(words::stale(&phone, NOW), "Never: the phone checks in before each signature");
    let until = Some(NOW.plus_seconds(3600).unix_seconds());
    phone.grant_until = until;
    assert!(words::stale(&phone, NOW).starts_with("May sign without asking until "));
    phone.state = Some(KeyState::Suspended);
    assert!(words::stale(&phone, NOW).starts_with("Until it checks in, the phone may still sign"));
    phone.state = Some(KeyState::Active);
    phone.grant_until = Some(NOW.unix_seconds());
    let offline_login = Some(OfflineLogin { uses: 5, days: 1 });
    phone.settings = Some(Settings { offline_login, ..Settings::default() });
    assert!(words::stale(&phone, NOW).starts_with("No grant is running"));
}

#[test]
fn numbers_are_readable() {
    assert_eq!(words::count(1, "user", "users"), "1 user");
    assert_eq!(words::count(999, "user", "users"), "999 users");
    assert_eq!(words::count(1_234_567, "user", "users"), "1,234,567 users");
    let page = |total, total_is_exact| {
        let page = Page::<()> { items: vec![], next: None, previous: None, total, total_is_exact };
        words::total(&page, "user", "users")
    };
    assert_eq!(page(1, true), "1 user");
    assert_eq!(page(500, false), "more than 500 users");
}

#[test]
fn durations_are_said_in_the_largest_unit_that_is_exact() {
    let said = |seconds| words::duration(Duration::from_secs(seconds));
    assert_eq!(said(900), "15 minutes");
    assert_eq!(said(172_800), "2 days");
    assert_eq!(said(90_000), "25 hours");
    assert_eq!(said(61), "61 seconds");
    assert_eq!(said(60), "1 minute");
}

#[test]
fn headings_landmarks_and_titles_are_there_once() {
    for (page, html) in every_page("plain", Role::Owner) {
        assert_eq!(html.matches("<h1").count(), 1, "{page} has one first heading");
        assert_eq!(html.matches("<main").count(), 1, "{page} has one main part");
        assert!(html.contains("<html lang=\"en\">"), "{page} says its language");
        let title = html.split("<title>").nth(1).and_then(|it| it.split("</title>").next());
        assert!(title.is_some_and(|title| title.ends_with(" · plain")), "{page}: {title:?}");
        assert!(html.contains("href=\"#main\""), "{page} can be skipped into");
        let mut ids: Vec<_> =
            html.split(" id=\"").skip(1).filter_map(|it| it.split('"').next()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{page} names two things the same");
    }
}
