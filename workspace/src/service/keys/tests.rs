#![allow(clippy::unwrap_used, clippy::panic)]
use pocketkey_core::policy::{OfflineLogin, Verification};

use super::*;
use crate::{
    db::values,
    model::{EventQuery, PageRequest, TicketPurpose, UserState},
    testing::{administrator, each_database, each_site, user},
};

fn phone(label: &str) -> NewKey {
    NewKey { kind: KeyKind::Smartphone, label: label.to_owned(), settings: None }
}

/// What a phone does at the end of its activation.
async fn activate(workspace: &Workspace, key: &Key) {
    let mut tx = workspace.db().write().await.unwrap();
    users::lock(&mut tx, key.user).await.unwrap();
    tx.execute("UPDATE keys SET state = 'active' WHERE id = $1", values![key.id]).await.unwrap();
    users::refresh_state(&mut tx, key.user).await.unwrap();
    tx.commit().await.unwrap();
}

async fn state(workspace: &Workspace, user: UserId) -> UserState {
    workspace.user(user).await.unwrap().state
}

#[tokio::test]
async fn a_key_and_its_user_go_through_their_states_together() {
    each_database(|workspace| async move {
        let admin = administrator();
        let user = user(&workspace, 1).await.id;
        assert_eq!(state(&workspace, user).await, UserState::NotInvited);
        let key = workspace.assign_key(&admin, user, &phone("Phone")).await.unwrap();
        assert_eq!(state(&workspace, user).await, UserState::Invited);
        let refused = workspace.suspend_key(&admin, key.id).await;
        assert!(matches!(refused, Err(ServiceError::Conflict(_))));
        activate(&workspace, &key).await;
        assert_eq!(state(&workspace, user).await, UserState::Active);
        let second = workspace.assign_key(&admin, user, &phone("Second phone")).await.unwrap();
        let key = workspace.suspend_key(&admin, key.id).await.unwrap();
        assert_eq!(key.state, Some(KeyState::Suspended));
        assert_eq!(state(&workspace, user).await, UserState::Invited);
        let refused = workspace.suspend_key(&admin, key.id).await;
        assert!(matches!(refused, Err(ServiceError::Conflict(_))));
        workspace.resume_key(&admin, key.id).await.unwrap();
        assert_eq!(state(&workspace, user).await, UserState::Active);
        workspace.block_user(&admin, user).await.unwrap();
        workspace.revoke_key(&admin, key.id).await.unwrap();
        assert_eq!(state(&workspace, user).await, UserState::Blocked);
        let refused = workspace.resume_key(&admin, key.id).await;
        assert!(matches!(refused, Err(ServiceError::Conflict(_))));
        workspace.unblock_user(&admin, user).await.unwrap();
        assert_eq!(state(&workspace, user).await, UserState::Invited);
        workspace.revoke_key(&admin, second.id).await.unwrap();
        assert_eq!(state(&workspace, user).await, UserState::NotInvited);
        let keys = workspace.keys_of(user).await.unwrap();
        let labels: Vec<_> = keys.iter().map(|key| key.label.as_str()).collect();
        assert_eq!(labels, ["Phone", "Second phone"]);
        assert!(keys.iter().all(|key| key.state == Some(KeyState::Revoked)));
    })
    .await;
}

#[tokio::test]
async fn a_removed_users_keys_are_revoked_and_stay_to_say_so() {
    each_database(|workspace| async move {
        let admin = administrator();
        let user = user(&workspace, 1).await.id;
        let key = workspace.assign_key(&admin, user, &phone("Phone")).await.unwrap();
        activate(&workspace, &key).await;
        workspace.remove_user(&admin, user).await.unwrap();
        assert_eq!(workspace.key(key.id).await.unwrap().state, Some(KeyState::Revoked));
        let gone = workspace.keys_of(user).await;
        assert!(matches!(gone, Err(ServiceError::NotFound("user"))));
        let gone = workspace.change_user(&admin, user, &crate::testing::new_user(1)).await;
        assert!(matches!(gone, Err(ServiceError::NotFound("user"))));
        let gone = workspace.assign_key(&admin, user, &phone("Phone")).await;
        assert!(matches!(gone, Err(ServiceError::NotFound("user"))));
        let gone = workspace.resume_key(&admin, key.id).await;
        assert!(matches!(gone, Err(ServiceError::Conflict(_))));
        // Their names are free again.
        crate::testing::user(&workspace, 1).await;
    })
    .await;
}

