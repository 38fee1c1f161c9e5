//! At the same time, also on two instances that share a database.

use pocketkey_core::{
    policy::Settings,
    protocol::{KeyState, Problem},
};
use tokio::task::JoinSet;

use super::{activated, enrol, events, offer, problem, smartphone, standing, ticket};
use crate::{
    model::Action,
    testing::{self, handset::Handset},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_phones_with_one_ticket_exactly_one_becomes_active() {
    testing::each_site(|site| async move {
        let instances = [site.instance().await, site.instance().await];
        for round in 0..4 {
            let key = smartphone(&instances[0], round, Settings::default()).await;
            let ticket = ticket(&instances[0], &key).await;
            let offer = offer(&instances[1], &ticket).await.unwrap();
            let mut tasks = JoinSet::new();
            for at in 0..4 {
                let workspace = instances[at % 2].clone();
                let mut phone = Handset::new();
                let message = phone.enrol(&ticket, &offer);
                tasks.spawn(async move { (enrol(&workspace, &message).await, phone) });
            }
            let outcomes = tasks.join_all().await;
            let winners: Vec<_> = outcomes.iter().filter(|(outcome, _)| outcome.is_ok()).collect();
            assert_eq!(winners.len(), 1);
            for (outcome, _) in &outcomes {
                assert!(matches!(outcome, Ok(_) | Err(Problem::TicketUsed)), "{outcome:?}");
            }
            // The one that was told so is the one that is.
            for (outcome, mut phone) in outcomes {
                let check_in = phone.check_in(&key.id.to_string(), 1, None);
                assert_eq!(instances[0].check_in(&check_in).await.is_ok(), outcome.is_ok());
            }
        }
        assert_eq!(events(&instances[0], Action::KeyActivated).await.len(), 4);
        instances[0].verify_log().await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_who_asks_at_once_is_offered_the_same() {
    testing::each_site(|site| async move {
        let instances = [site.instance().await, site.instance().await];
        let key = smartphone(&instances[0], 1, Settings::default()).await;
        let ticket = ticket(&instances[0], &key).await;
        let mut tasks = JoinSet::new();
        for at in 0..8 {
            let (workspace, ticket) = (instances[at % 2].clone(), ticket.clone());
            tasks.spawn(async move { offer(&workspace, &ticket).await.unwrap() });
        }
        let offers = tasks.join_all().await;
        assert!(offers.iter().all(|offer| *offer == offers[0]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ticket_that_is_cancelled_meanwhile_activates_or_does_not_and_never_both() {
    testing::each_site(|site| async move {
        let instances = [site.instance().await, site.instance().await];
        for round in 0..6 {
            let key = smartphone(&instances[0], round, Settings::default()).await;
            let ticket = ticket(&instances[0], &key).await;
            let text = offer(&instances[0], &ticket).await.unwrap();
            let message = Handset::new().enrol(&ticket, &text);
            let actor = testing::administrator();
            let (enrolled, cancelled) = tokio::join!(
                enrol(&instances[0], &message),
                instances[1].cancel_ticket(&actor, key.id),
            );
            assert_ne!(enrolled.is_ok(), cancelled.is_ok(), "{enrolled:?} {cancelled:?}");
            let state = instances[0].key(key.id).await.unwrap().state;
            assert_eq!(state == Some(KeyState::Active), enrolled.is_ok());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_check_in_is_answered_once_and_grants_never_repeat() {
    testing::each_site(|site| async move {
        let instances = [site.instance().await, site.instance().await];
        let key = smartphone(&instances[0], 1, super::offline(5, 1)).await;
        let mut phone = activated(&instances[0], &key).await;
        let message = phone.check_in(&key.id.to_string(), 1, None);
        let mut tasks = JoinSet::new();
        for at in 0..6 {
            let (workspace, message) = (instances[at % 2].clone(), message.clone());
            tasks.spawn(async move { problem(workspace.check_in(&message).await) });
        }
        let outcomes = tasks.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        for outcome in &outcomes {
            assert!(matches!(outcome, Ok(_) | Err(Problem::CheckInReplayed)), "{outcome:?}");
        }
        let answer = outcomes.into_iter().find_map(Result::ok).unwrap();
        let serial = standing(&instances[0], &answer).grant.unwrap().serial;
        let next = phone.check_in(&key.id.to_string(), 1, None);
        let next = standing(&instances[1], &instances[1].check_in(&next).await.unwrap());
        assert_eq!(next.grant.unwrap().serial, serial + 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_activation_is_heard_of_on_every_instance() {
    testing::each_site(|site| async move {
        if !site.is_postgres() {
            return;
        }
        let instances = [site.instance().await, site.instance().await];
        let key = smartphone(&instances[0], 1, Settings::default()).await;
        let mut changes = instances[1].hub().subscribe();
        activated(&instances[0], &key).await;
        let heard = async {
            loop {
                let change = changes.recv().await.unwrap();
                if change.action == Some(Action::KeyActivated) {
                    return change;
                }
            }
        };
        let change = tokio::time::timeout(std::time::Duration::from_secs(10), heard).await.unwrap();
        assert_eq!((change.user, change.key), (Some(key.user), Some(key.id)));
    })
    .await;
}
