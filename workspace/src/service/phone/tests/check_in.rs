use pocketkey_core::{
    policy::Settings,
    protocol::{self, Grant, GrantReport, KeyState, Standing},
};

use super::{activated, events, offline, smartphone, standing};
use crate::{
    model::{Action, Key},
    service::Workspace,
    testing::{self, handset::Handset},
};

const DAY: u64 = 24 * 60 * 60;

async fn check_in(workspace: &Workspace, phone: &mut Handset, key: &Key) -> Standing {
    let message = phone.check_in(&key.id.to_string(), 1, None);
    let answer = standing(workspace, &workspace.check_in(&message).await.unwrap());
    assert_eq!(answer.answers, protocol::digest(&message));
    assert_eq!(answer.key, key.id.to_string());
    answer
}

#[tokio::test]
async fn each_check_in_brings_a_newer_grant_with_all_its_uses() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        let key = smartphone(&workspace, 1, offline(5, 3)).await;
        let mut phone = activated(&workspace, &key).await;
        let first = check_in(&workspace, &mut phone, &key).await.grant.unwrap();
        site.time.pass(60);
        let second = check_in(&workspace, &mut phone, &key).await.grant.unwrap();
        let until = site.time.now().unix_seconds() + 3 * DAY;
        assert_eq!(second, Grant { serial: first.serial + 1, uses: 5, until });
        let stored = workspace.key(key.id).await.unwrap();
        assert_eq!(stored.grant_until, Some(until));
        assert_eq!(stored.checked_in_at, Some(site.time.now()));
    })
    .await;
}

#[tokio::test]
async fn what_a_phone_has_left_is_kept_for_the_panel() {
    testing::each_database(|workspace| async move {
        let key = smartphone(&workspace, 1, offline(5, 3)).await;
        let mut phone = activated(&workspace, &key).await;
        let left = GrantReport { serial: 1, left: 2 };
        let message = phone.check_in(&key.id.to_string(), 1, Some(left));
        workspace.check_in(&message).await.unwrap();
        assert_eq!(workspace.key(key.id).await.unwrap().grant_left, Some(left));
    })
    .await;
}

#[tokio::test]
async fn changed_settings_reach_the_phone_at_its_next_check_in() {
    testing::each_database(|workspace| async move {
        let key = smartphone(&workspace, 1, Settings::default()).await;
        let mut phone = activated(&workspace, &key).await;
        let actor = testing::administrator();
        let changed = workspace.change_settings(&actor, key.id, &offline(2, 1)).await.unwrap();
        assert!(changed.policy_fetched < changed.policy_version);
        let answer = check_in(&workspace, &mut phone, &key).await;
        assert_eq!(answer.policy.version, changed.policy_version);
        assert_eq!(answer.policy.settings, offline(2, 1));
        let fetched = workspace.key(key.id).await.unwrap();
        assert_eq!(fetched.policy_fetched, fetched.policy_version);
        check_in(&workspace, &mut phone, &key).await;
        assert_eq!(events(&workspace, Action::KeyPolicyFetched).await.len(), 1, "it is news once");
    })
    .await;
}

#[tokio::test]
async fn a_suspended_key_learns_it_once_and_gets_no_grant_until_it_is_resumed() {
    testing::each_database(|workspace| async move {
        let actor = testing::administrator();
        let key = smartphone(&workspace, 1, offline(5, 1)).await;
        let mut phone = activated(&workspace, &key).await;
        workspace.suspend_key(&actor, key.id).await.unwrap();
        for _ in 0..2 {
            let answer = check_in(&workspace, &mut phone, &key).await;
            assert_eq!((answer.state, answer.grant), (KeyState::Suspended, None));
        }
        assert_eq!(events(&workspace, Action::KeyStandingLearnt).await.len(), 1);
        workspace.resume_key(&actor, key.id).await.unwrap();
        let answer = check_in(&workspace, &mut phone, &key).await;
        assert_eq!(answer.state, KeyState::Active);
        assert!(answer.grant.is_some());
        workspace.suspend_key(&actor, key.id).await.unwrap();
        check_in(&workspace, &mut phone, &key).await;
        assert_eq!(
            events(&workspace, Action::KeyStandingLearnt).await.len(),
            2,
            "it is news again"
        );
    })
    .await;
}

#[tokio::test]
async fn a_blocked_users_key_stands_as_suspended() {
    testing::each_database(|workspace| async move {
        let actor = testing::administrator();
        let key = smartphone(&workspace, 1, offline(5, 1)).await;
        let mut phone = activated(&workspace, &key).await;
        workspace.block_user(&actor, key.user).await.unwrap();
        let answer = check_in(&workspace, &mut phone, &key).await;
        assert_eq!((answer.state, answer.grant), (KeyState::Suspended, None));
        workspace.unblock_user(&actor, key.user).await.unwrap();
        assert_eq!(check_in(&workspace, &mut phone, &key).await.state, KeyState::Active);
    })
    .await;
}

#[tokio::test]
async fn revoked_and_removed_users_keys_are_told_for_as_long_as_they_ask() {
    testing::each_database(|workspace| async move {
        let actor = testing::administrator();
        let revoked = smartphone(&workspace, 1, offline(5, 1)).await;
        let mut phone = activated(&workspace, &revoked).await;
        workspace.revoke_key(&actor, revoked.id).await.unwrap();
        let removed = smartphone(&workspace, 2, offline(5, 1)).await;
        let mut other = activated(&workspace, &removed).await;
        workspace.remove_user(&actor, removed.user).await.unwrap();
        for _ in 0..2 {
            for (phone, key) in [(&mut phone, &revoked), (&mut other, &removed)] {
                let answer = check_in(&workspace, phone, key).await;
                assert_eq!((answer.state, answer.grant), (KeyState::Revoked, None));
            }
        }
        assert_eq!(events(&workspace, Action::KeyStandingLearnt).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn check_ins_as_usual_are_no_events() {
    testing::each_database(|workspace| async move {
        let key = smartphone(&workspace, 1, Settings::default()).await;
        let mut phone = activated(&workspace, &key).await;
        let before = workspace.verify_log().await.unwrap().unwrap();
        for _ in 0..5 {
            check_in(&workspace, &mut phone, &key).await;
        }
        assert_eq!(workspace.verify_log().await.unwrap().unwrap(), before);
    })
    .await;
}