#[tokio::test]
async fn settings_that_change_get_a_version_and_those_that_exclude_each_other_a_reason() {
    each_database(|workspace| async move {
        let admin = administrator();
        let user = user(&workspace, 1).await.id;
        let key = workspace.assign_key(&admin, user, &phone("Phone")).await.unwrap();
        assert_eq!((key.policy_version, key.settings.clone()), (1, Some(Settings::default())));
        let offline = Some(OfflineLogin { uses: 5, days: 2 });
        let settings = Settings { offline_login: offline, ..Settings::default() };
        let changed = workspace.change_settings(&admin, key.id, &settings).await.unwrap();
        assert_eq!((changed.policy_version, changed.settings.as_ref()), (2, Some(&settings)));
        assert_eq!(workspace.key(key.id).await.unwrap(), changed);
        let same = workspace.change_settings(&admin, key.id, &settings).await.unwrap();
        assert_eq!(same.policy_version, 2);
        let both = Settings {
            bluetooth_proximity: true,
            verification: Verification::ReaderTapAndPin,
            ..Settings::default()
        };
        let new = NewKey { settings: Some(both.clone()), ..phone("Phone") };
        for refused in [
            workspace.change_settings(&admin, key.id, &both).await,
            workspace.assign_key(&admin, user, &new).await,
        ] {
            match refused {
                Err(ServiceError::Invalid(errors)) => {
                    assert_eq!(errors.first().unwrap().field, "bluetooth_proximity");
                }
                other => panic!("{other:?}"),
            }
        }
        let card = NewKey { kind: KeyKind::Card, ..phone("Card") };
        let card = workspace.assign_key(&admin, user, &card).await.unwrap();
        assert_eq!((card.settings.clone(), card.policy_version), (None, 0));
        for id in [card.id, workspace.revoke_key(&admin, key.id).await.unwrap().id] {
            let refused = workspace.change_settings(&admin, id, &Settings::default()).await;
            assert!(matches!(refused, Err(ServiceError::Conflict(_))), "{refused:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_instances_that_change_a_key_at_once_each_sees_what_the_other_did() {
    each_site(|site| async move {
        let admin = administrator();
        let (one, two) = (site.instance().await, site.instance().await);
        let user = user(&one, 1).await.id;
        let key = one.assign_key(&admin, user, &phone("Phone")).await.unwrap();
        activate(&one, &key).await;
        let settings = |uses| Settings {
            offline_login: Some(OfflineLogin { uses, days: 1 }),
            ..Settings::default()
        };
        let change = async |workspace: &Workspace, uses: u32| {
            for round in 0..5_u32 {
                let settings = settings(uses + round);
                workspace.change_settings(&admin, key.id, &settings).await.unwrap();
            }
        };
        tokio::join!(change(&one, 1), change(&two, 11), change(&one, 21));
        assert_eq!(one.key(key.id).await.unwrap().policy_version, 16);
        // Of any number of suspensions one is the first.
        let (first, second, third) = tokio::join!(
            one.suspend_key(&admin, key.id),
            two.suspend_key(&admin, key.id),
            two.suspend_key(&admin, key.id),
        );
        let done = [&first, &second, &third].into_iter().filter(|result| result.is_ok()).count();
        assert_eq!(done, 1, "{first:?} {second:?} {third:?}");
        assert_eq!(state(&two, user).await, UserState::NotInvited);
        // Suspension, block and removal in any order leave no key that signs.
        let (_, _, removed) = tokio::join!(
            one.resume_key(&admin, key.id),
            two.block_user(&admin, user),
            two.remove_user(&admin, user),
        );
        removed.unwrap();
        assert_eq!(two.key(key.id).await.unwrap().state, Some(KeyState::Revoked));
        assert!(two.verify_log().await.unwrap().is_ok());
    })
    .await;
}

#[tokio::test]
async fn an_open_page_of_any_instance_hears_of_a_change() {
    each_site(|site| async move {
        let admin = administrator();
        let one = site.instance().await;
        // SQLite has one instance.
        let two = if site.is_postgres() { site.instance().await } else { one.clone() };
        let mut page = two.hub().subscribe();
        let user = user(&one, 1).await.id;
        let key = one.assign_key(&admin, user, &phone("Phone")).await.unwrap();
        // What was refused is not told.
        one.suspend_key(&admin, key.id).await.unwrap_err();
        let ticket = one.issue_ticket(&admin, key.id, TicketPurpose::ActivateNow).await.unwrap();
        for expected in [
            Change::of_user(user, Action::UserAdded),
            Change::of_key(user, key.id, Action::KeyAssigned),
            Change::of_key(user, key.id, Action::TicketIssued),
        ] {
            assert_eq!(page.recv().await.unwrap(), expected);
        }
        assert_eq!(two.open_ticket(key.id).await.unwrap(), Some(ticket.ticket));
        let query = EventQuery { key: Some(key.id), ..EventQuery::default() };
        let events = two.events(&query, &PageRequest::default()).await.unwrap();
        let actions: Vec<_> = events.items.iter().map(|event| event.action).collect();
        assert_eq!(actions, [Action::TicketIssued, Action::KeyAssigned]);
    })
    .await;
}
