use super::MOST_INVITED;
use crate::{
    data::users,
    model::{InvitationReport, KeyKind, NewKey, PageRequest, UserQuery, UserState},
    service::Workspace,
    testing::{administrator, each_database, each_site, new_user, user, workspace},
};

async fn invite(workspace: &Workspace, query: &UserQuery) -> InvitationReport {
    workspace.invite_users(&administrator(), query).await.unwrap()
}

async fn messages(workspace: &Workspace) -> u64 {
    workspace.mails(&PageRequest::default()).await.unwrap().total
}

#[tokio::test]
async fn whoever_has_an_address_and_no_key_is_invited_once() {
    each_database(|workspace| async move {
        let actor = administrator();
        let plain = user(&workspace, 1).await;
        let mut new = new_user(2);
        new.email = None;
        workspace.add_user(&actor, &new).await.unwrap();
        let blocked = user(&workspace, 3).await;
        workspace.block_user(&actor, blocked.id).await.unwrap();
        let [suspended, revoked] = [user(&workspace, 4).await, user(&workspace, 5).await];
        for one in [&suspended, &revoked] {
            let card = NewKey { kind: KeyKind::Card, label: "card".to_owned(), settings: None };
            let key = workspace.assign_key(&actor, one.id, &card).await.unwrap();
            let mut tx = workspace.db().write().await.unwrap();
            let active = "UPDATE keys SET state = 'active' WHERE id = $1";
            tx.execute(active, crate::values![key.id]).await.unwrap();
            users::refresh_state(&mut tx, one.id).await.unwrap();
            tx.commit().await.unwrap();
            if one.id == suspended.id {
                workspace.suspend_key(&actor, key.id).await.unwrap();
            } else {
                workspace.revoke_key(&actor, key.id).await.unwrap();
            }
        }
        let all = UserQuery::default();
        assert_eq!(workspace.users_to_invite(&all).await.unwrap(), 4);
        let report = invite(&workspace, &all).await;
        assert_eq!(report, InvitationReport { invited: 2, without_address: 1, more: false });
        assert_eq!(messages(&workspace).await, 2);
        for (one, keys) in [(&plain, 1), (&suspended, 1), (&revoked, 2)] {
            assert_eq!(workspace.keys_of(one.id).await.unwrap().len(), keys);
        }
        assert_eq!(workspace.user(plain.id).await.unwrap().state, UserState::Invited);
        let again = invite(&workspace, &all).await;
        assert_eq!((again.invited, messages(&workspace).await), (0, 2));
        workspace.verify_log().await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn who_is_invited_twice_at_once_gets_one_key() {
    each_site(|site| async move {
        let (one, other) = (site.instance().await, site.instance().await);
        for number in 0..20 {
            user(&one, number).await;
        }
        let all = UserQuery::default();
        let reports = tokio::join!(invite(&one, &all), invite(&other, &all));
        assert_eq!(reports.0.invited + reports.1.invited, 20);
        assert_eq!(messages(&one).await, 20);
    })
    .await;
}

#[tokio::test]
async fn only_those_of_the_list_are_invited_and_so_many_at_a_time() {
    let workspace = workspace().await;
    for number in 0..u32::try_from(MOST_INVITED).unwrap() + 20 {
        user(&workspace, number).await;
    }
    let few = UserQuery { search: Some("user51".to_owned()), ..UserQuery::default() };
    let report = invite(&workspace, &few).await;
    assert_eq!(report, InvitationReport { invited: 11, without_address: 0, more: false });
    let all = UserQuery::default();
    let report = invite(&workspace, &all).await;
    assert_eq!((report.invited, report.more), (MOST_INVITED, true));
    let report = invite(&workspace, &all).await;
    assert_eq!((report.invited, report.more), (9, false));
}
