//! Every problem, and what the log says of it.

use pocketkey_core::{
    policy::Settings,
    protocol::{self, Nonce, Problem, Ticket},
};
use zeroize::Zeroizing;

use super::{activated, enrol, events, offer, problem, reason, smartphone, ticket};
use crate::{
    model::{Action, ActorKind, KeyKind, NewKey},
    testing::{self, handset::Handset},
};

#[tokio::test]
async fn a_ticket_that_nobody_made_is_unknown() {
    testing::each_database(|workspace| async move {
        let nobodys = Ticket(Zeroizing::new([9; 32]));
        assert_eq!(offer(&workspace, &nobodys).await, Err(Problem::TicketUnknown));
        let key = smartphone(&workspace, 1, Settings::default()).await;
        let good = ticket(&workspace, &key).await;
        let text = offer(&workspace, &good).await.unwrap();
        let mut phone = Handset::new();
        let mut claims = phone.claims(&good, &text);
        claims.ticket = nobodys;
        let message = phone.enrolment(&claims);
        assert_eq!(enrol(&workspace, &message).await, Err(Problem::TicketUnknown));
        let log = events(&workspace, Action::KeyActivationRefused).await;
        assert_eq!(log.len(), 2);
        assert_eq!((log[0].actor.kind, log[0].user), (ActorKind::Stranger, None));
    })
    .await;
}

#[tokio::test]
async fn strangers_cannot_fill_the_log() {
    let workspace = testing::workspace().await;
    for byte in 0..200 {
        let nobodys = Ticket(Zeroizing::new([byte; 32]));
        assert_eq!(offer(&workspace, &nobodys).await, Err(Problem::TicketUnknown));
    }
    assert_eq!(events(&workspace, Action::KeyActivationRefused).await.len(), 20);
}

#[tokio::test]
async fn expired_cancelled_reissued_and_used_tickets_each_say_so() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        let actor = testing::administrator();
        let key = smartphone(&workspace, 1, Settings::default()).await;
        let mut phone = Handset::new();

        let expired = ticket(&workspace, &key).await;
        let before = offer(&workspace, &expired).await.unwrap();
        site.time.pass(15 * 60 - 1);
        assert!(offer(&workspace, &expired).await.is_ok());
        site.time.pass(1);
        assert_eq!(offer(&workspace, &expired).await, Err(Problem::TicketExpired));
        let late = phone.enrol(&expired, &before);
        assert_eq!(enrol(&workspace, &late).await, Err(Problem::TicketExpired));

        let cancelled = ticket(&workspace, &key).await;
        let before = offer(&workspace, &cancelled).await.unwrap();
        workspace.cancel_ticket(&actor, key.id).await.unwrap();
        assert_eq!(offer(&workspace, &cancelled).await, Err(Problem::TicketCancelled));
        let late = phone.enrol(&cancelled, &before);
        assert_eq!(enrol(&workspace, &late).await, Err(Problem::TicketCancelled));

        let old = ticket(&workspace, &key).await;
        let new = ticket(&workspace, &key).await;
        assert_eq!(offer(&workspace, &old).await, Err(Problem::TicketCancelled));

        let text = offer(&workspace, &new).await.unwrap();
        enrol(&workspace, &phone.enrol(&new, &text)).await.unwrap();
        assert_eq!(offer(&workspace, &new).await, Err(Problem::TicketUsed));
        let second = Handset::new().enrol(&new, &text);
        assert_eq!(enrol(&workspace, &second).await, Err(Problem::TicketUsed));
        for event in events(&workspace, Action::KeyActivationRefused).await {
            assert_eq!(event.subject.id, key.id.to_string());
        }
    })
    .await;
}

