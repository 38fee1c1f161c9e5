use std::net::TcpListener;

use lettre::Message;

use super::{Carrier, CarrierError, Delivered, SendError};
use crate::testing::mail_server::Server;

fn message() -> Message {
    Message::builder()
        .from("keys@example.org".parse().unwrap())
        .to("user1@example.org".parse().unwrap())
        .subject("s")
        .body("the body".to_owned())
        .unwrap()
}

#[tokio::test]
async fn a_mail_server_takes_what_is_sent() {
    let server = Server::answering("250 fine");
    let carrier = Carrier::smtp(&server.url, "keys.example").unwrap();
    assert_eq!(carrier.send(message(), "x").await, Ok(Delivered::Taken("taken as 17".to_owned())));
    let heard = server.heard();
    assert_eq!(heard[0], "EHLO keys.example");
    assert!(heard.contains(&"RCPT TO:<user1@example.org>".to_owned()));
    assert!(heard.contains(&"the body".to_owned()));
}

#[tokio::test]
async fn what_a_mail_server_refuses_for_good_is_not_tried_again() {
    for (answer, never) in [
        ("550 no such user", true),
        ("552 too much mail", true),
        ("450 mailbox busy", false),
        ("421 shutting down", false),
        ("530 authenticate first", false),
        ("535 wrong password", false),
    ] {
        let server = Server::answering(answer);
        let error = Carrier::smtp(&server.url, "keys.example").unwrap().send(message(), "x").await;
        let error = error.unwrap_err();
        assert_eq!(matches!(error, SendError::Never(_)), never, "{answer}: {error}");
        assert!(error.to_string().contains(answer.split_once(' ').unwrap().1), "{error}");
    }
}

#[tokio::test]
async fn a_mail_server_that_is_not_there_is_tried_again() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let carrier = Carrier::smtp(&format!("smtp://127.0.0.1:{port}"), "keys.example").unwrap();
    assert!(matches!(carrier.send(message(), "x").await, Err(SendError::Later(_))));
}

#[test]
fn mail_goes_without_encryption_only_where_it_is_said_or_stays_here() {
    for fine in [
        "smtps://user:pass@mail.example",
        "smtps://mail.example:4465",
        "smtp://user:pass@mail.example?tls=required",
        "smtp://relay.example:25?tls=none",
        "smtp://localhost:25",
        "smtp://127.0.0.1:1025",
        "smtp://[::1]:25",
    ] {
        assert!(Carrier::smtp(fine, "keys.example").is_ok(), "{fine}");
    }
    assert_eq!(
        Carrier::smtp("smtp://relay.example:25", "keys.example").err(),
        Some(CarrierError::NotEncrypted("relay.example".to_owned()))
    );
    for wrong in [
        "smtp://mail.example?tls=opportunistic",
        "smtps://mail.example?tls=none",
        "http://mail.example",
        "mail.example",
        "",
    ] {
        let error = Carrier::smtp(wrong, "keys.example").unwrap_err();
        assert!(matches!(error, CarrierError::NotAServer(_)), "{wrong}: {error}");
    }
}

#[test]
fn a_mail_servers_password_is_not_shown() {
    let carrier = Carrier::smtp("smtps://user:hush@mail.example", "keys.example").unwrap();
    assert!(!format!("{carrier:?}").contains("hush"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_is_whole_and_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("out/mail");
    let carrier = Carrier::folder(&folder);
    assert_eq!(carrier.outbox(), Some(folder.as_path()));
    // Left by somebody who was interrupted.
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("x.part"), "half").unwrap();
    let expected = message();
    let written = carrier.send(expected.clone(), "x").await.unwrap();
    assert_eq!(written, Delivered::Written(folder.join("x.eml")));
    let path = folder.join("x.eml");
    assert_eq!(std::fs::read(&path).unwrap(), expected.formatted());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}

#[tokio::test]
async fn a_folder_that_cannot_be_is_tried_again() {
    let place = tempfile::NamedTempFile::new().unwrap();
    let carrier = Carrier::folder(place.path().join("mail"));
    assert!(matches!(carrier.send(message(), "x").await, Err(SendError::Later(_))));
}
