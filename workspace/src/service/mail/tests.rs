use std::path::PathBuf;

use pocketkey_core::protocol::{ActivationLink, OfferRequest};
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::WAITS;
use crate::{
    mail::{Carrier, Post},
    model::{
        Action, Event, EventQuery, Key, KeyKind, Mail, MailState, NewKey, PageRequest,
        TicketPurpose,
    },
    service::{ServiceError, Workspace},
    testing::{self, mail_server::Server, mime},
};

fn post(carrier: Carrier) -> Post {
    Post {
        from: "Test workspace <keys@example.org>".parse().unwrap(),
        carrier,
        host: "localhost".to_owned(),
    }
}

fn folder() -> (TempDir, Post) {
    let folder = tempfile::tempdir().unwrap();
    let post = post(Carrier::folder(folder.path()));
    (folder, post)
}

/// A message for the user with this number waits to be sent.
async fn queued(workspace: &Workspace, number: u32, kind: KeyKind) -> Key {
    let user = testing::user(workspace, number).await;
    let actor = testing::administrator();
    let new = NewKey { kind, label: "The key".to_owned(), settings: None };
    let key = workspace.assign_key(&actor, user.id, &new).await.unwrap();
    let purpose = match kind {
        KeyKind::Smartphone => TicketPurpose::ActivateByEmail,
        _ => TicketPurpose::RegisterByEmail,
    };
    workspace.issue_ticket(&actor, key.id, purpose).await.unwrap();
    key
}

async fn mails(workspace: &Workspace) -> Vec<Mail> {
    workspace.mails(&PageRequest::default()).await.unwrap().items
}

async fn only_mail(workspace: &Workspace) -> Mail {
    let mut mails = mails(workspace).await;
    assert_eq!(mails.len(), 1);
    mails.remove(0)
}

async fn events(workspace: &Workspace, action: Action) -> Vec<Event> {
    let query = EventQuery { action: Some(action), ..EventQuery::default() };
    workspace.events(&query, &PageRequest::default()).await.unwrap().items
}

/// The links of the messages in a folder, as their text parts say them.
fn links(folder: &TempDir) -> Vec<String> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let raw = std::fs::read_to_string(path).unwrap();
            let text = mime::parse(&raw).parts[0].text();
            text.lines().find(|line| line.contains("#t=")).unwrap().trim().to_owned()
        })
        .collect()
}

#[tokio::test]
async fn a_messages_link_activates_and_its_secret_is_nowhere_else() {
    testing::each_database(|workspace| async move {
        let (folder, post) = folder();
        let key = queued(&workspace, 1, KeyKind::Smartphone).await;
        assert_eq!(workspace.send_mail(&post).await.unwrap(), 1);
        assert_eq!(workspace.send_mail(&post).await.unwrap(), 0, "it is sent once");
        let mail = only_mail(&workspace).await;
        assert_eq!((mail.state, mail.attempts), (MailState::Sent, 1));
        assert_eq!((mail.user, &*mail.to), (key.user, "user1@example.org"));
        assert!(mail.sent_at.is_some() && mail.next_attempt_at.is_none());

        let links = links(&folder);
        let link = ActivationLink::parse(&links[0]).unwrap();
        assert_eq!(link.origin, testing::ORIGIN);
        assert_eq!(link.key, workspace.public_key());
        workspace.offer(&OfferRequest { ticket: link.ticket.clone() }).await.unwrap();

        let log = events(&workspace, Action::MailSent).await;
        assert_eq!(log[0].details["to"], "user1@example.org");
        assert!(log[0].details["file"].as_str().unwrap().ends_with(".eml"));
        assert!(!serde_json::to_string(&log).unwrap().contains(&link.ticket.text()));
    })
    .await;
}

#[tokio::test]
async fn a_card_is_registered_by_a_link_of_its_own() {
    let workspace = testing::workspace().await;
    let (folder, post) = folder();
    queued(&workspace, 1, KeyKind::Card).await;
    workspace.send_mail(&post).await.unwrap();
    let links = links(&folder);
    assert!(links[0].starts_with(&format!("{}/register#t=", testing::ORIGIN)), "{}", links[0]);
}

