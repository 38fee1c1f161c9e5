use pocketkey_core::{
    policy::Settings,
    protocol::{self, KeyState, Offer},
};

use super::{activated, enrol, events, offer, offline, smartphone, standing, ticket};
use crate::{
    model::{Action, TicketState, UserState},
    testing::{self, handset::Handset},
};

#[tokio::test]
async fn a_phone_becomes_active_and_the_panel_and_the_log_say_so() {
    testing::each_database(|workspace| async move {
        let key = smartphone(&workspace, 1, Settings::default()).await;
        let ticket = ticket(&workspace, &key).await;
        let offer = offer(&workspace, &ticket).await.unwrap();
        let mut phone = Handset::new();
        let message = phone.enrol(&ticket, &offer);
        let answer = enrol(&workspace, &message).await.unwrap();

        let standing = standing(&workspace, &answer);
        assert_eq!(standing.answers, protocol::digest(&message));
        assert_eq!(standing.issuer, testing::ORIGIN);
        assert_eq!(standing.key, key.id.to_string());
        assert_eq!(standing.state, KeyState::Active);
        assert_eq!(standing.policy.version, key.policy_version);
        assert_eq!(standing.grant, None, "offline login is off");

        let key = workspace.key(key.id).await.unwrap();
        assert_eq!(key.state, Some(KeyState::Active));
        assert_eq!(key.device_name.as_deref(), Some("Test phone"));
        assert_eq!(key.policy_fetched, key.policy_version);
        assert!(key.activated_at.is_some() && key.checked_in_at.is_some());
        assert_eq!(workspace.user(key.user).await.unwrap().state, UserState::Active);
        assert_eq!(workspace.open_ticket(key.id).await.unwrap(), None);
        let used = workspace.last_ticket(key.id).await.unwrap().unwrap();
        assert_eq!(used.state, TicketState::Used);

        let log = events(&workspace, Action::KeyActivated).await;
        assert_eq!(log.len(), 1);
        assert_eq!((log[0].user, &*log[0].subject.id), (Some(key.user), &*key.id.to_string()));
        assert_eq!(log[0].actor.name, "Test phone");
        workspace.verify_log().await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_offer_says_whom_the_phone_is_about_to_join() {
    testing::each_database(|workspace| async move {
        let key = smartphone(&workspace, 1, offline(3, 2)).await;
        let ticket = ticket(&workspace, &key).await;
        let text = offer(&workspace, &ticket).await.unwrap();
        let offer: Offer = protocol::open(&text, &workspace.public_key()).unwrap();
        assert_eq!(offer.issuer, testing::ORIGIN);
        assert_eq!(
            (offer.workspace.id.as_str(), &*offer.workspace.name),
            (workspace.id(), "Test workspace")
        );
        assert_eq!((&*offer.user.name, &*offer.user.display_name), ("user1", "User Number 1"));
        assert_eq!(offer.ticket, ticket.digest());
        assert_eq!(offer.settings, offline(3, 2));
        assert_eq!(offer.options.rp.id, "localhost");
        assert_eq!(offer.options.user.id.0, key.user.0.as_bytes());
        assert_eq!(offer.options.challenge.0.len(), 32);
        assert_eq!(offer.expires_at - offer.issued_at, 15 * 60);
    })
    .await;
}

#[tokio::test]
async fn the_same_ticket_is_offered_the_same_and_nothing_is_changed() {
    testing::each_database(|workspace| async move {
        let key = smartphone(&workspace, 1, Settings::default()).await;
        let ticket = ticket(&workspace, &key).await;
        let first = offer(&workspace, &ticket).await.unwrap();
        assert_eq!(offer(&workspace, &ticket).await.unwrap(), first);
        assert_eq!(workspace.key(key.id).await.unwrap(), key);
    })
    .await;
}

#[tokio::test]
async fn changed_rules_are_offered_anew() {
    testing::each_database(|workspace| async move {
        let key = smartphone(&workspace, 1, Settings::default()).await;
        let ticket = ticket(&workspace, &key).await;
        let old = offer(&workspace, &ticket).await.unwrap();
        workspace.change_settings(&testing::administrator(), key.id, &offline(1, 1)).await.unwrap();
        let mut phone = Handset::new();
        let stale = phone.enrol(&ticket, &old);
        assert!(enrol(&workspace, &stale).await.is_err(), "nobody agreed to these rules");
        let new = offer(&workspace, &ticket).await.unwrap();
        let answer = enrol(&workspace, &phone.enrol(&ticket, &new)).await.unwrap();
        assert_eq!(standing(&workspace, &answer).policy.settings, offline(1, 1));
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_was_lost_is_given_again_until_the_first_check_in() {
    testing::each_database(|workspace| async move {
        let key = smartphone(&workspace, 1, offline(5, 1)).await;
        let ticket = ticket(&workspace, &key).await;
        let offer = offer(&workspace, &ticket).await.unwrap();
        let mut phone = Handset::new();
        let message = phone.enrol(&ticket, &offer);
        let first = standing(&workspace, &enrol(&workspace, &message).await.unwrap());
        let again = standing(&workspace, &enrol(&workspace, &message).await.unwrap());
        assert_eq!(again.answers, first.answers);
        assert!(again.grant.unwrap().serial > first.grant.unwrap().serial);
        assert_eq!(events(&workspace, Action::KeyActivated).await.len(), 1);

        // The same claims, signed again: other bytes.
        let other = phone.enrol(&ticket, &offer);
        assert_ne!(other, message);
        assert_eq!(enrol(&workspace, &other).await, Err(protocol::Problem::TicketUsed));

        workspace.check_in(&phone.check_in(&key.id.to_string(), 1, None)).await.unwrap();
        assert_eq!(enrol(&workspace, &message).await, Err(protocol::Problem::TicketUsed));
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_tells_of_what_happened_since() {
    testing::each_database(|workspace| async move {
        let actor = testing::administrator();
        let key = smartphone(&workspace, 1, offline(5, 1)).await;
        let ticket = ticket(&workspace, &key).await;
        let offer = offer(&workspace, &ticket).await.unwrap();
        let message = Handset::new().enrol(&ticket, &offer);
        enrol(&workspace, &message).await.unwrap();
        workspace.suspend_key(&actor, key.id).await.unwrap();
        let suspended = standing(&workspace, &enrol(&workspace, &message).await.unwrap());
        assert_eq!((suspended.state, suspended.grant), (KeyState::Suspended, None));
        workspace.revoke_key(&actor, key.id).await.unwrap();
        let revoked = standing(&workspace, &enrol(&workspace, &message).await.unwrap());
        assert_eq!((revoked.state, revoked.grant), (KeyState::Revoked, None));
    })
    .await;
}

#[tokio::test]
async fn a_user_may_have_two_phones() {
    testing::each_database(|workspace| async move {
        let first = smartphone(&workspace, 1, Settings::default()).await;
        let new = crate::model::NewKey {
            kind: crate::model::KeyKind::Smartphone,
            label: "Second".to_owned(),
            settings: None,
        };
        let actor = testing::administrator();
        let second = workspace.assign_key(&actor, first.user, &new).await.unwrap();
        activated(&workspace, &first).await;
        activated(&workspace, &second).await;
        for key in workspace.keys_of(first.user).await.unwrap() {
            assert_eq!(key.state, Some(KeyState::Active));
        }
    })
    .await;
}
