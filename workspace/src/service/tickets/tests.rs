#![allow(clippy::unwrap_used, clippy::panic)]
use pocketkey_core::protocol::ActivationLink;

use super::*;
use crate::{
    db::values,
    model::{NewKey, UserId},
    service::users::locked,
    testing::{administrator, each_site, new_user, user, workspace},
};

async fn assign(workspace: &Workspace, user: UserId, kind: KeyKind) -> Key {
    let new = NewKey { kind, label: "Key".to_owned(), settings: None };
    workspace.assign_key(&administrator(), user, &new).await.unwrap()
}

async fn issue(workspace: &Workspace, key: &Key, purpose: TicketPurpose) -> IssuedTicket {
    workspace.issue_ticket(&administrator(), key.id, purpose).await.unwrap()
}

/// Hash and state of every ticket, in order.
async fn stored(workspace: &Workspace) -> Vec<(Option<Vec<u8>>, String)> {
    let mut tx = workspace.db().read().await.unwrap();
    let rows = tx.rows("SELECT hash, state FROM tickets ORDER BY id", &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect()
}

#[tokio::test]
async fn a_qr_carries_a_ticket_of_which_only_the_hash_is_stored() {
    let workspace = workspace().await;
    let user = user(&workspace, 1).await.id;
    let key = assign(&workspace, user, KeyKind::Smartphone).await;
    let issued = issue(&workspace, &key, TicketPurpose::ActivateNow).await;
    let link = ActivationLink::parse(&issued.link.unwrap().text()).unwrap();
    assert_eq!(link.origin, crate::testing::ORIGIN);
    assert_eq!(link.key, workspace.public_key());
    let hash = link.ticket.digest().0.to_vec();
    assert_eq!(stored(&workspace).await, [(Some(hash), "open".to_owned())]);
    let other = issue(&workspace, &key, TicketPurpose::ActivateNow).await.link.unwrap();
    assert_ne!(other.ticket.0.as_ref(), link.ticket.0.as_ref());
}

#[tokio::test]
async fn a_ticket_for_a_message_has_no_secret_until_the_message_leaves() {
    each_site(|site| async move {
        let workspace = site.instance().await;
        let user = user(&workspace, 1).await.id;
        let key = assign(&workspace, user, KeyKind::Smartphone).await;
        let issued = issue(&workspace, &key, TicketPurpose::ActivateByEmail).await;
        assert!(issued.link.is_none());
        assert_eq!(stored(&workspace).await, [(None, "open".to_owned())]);
        let mut tx = workspace.db().write().await.unwrap();
        let row = tx.row("SELECT address, ticket_id, state FROM outbox", &[]).await.unwrap();
        let row = row.unwrap();
        assert_eq!(row.get::<String>(0).unwrap(), "user1@example.org");
        assert_eq!(row.get::<TicketId>(1).unwrap(), issued.ticket.id);
        assert_eq!(row.get::<String>(2).unwrap(), "queued");
        let hash = new_secret().unwrap().digest();
        assert!(tickets::set_secret(&mut tx, issued.ticket.id, &hash).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(stored(&workspace).await, [(Some(hash.0.to_vec()), "open".to_owned())]);
        workspace.cancel_ticket(&administrator(), key.id).await.unwrap();
        let mut tx = workspace.db().write().await.unwrap();
        assert!(!tickets::set_secret(&mut tx, issued.ticket.id, &hash).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn tickets_expire_and_are_replaced_and_cancelled() {
    each_site(|site| async move {
        let workspace = site.instance().await;
        let user = user(&workspace, 1).await.id;
        let key = assign(&workspace, user, KeyKind::Smartphone).await;
        let first = issue(&workspace, &key, TicketPurpose::ActivateNow).await.ticket;
        assert_eq!(first.expires_at, site.time.now().plus_seconds(15 * 60));
        site.time.pass(15 * 60 - 1);
        assert_eq!(workspace.open_ticket(key.id).await.unwrap(), Some(first.clone()));
        site.time.pass(1);
        assert_eq!(workspace.open_ticket(key.id).await.unwrap(), None);
        assert_eq!(workspace.last_ticket(key.id).await.unwrap(), Some(first));
        let second = issue(&workspace, &key, TicketPurpose::ActivateByEmail).await.ticket;
        assert_eq!(second.expires_at, site.time.now().plus_seconds(48 * 60 * 60));
        let third = issue(&workspace, &key, TicketPurpose::ActivateNow).await.ticket;
        assert_eq!(workspace.open_ticket(key.id).await.unwrap(), Some(third));
        workspace.cancel_ticket(&administrator(), key.id).await.unwrap();
        assert_eq!(workspace.open_ticket(key.id).await.unwrap(), None);
        let last = workspace.last_ticket(key.id).await.unwrap().unwrap();
        assert_eq!(last.state, TicketState::Cancelled);
        let again = workspace.cancel_ticket(&administrator(), key.id).await;
        assert!(matches!(again, Err(ServiceError::Conflict(_))));
        let states = stored(&workspace).await;
        assert!(states.iter().all(|(_, state)| state == "cancelled") && states.len() == 3);
    })
    .await;
}

#[tokio::test]
async fn only_a_pending_key_of_the_right_kind_gets_a_ticket() {
    let workspace = workspace().await;
    let admin = administrator();
    let nobody = crate::model::NewUser { email: None, ..new_user(1) };
    let user = workspace.add_user(&admin, &nobody).await.unwrap().id;
    let phone = assign(&workspace, user, KeyKind::Smartphone).await;
    let card = assign(&workspace, user, KeyKind::Card).await;
    let issue = async |key: &Key, purpose| workspace.issue_ticket(&admin, key.id, purpose).await;
    for (key, purpose) in [
        (&phone, TicketPurpose::RegisterByEmail),
        (&card, TicketPurpose::ActivateNow),
        (&card, TicketPurpose::ActivateByEmail),
    ] {
        let refused = issue(key, purpose).await;
        assert!(matches!(refused, Err(ServiceError::Conflict(_))), "{refused:?}");
    }
    for (key, purpose) in
        [(&phone, TicketPurpose::ActivateByEmail), (&card, TicketPurpose::RegisterByEmail)]
    {
        match issue(key, purpose).await {
            Err(ServiceError::Invalid(errors)) => {
                assert_eq!(errors.first().unwrap().field, "email");
            }
            other => panic!("{other:?}"),
        }
    }
    workspace.block_user(&admin, user).await.unwrap();
    let refused = issue(&phone, TicketPurpose::ActivateNow).await;
    assert!(matches!(refused, Err(ServiceError::Conflict(_))), "{refused:?}");
    workspace.unblock_user(&admin, user).await.unwrap();
    issue(&phone, TicketPurpose::ActivateNow).await.unwrap();
    workspace.revoke_key(&admin, phone.id).await.unwrap();
    assert_eq!(workspace.open_ticket(phone.id).await.unwrap(), None);
    let refused = issue(&phone, TicketPurpose::ActivateNow).await;
    assert!(matches!(refused, Err(ServiceError::Conflict(_))), "{refused:?}");
}

#[tokio::test]
async fn of_tickets_issued_at_once_one_is_open() {
    each_site(|site| async move {
        let (one, two) = (site.instance().await, site.instance().await);
        let user = user(&one, 1).await.id;
        let key = assign(&one, user, KeyKind::Smartphone).await;
        tokio::join!(
            issue(&one, &key, TicketPurpose::ActivateNow),
            issue(&two, &key, TicketPurpose::ActivateByEmail),
            issue(&two, &key, TicketPurpose::ActivateNow),
            issue(&one, &key, TicketPurpose::ActivateNow),
        );
        let open = stored(&one).await.into_iter().filter(|(_, state)| state == "open").count();
        assert_eq!(open, 1);
        assert!(one.verify_log().await.unwrap().is_ok());
    })
    .await;
}

#[tokio::test]
async fn what_was_offered_is_forgotten_when_the_rules_change() {
    let workspace = workspace().await;
    let user = user(&workspace, 1).await.id;
    let key = assign(&workspace, user, KeyKind::Smartphone).await;
    issue(&workspace, &key, TicketPurpose::ActivateNow).await;
    let mut tx = workspace.db().write().await.unwrap();
    locked(&mut tx, user).await.unwrap();
    let update = "UPDATE tickets SET offer = 'o', registration = 'r' WHERE key_id = $1";
    tx.execute(update, values![key.id]).await.unwrap();
    tx.commit().await.unwrap();
    let offline = pocketkey_core::policy::OfflineLogin { uses: 1, days: 1 };
    let settings = pocketkey_core::policy::Settings {
        offline_login: Some(offline),
        ..pocketkey_core::policy::Settings::default()
    };
    workspace.change_settings(&administrator(), key.id, &settings).await.unwrap();
    let mut tx = workspace.db().read().await.unwrap();
    let row = tx.row("SELECT offer, registration FROM tickets", &[]).await.unwrap().unwrap();
    assert_eq!(row.get::<Option<String>>(0).unwrap(), None);
    assert_eq!(row.get::<Option<String>>(1).unwrap(), None);
}