#[tokio::test]
async fn what_was_cancelled_replaced_or_has_expired_is_not_sent() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        let (folder, post) = folder();
        let actor = testing::administrator();
        let cancelled = queued(&workspace, 1, KeyKind::Smartphone).await;
        workspace.cancel_ticket(&actor, cancelled.id).await.unwrap();
        workspace.send_mail(&post).await.unwrap();
        assert_eq!(only_mail(&workspace).await.state, MailState::Dropped);

        queued(&workspace, 2, KeyKind::Smartphone).await;
        site.time.pass(48 * 3600);
        workspace.send_mail(&post).await.unwrap();
        assert_eq!(mails(&workspace).await[0].state, MailState::Dropped);

        let replaced = queued(&workspace, 3, KeyKind::Smartphone).await;
        site.time.pass(1);
        workspace.issue_ticket(&actor, replaced.id, TicketPurpose::ActivateByEmail).await.unwrap();
        workspace.send_mail(&post).await.unwrap();
        let states: Vec<_> = mails(&workspace).await.iter().map(|mail| mail.state).collect();
        assert_eq!(states[..2], [MailState::Sent, MailState::Dropped]);
        assert_eq!(links(&folder).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_cannot_leave_is_tried_for_a_day_and_then_given_up() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        let server = Server::answering("450 mailbox busy");
        let post = post(Carrier::smtp(&server.url, "localhost").unwrap());
        queued(&workspace, 1, KeyKind::Smartphone).await;
        let began = site.time.now();
        for (attempt, minutes) in (1..).zip(WAITS) {
            assert_eq!(workspace.send_mail(&post).await.unwrap(), 1);
            let mail = only_mail(&workspace).await;
            assert_eq!((mail.state, mail.attempts), (MailState::Queued, attempt));
            assert_eq!(mail.next_attempt_at, Some(site.time.now().plus_seconds(minutes * 60)));
            assert!(mail.last_error.unwrap().contains("mailbox busy"));
            site.time.pass(minutes * 60 - 1);
            assert_eq!(workspace.send_mail(&post).await.unwrap(), 0, "not before its time");
            site.time.pass(1);
        }
        assert!(site.time.now() <= began.plus_seconds(25 * 3600));
        workspace.send_mail(&post).await.unwrap();
        let mail = only_mail(&workspace).await;
        assert_eq!((mail.state, mail.next_attempt_at), (MailState::Failed, None));
        assert_eq!(events(&workspace, Action::MailFailed).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_a_mail_server_refuses_for_good_fails_at_once_and_can_be_tried_again() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        let actor = testing::administrator();
        let server = Server::answering("550 no such user");
        queued(&workspace, 1, KeyKind::Smartphone).await;
        let refusing = post(Carrier::smtp(&server.url, "localhost").unwrap());
        workspace.send_mail(&refusing).await.unwrap();
        let mail = only_mail(&workspace).await;
        assert_eq!((mail.state, mail.attempts), (MailState::Failed, 1));
        let log = events(&workspace, Action::MailFailed).await;
        assert!(log[0].details["error"].as_str().unwrap().contains("no such user"));

        let again = workspace.retry_mail(&actor, mail.id).await.unwrap();
        assert_eq!((again.state, again.attempts), (MailState::Queued, 0));
        let (folder, post) = folder();
        workspace.send_mail(&post).await.unwrap();
        assert_eq!(only_mail(&workspace).await.state, MailState::Sent);
        assert_eq!(links(&folder).len(), 1);

        let sent = workspace.retry_mail(&actor, mail.id).await;
        assert!(matches!(sent, Err(ServiceError::Conflict(_))), "{sent:?}");
        let nobodys = workspace.retry_mail(&actor, crate::model::MailId::new()).await;
        assert!(matches!(nobodys, Err(ServiceError::NotFound("message"))));
    })
    .await;
}