#[tokio::test]
async fn an_enrolment_that_does_not_prove_what_it_should_leaves_the_ticket_open() {
    testing::each_database(|workspace| async move {
        let key = smartphone(&workspace, 1, Settings::default()).await;
        let ticket = ticket(&workspace, &key).await;
        let text = offer(&workspace, &ticket).await.unwrap();
        let mut phone = Handset::new();
        let refused = Err(Problem::EnrolmentRefused);

        let mut claims = phone.claims(&ticket, &text);
        claims.client_data["origin"] = "https://other.example".into();
        assert_eq!(enrol(&workspace, &phone.enrolment(&claims)).await, refused);

        let claims = phone.claims(&ticket, &text);
        let mut stolen = phone.unsigned(&claims);
        let thief = Handset::new();
        stolen.device_key = thief.device_key();
        assert_eq!(enrol(&workspace, &thief.signed(&stolen)).await, refused);
        // Signed by somebody else than the device key that it names.
        assert_eq!(enrol(&workspace, &phone.signed(&stolen)).await, refused);

        let reasons: Vec<_> = events(&workspace, Action::KeyActivationRefused).await;
        assert_eq!(reason(&reasons[0]), "the enrolment is not signed by its device key");
        assert_eq!(reason(&reasons[1]), "the credential was made for another device key");
        assert!(reason(&reasons[2]).starts_with("the credential does not verify"));
        assert_eq!(workspace.key(key.id).await.unwrap().state, None);

        enrol(&workspace, &phone.enrol(&ticket, &text)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_enrolment_needs_the_offer_of_its_own_ticket() {
    testing::each_database(|workspace| async move {
        let first = smartphone(&workspace, 1, Settings::default()).await;
        let second = smartphone(&workspace, 2, Settings::default()).await;
        let (one, two) = (ticket(&workspace, &first).await, ticket(&workspace, &second).await);
        let text = offer(&workspace, &one).await.unwrap();
        let mut phone = Handset::new();
        let swapped = phone.enrol(&two, &text);
        assert_eq!(enrol(&workspace, &swapped).await, Err(Problem::EnrolmentRefused));
        offer(&workspace, &two).await.unwrap();
        assert_eq!(enrol(&workspace, &swapped).await, Err(Problem::EnrolmentRefused));
    })
    .await;
}

#[tokio::test]
async fn one_credential_is_one_key() {
    testing::each_database(|workspace| async move {
        let first = smartphone(&workspace, 1, Settings::default()).await;
        let mut phone = activated(&workspace, &first).await;
        let second = smartphone(&workspace, 2, Settings::default()).await;
        let ticket = ticket(&workspace, &second).await;
        let text = offer(&workspace, &ticket).await.unwrap();
        let message = phone.enrol(&ticket, &text);
        assert_eq!(enrol(&workspace, &message).await, Err(Problem::EnrolmentRefused));
        let log = events(&workspace, Action::KeyActivationRefused).await;
        assert_eq!(reason(&log[0]), "the credential belongs to a key already");
        assert_eq!(workspace.key(second.id).await.unwrap().state, None);
    })
    .await;
}

#[tokio::test]
async fn a_blocked_users_phone_is_not_activated() {
    testing::each_database(|workspace| async move {
        let actor = testing::administrator();
        let key = smartphone(&workspace, 1, Settings::default()).await;
        let ticket = ticket(&workspace, &key).await;
        let text = offer(&workspace, &ticket).await.unwrap();
        workspace.block_user(&actor, key.user).await.unwrap();
        assert!(offer(&workspace, &ticket).await.is_err());
        assert!(enrol(&workspace, &Handset::new().enrol(&ticket, &text)).await.is_err());
        assert_eq!(workspace.key(key.id).await.unwrap().state, None);
    })
    .await;
}

#[tokio::test]
async fn a_card_is_not_activated_as_a_phone() {
    testing::each_database(|workspace| async move {
        let actor = testing::administrator();
        let user = testing::user(&workspace, 1).await;
        let new = NewKey { kind: KeyKind::Card, label: "Card".to_owned(), settings: None };
        let key = workspace.assign_key(&actor, user.id, &new).await.unwrap();
        let secret = Ticket(Zeroizing::new([5; 32]));
        let purpose = crate::model::TicketPurpose::RegisterByEmail;
        let issued = workspace.issue_ticket(&actor, key.id, purpose).await.unwrap();
        let mut tx = workspace.db().write().await.unwrap();
        crate::data::tickets::set_secret(&mut tx, issued.ticket.id, &secret.digest())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(offer(&workspace, &secret).await, Err(Problem::TicketUnknown));
    })
    .await;
}

#[tokio::test]
async fn what_is_no_message_is_malformed() {
    let workspace = testing::workspace().await;
    let check_in = Handset::new().check_in("x", 1, None);
    for rubbish in ["", "a.b.c", "\u{0}", &"x".repeat(protocol::MAX_MESSAGE_SIZE + 1), &check_in] {
        assert_eq!(enrol(&workspace, rubbish).await, Err(Problem::Malformed));
    }
    for rubbish in ["", "a.b.c", &"x".repeat(protocol::MAX_MESSAGE_SIZE + 1)] {
        assert_eq!(problem(workspace.check_in(rubbish).await), Err(Problem::Malformed));
    }
}

#[tokio::test]
async fn only_the_device_key_checks_in() {
    testing::each_database(|workspace| async move {
        let key = smartphone(&workspace, 1, Settings::default()).await;
        let id = key.id.to_string();
        let unknown = Err(Problem::KeyUnknown);
        // Not active yet, no such key, no identifier at all.
        let nobody = crate::model::KeyId::new().to_string();
        for name in [id.as_str(), &nobody, "x", "\u{0}"] {
            let message = Handset::new().check_in(name, 1, None);
            assert_eq!(problem(workspace.check_in(&message).await), unknown);
        }
        let mut phone = activated(&workspace, &key).await;
        assert_eq!(
            problem(workspace.check_in(&Handset::new().check_in(&id, 1, None)).await),
            unknown
        );
        assert!(workspace.check_in(&phone.check_in(&id, 1, None)).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn no_check_in_is_taken_twice_or_late() {
    testing::each_database(|workspace| async move {
        let key = smartphone(&workspace, 1, Settings::default()).await;
        let id = key.id.to_string();
        let mut phone = activated(&workspace, &key).await;
        let first = phone.check_in(&id, 1, None);
        let second = phone.check_in(&id, 1, None);
        workspace.check_in(&second).await.unwrap();
        let replayed = Err(Problem::CheckInReplayed);
        assert_eq!(problem(workspace.check_in(&second).await), replayed);
        assert_eq!(problem(workspace.check_in(&first).await), replayed);
        // A number that no database holds.
        let huge = protocol::CheckIn {
            key: id,
            nonce: Nonce([0; 32]),
            sequence: u64::MAX,
            policy: 1,
            grant: None,
        };
        let huge = phone.signed(&huge);
        assert_eq!(problem(workspace.check_in(&huge).await), Err(Problem::Malformed));
    })
    .await;
}
