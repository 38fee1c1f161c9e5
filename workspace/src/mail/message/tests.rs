use lettre::message::Mailbox;
use zeroize::Zeroizing;

use super::{Draft, DraftError, Errand, date_and_time, within};
use crate::{
    model::{MailId, Timestamp},
    testing::mime::{self, Part},
};

const LINK: &str = "https://keys.example/activate#t=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
                    &k=BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA";

/// 23 November 2026, 15:46:40 UTC.
const NOW: Timestamp = Timestamp(1_795_448_800_000);

fn draft<'a>(from: &'a Mailbox, errand: Errand) -> Draft<'a> {
    Draft {
        id: MailId::new(),
        attempt: 1,
        from,
        to: "user1@example.org",
        name: "First User",
        subject: "Activate your smartphone",
        workspace: "Example Workspace",
        host: "keys.example",
        key: "Smartphone",
        errand,
        expires_at: NOW.plus_seconds(48 * 3600),
        now: NOW,
    }
}

fn from() -> Mailbox {
    "Example Workspace <keys@example.org>".parse().unwrap()
}

fn activation() -> Errand {
    Errand::Activate(Zeroizing::new(LINK.to_owned()))
}

fn parsed(draft: &Draft<'_>) -> Part {
    mime::parse(&String::from_utf8(draft.message().unwrap().formatted()).unwrap())
}

#[test]
fn an_activation_is_text_and_html_with_the_picture_inside() {
    let from = from();
    let message = parsed(&draft(&from, activation()));
    assert_eq!(message.kind(), "multipart/alternative");
    let [text, related] = &message.parts[..] else { panic!("two forms: {}", message.parts.len()) };
    assert_eq!((text.kind(), related.kind()), ("text/plain", "multipart/related"));
    let [html, picture] = &related.parts[..] else { panic!("HTML and its picture") };
    assert_eq!((html.kind(), picture.kind()), ("text/html", "image/png"));
    assert!(picture.header("content-disposition").starts_with("inline"));
    let cid = picture.header("content-id").trim_matches(['<', '>']);
    assert!(html.text().contains(&format!("src=\"cid:{cid}\"")));
    assert_eq!(crate::qr::tests::read(&picture.body), [LINK], "the picture says the link");
}

#[test]
fn both_forms_say_whose_link_it_is_and_until_when() {
    let from = from();
    let message = parsed(&draft(&from, activation()));
    let html = message.parts[1].parts[0].text().replace("&#38;", "&");
    for form in [message.parts[0].text(), html] {
        for words in [
            "Hello First User,",
            "Example Workspace",
            "Smartphone",
            LINK,
            "Wednesday, 25 November 2026, 15:46 UTC",
            "2 days from now",
        ] {
            assert!(form.contains(words), "{words:?} is missing in {form}");
        }
    }
}

#[test]
fn a_registration_has_a_link_and_no_picture() {
    let from = from();
    let link = "https://keys.example/register#t=AAAA";
    let message = parsed(&draft(&from, Errand::Register(Zeroizing::new(link.to_owned()))));
    let [text, html] = &message.parts[..] else { panic!("two forms") };
    assert_eq!((text.kind(), html.kind()), ("text/plain", "text/html"));
    assert!(text.text().contains(link) && html.text().contains(link));
    assert!(!html.text().contains("<img"));
}

#[test]
fn nothing_is_fetched_from_anywhere() {
    let from = from();
    let message = parsed(&draft(&from, activation()));
    let html = message.parts[1].parts[0].text();
    for source in html.split("src=\"").skip(1) {
        assert!(source.starts_with("cid:"), "{source}");
    }
    for word in ["<script", "<link", "<style", "url(", "@import", "srcset"] {
        assert!(!html.contains(word), "{word}");
    }
}

#[test]
fn headers_say_who_and_that_a_program_wrote() {
    let from = from();
    let draft = draft(&from, activation());
    let message = parsed(&draft);
    assert_eq!(message.header("from"), "\"Example Workspace\" <keys@example.org>");
    assert_eq!(message.header("to"), "\"First User\" <user1@example.org>");
    assert_eq!(message.header("subject"), "Activate your smartphone");
    assert_eq!(message.header("auto-submitted"), "auto-generated");
    assert_eq!(message.header("date"), "Mon, 23 Nov 2026 15:46:40 +0000");
    assert_eq!(message.header("message-id"), format!("<{}.1@keys.example>", draft.id));
}

#[test]
fn no_name_adds_a_header_or_an_element() {
    let from = from();
    let evil = "X\r\nBcc: other@example.org\r\n\r\n<script>alert(1)</script>";
    let mut draft = draft(&from, activation());
    (draft.name, draft.subject, draft.workspace, draft.key) = (evil, evil, evil, evil);
    let raw = String::from_utf8(draft.message().unwrap().formatted()).unwrap();
    let head = raw.split("\r\n\r\n").next().unwrap();
    assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
    let message = mime::parse(&raw);
    assert_eq!(message.kind(), "multipart/alternative");
    assert!(!message.parts[1].parts[0].text().contains("<script"));
}

#[test]
fn an_address_that_is_none_is_no_message() {
    let from = from();
    for address in ["", "user1", "a@b\r\nBcc: other@example.org", "a b@example.org", "a@b, c@d"] {
        let mut draft = draft(&from, activation());
        draft.to = address;
        assert_eq!(draft.message().err(), Some(DraftError::Address(address.to_owned())));
    }
}

#[test]
fn times_promise_nothing_that_is_not_kept() {
    for (seconds, words) in [
        (172_800, "2 days from now"),
        (172_799, "47 hours from now"),
        (7_200, "2 hours from now"),
        (7_199, "119 minutes from now"),
        (119, "1 minute from now"),
        (59, "0 minutes from now"),
        (-5, "0 minutes from now"),
    ] {
        assert_eq!(within(NOW, NOW.plus_seconds(seconds)), words);
    }
    assert_eq!(date_and_time(NOW), "Monday, 23 November 2026, 15:46 UTC");
    assert_eq!(date_and_time(Timestamp(0)), "Thursday, 1 January 1970, 00:00 UTC");
}