#[tokio::test]
async fn a_message_whose_ticket_is_gone_is_not_tried_again() {
    testing::each_database(|workspace| async move {
        let actor = testing::administrator();
        let key = queued(&workspace, 1, KeyKind::Smartphone).await;
        let mail = only_mail(&workspace).await;
        workspace.cancel_ticket(&actor, key.id).await.unwrap();
        let retried = workspace.retry_mail(&actor, mail.id).await;
        assert!(matches!(retried, Err(ServiceError::Conflict(_))), "{retried:?}");
    })
    .await;
}

#[tokio::test]
async fn each_attempt_has_a_secret_of_its_own_and_the_last_one_is_good() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        let server = Server::answering("450 later");
        queued(&workspace, 1, KeyKind::Smartphone).await;
        let failing = post(Carrier::smtp(&server.url, "localhost").unwrap());
        workspace.send_mail(&failing).await.unwrap();
        let hash = async || {
            let mut tx = workspace.db().read().await.unwrap();
            let row = tx.row("SELECT hash FROM tickets", &[]).await.unwrap().unwrap();
            row.get::<Vec<u8>>(0).unwrap()
        };
        let first = hash().await;
        site.time.pass(60);
        let (folder, post) = folder();
        workspace.send_mail(&post).await.unwrap();
        let link = ActivationLink::parse(&links(&folder)[0]).unwrap();
        assert_ne!(hash().await, first);
        assert_eq!(hash().await, link.ticket.digest().0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_instances_never_send_the_same_message() {
    testing::each_site(|site| async move {
        let instances = [site.instance().await, site.instance().await];
        for number in 0..12 {
            queued(&instances[0], number, KeyKind::Smartphone).await;
        }
        let (folder, post) = folder();
        let mut tasks = JoinSet::new();
        for at in 0..4 {
            let (workspace, post) = (instances[at % 2].clone(), post.clone());
            tasks.spawn(async move { workspace.send_mail(&post).await.unwrap() });
        }
        assert_eq!(tasks.join_all().await.iter().sum::<usize>(), 12);
        assert_eq!(links(&folder).len(), 12);
        for mail in mails(&instances[0]).await {
            assert_eq!((mail.state, mail.attempts), (MailState::Sent, 1));
        }
    })
    .await;
}

#[tokio::test]
async fn a_message_is_sent_by_another_when_its_sender_has_vanished() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        queued(&workspace, 1, KeyKind::Smartphone).await;
        let now = site.time.now();
        let mut tx = workspace.db().write().await.unwrap();
        let until = now.plus_seconds(super::CLAIM);
        let vanished = crate::data::outbox::claim(&mut tx, now, until).await.unwrap().unwrap();
        tx.commit().await.unwrap();

        let (_folder, post) = folder();
        assert_eq!(workspace.send_mail(&post).await.unwrap(), 0);
        site.time.pass(super::CLAIM);
        assert_eq!(workspace.send_mail(&post).await.unwrap(), 1);
        // The one that had vanished comes back, and says nothing of it any more.
        let outcome = super::Outcome::Failed("too late");
        workspace.settle(&vanished, &outcome, None).await.unwrap();
        assert_eq!(only_mail(&workspace).await.state, MailState::Sent);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_is_none_fails_at_once() {
    let workspace = testing::workspace().await;
    queued(&workspace, 1, KeyKind::Smartphone).await;
    let mut tx = workspace.db().write().await.unwrap();
    tx.execute("UPDATE outbox SET address = 'x, y@example.org'", &[]).await.unwrap();
    tx.commit().await.unwrap();
    let (_folder, post) = folder();
    workspace.send_mail(&post).await.unwrap();
    assert_eq!(only_mail(&workspace).await.state, MailState::Failed);
}

#[tokio::test]
async fn what_is_queued_is_sent_without_being_waited_for() {
    let workspace = testing::workspace().await;
    let (folder, post) = folder();
    let running = {
        let workspace = workspace.clone();
        tokio::spawn(async move { post.run(&workspace).await })
    };
    let mut changes = workspace.hub().subscribe();
    queued(&workspace, 1, KeyKind::Smartphone).await;
    let sent = async { while changes.recv().await.unwrap().action != Some(Action::MailSent) {} };
    tokio::time::timeout(std::time::Duration::from_secs(10), sent).await.unwrap();
    running.abort();
    assert_eq!(links(&folder).len(), 1);
}
