use pocketkey_core::{policy::Settings, protocol::OfferRequest};
use serde_json::Value;
use webauthn_rs::prelude::PublicKeyCredential;

use super::UserSignedIn;
use crate::{
    model::{
        Action, ActorKind, Event, EventQuery, Key, KeyKind, NewKey, PageRequest, TicketPurpose,
    },
    service::{Challenge, ServiceError, Workspace},
    testing::{
        self, ORIGIN,
        handset::{Handset, SIGNED_IN},
    },
};

const BROWSER: &[u8] = b"a browser";

/// The user with this number has a phone that is active.
async fn with_phone(workspace: &Workspace, number: u32) -> (Key, Handset) {
    let user = testing::user(workspace, number).await;
    let key = another_phone(workspace, &user).await;
    (workspace.key(key.0.id).await.unwrap(), key.1)
}

async fn another_phone(workspace: &Workspace, user: &crate::model::User) -> (Key, Handset) {
    let actor = testing::administrator();
    let new = NewKey {
        kind: KeyKind::Smartphone,
        label: "Smartphone".to_owned(),
        settings: Some(Settings::default()),
    };
    let key = workspace.assign_key(&actor, user.id, &new).await.unwrap();
    let issued = workspace.issue_ticket(&actor, key.id, TicketPurpose::ActivateNow).await.unwrap();
    let ticket = issued.link.unwrap().ticket;
    let offer = workspace.offer(&OfferRequest { ticket: ticket.clone() }).await.unwrap();
    let mut phone = Handset::new();
    workspace.enrol(&phone.enrol(&ticket, &offer)).await.unwrap();
    (key, phone)
}

async fn begin(workspace: &Workspace, name: Option<&str>) -> Challenge {
    workspace.begin_sign_in(BROWSER, name).await.unwrap()
}

async fn finish(
    workspace: &Workspace,
    challenge: &Challenge,
    answer: Value,
) -> Result<UserSignedIn, ServiceError> {
    let answer: PublicKeyCredential = serde_json::from_value(answer).unwrap();
    workspace.finish_sign_in(BROWSER, &challenge.state, &answer).await
}

async fn sign_in(
    workspace: &Workspace,
    name: Option<&str>,
    phone: &mut Handset,
) -> Result<UserSignedIn, ServiceError> {
    let challenge = begin(workspace, name).await;
    let answer = phone.assertion(&challenge.options, ORIGIN);
    finish(workspace, &challenge, answer).await
}

/// What the person was told, and what was logged.
async fn refusal(
    workspace: &Workspace,
    outcome: Result<UserSignedIn, ServiceError>,
) -> (String, Event) {
    let told = match outcome.map(|signed_in| signed_in.user) {
        Err(ServiceError::Forbidden(told)) => told,
        other => panic!("{other:?}"),
    };
    let query = EventQuery { action: Some(Action::UserSignInRefused), ..EventQuery::default() };
    let mut events = workspace.events(&query, &PageRequest::default()).await.unwrap().items;
    (told, events.remove(0))
}

async fn reason(workspace: &Workspace, outcome: Result<UserSignedIn, ServiceError>) -> String {
    refusal(workspace, outcome).await.1.details["reason"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_user_signs_in_with_and_without_a_name() {
    testing::each_database(|workspace| async move {
        let (key, mut phone) = with_phone(&workspace, 1).await;
        for name in [None, Some("user1"), Some(" USER1 "), Some("")] {
            let signed_in = sign_in(&workspace, name, &mut phone).await.unwrap();
            assert_eq!((signed_in.user.id, signed_in.key.id), (key.user, key.id));
            assert!(signed_in.key.signed_in_at.is_some());
            let session = workspace.user_session(&signed_in.session).await.unwrap().unwrap();
            assert_eq!((session.1.id, session.2), (key.user, key.id));
        }
        let query = EventQuery { action: Some(Action::UserSignedIn), ..EventQuery::default() };
        let events = workspace.events(&query, &PageRequest::default()).await.unwrap().items;
        assert_eq!(events.len(), 4);
        assert_eq!(events[0].actor.kind, ActorKind::User);
        assert_eq!(events[0].actor.name, "User Number 1");
        assert_eq!(events[0].subject.id, key.id.to_string());
    })
    .await;
}

#[tokio::test]
async fn the_options_ask_for_verification_and_for_the_users_own_keys() {
    testing::each_database(|workspace| async move {
        let (first, phone) = with_phone(&workspace, 1).await;
        let user = workspace.user(first.user).await.unwrap();
        let (_, second) = another_phone(&workspace, &user).await;
        let options = begin(&workspace, None).await.options;
        assert_eq!(options["userVerification"], "required");
        assert_eq!(options["rpId"], "localhost");
        assert_eq!(options["allowCredentials"], Value::Array(Vec::new()));
        let options = begin(&workspace, Some("user1")).await.options;
        let allowed = options["allowCredentials"].as_array().unwrap();
        let ids: Vec<_> = allowed.iter().map(|it| it["id"].as_str().unwrap()).collect();
        let text = |phone: &Handset| {
            pocketkey_core::protocol::Base64Url(phone.credential_id.clone()).text()
        };
        assert_eq!(ids, [text(&phone), text(&second)]);
        assert_eq!(allowed[0]["type"], "public-key");
        assert_eq!(allowed[0]["transports"], serde_json::json!(["internal", "nfc"]));
    })
    .await;
}

#[tokio::test]
async fn whether_there_is_a_user_is_not_to_be_seen() {
    testing::each_database(|workspace| async move {
        let nobody = begin(&workspace, Some("nobody")).await.options;
        let again = begin(&workspace, Some("NOBODY ")).await.options;
        assert_eq!(nobody["allowCredentials"], again["allowCredentials"]);
        let other = begin(&workspace, Some("nobody-else")).await.options;
        assert_ne!(nobody["allowCredentials"], other["allowCredentials"]);
        // A user without any key looks the same.
        testing::user(&workspace, 1).await;
        let keyless = begin(&workspace, Some("user1")).await.options;
        for options in [nobody, keyless] {
            let allowed = options["allowCredentials"].as_array().unwrap();
            assert_eq!(allowed.len(), 1);
            assert_eq!(allowed[0]["id"].as_str().unwrap().len(), 43);
        }
        assert!(workspace.begin_sign_in(BROWSER, Some("a\0b")).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_key_does_not_sign_in_under_a_typed_name() {
    testing::each_database(|workspace| async move {
        with_phone(&workspace, 1).await;
        let (_, mut other) = with_phone(&workspace, 2).await;
        let outcome = sign_in(&workspace, Some("user1"), &mut other).await;
        assert_eq!(reason(&workspace, outcome).await, "the user name of somebody else was typed");
        let outcome = sign_in(&workspace, Some("nobody"), &mut other).await;
        assert_eq!(reason(&workspace, outcome).await, "the user name of nobody was typed");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_key_is_refused() {
    testing::each_database(|workspace| async move {
        let outcome = sign_in(&workspace, None, &mut Handset::new()).await;
        let (told, event) = refusal(&workspace, outcome).await;
        assert!(told.contains("not registered here"), "{told}");
        assert_eq!((event.actor.kind, event.user), (ActorKind::Stranger, None));
    })
    .await;
}

#[tokio::test]
async fn suspended_revoked_and_blocked_are_refused_at_once_each_by_its_name() {
    testing::each_database(|workspace| async move {
        let actor = testing::administrator();
        let (key, mut phone) = with_phone(&workspace, 1).await;
        let signed_in = sign_in(&workspace, None, &mut phone).await.unwrap();

        workspace.suspend_key(&actor, key.id).await.unwrap();
        let outcome = sign_in(&workspace, Some("user1"), &mut phone).await;
        let (told, event) = refusal(&workspace, outcome).await;
        assert!(told.contains("suspended"), "{told}");
        assert_eq!(event.user, Some(key.user));
        workspace.resume_key(&actor, key.id).await.unwrap();
        assert!(
            workspace.user_session(&signed_in.session).await.unwrap().is_none(),
            "it has ended"
        );

        let signed_in = sign_in(&workspace, None, &mut phone).await.unwrap();
        workspace.block_user(&actor, key.user).await.unwrap();
        let outcome = sign_in(&workspace, None, &mut phone).await;
        assert!(refusal(&workspace, outcome).await.0.contains("blocked"));
        workspace.unblock_user(&actor, key.user).await.unwrap();
        assert!(
            workspace.user_session(&signed_in.session).await.unwrap().is_none(),
            "it has ended"
        );

        workspace.revoke_key(&actor, key.id).await.unwrap();
        let outcome = sign_in(&workspace, None, &mut phone).await;
        assert!(refusal(&workspace, outcome).await.0.contains("revoked"));
        workspace.remove_user(&actor, key.user).await.unwrap();
        let outcome = sign_in(&workspace, None, &mut phone).await;
        assert_eq!(reason(&workspace, outcome).await, "the credential is not known");
    })
    .await;
}

#[tokio::test]
async fn a_suspension_during_a_sign_in_wins() {
    testing::each_site(|site| async move {
        let (one, two) = (site.instance().await, site.instance().await);
        let (key, mut phone) = with_phone(&one, 1).await;
        let challenge = begin(&one, None).await;
        let answer = phone.assertion(&challenge.options, ORIGIN);
        two.suspend_key(&testing::administrator(), key.id).await.unwrap();
        let outcome = finish(&one, &challenge, answer).await;
        assert_eq!(reason(&one, outcome).await, "the key is suspended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_session_outlives_a_suspension_however_close_it_comes() {
    testing::each_site(|site| async move {
        let (one, two) = (site.instance().await, site.instance().await);
        let actor = testing::administrator();
        let (key, mut phone) = with_phone(&one, 1).await;
        for _ in 0..6 {
            let challenge = begin(&one, None).await;
            let answer = phone.assertion(&challenge.options, ORIGIN);
            let (signed_in, suspended) =
                tokio::join!(finish(&one, &challenge, answer), two.suspend_key(&actor, key.id));
            suspended.unwrap();
            two.resume_key(&actor, key.id).await.unwrap();
            if let Ok(signed_in) = signed_in {
                assert!(one.user_session(&signed_in.session).await.unwrap().is_none());
            }
        }
        one.verify_log().await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_ends_once_in_its_own_browser_and_in_time() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        let (_, mut phone) = with_phone(&workspace, 1).await;
        let challenge = begin(&workspace, None).await;
        let answer = phone.assertion(&challenge.options, ORIGIN);
        let credential: PublicKeyCredential = serde_json::from_value(answer.clone()).unwrap();
        let elsewhere =
            workspace.finish_sign_in(b"another browser", &challenge.state, &credential).await;
        assert!(matches!(elsewhere, Err(ServiceError::Conflict(_))));
        finish(&workspace, &challenge, answer.clone()).await.unwrap();
        let again = finish(&workspace, &challenge, answer).await;
        assert!(matches!(again, Err(ServiceError::Conflict(_))));

        let late = begin(&workspace, None).await;
        let answer = phone.assertion(&late.options, ORIGIN);
        site.time.pass(5 * 60);
        let outcome = finish(&workspace, &late, answer).await;
        assert!(matches!(outcome, Err(ServiceError::Conflict(_))));

        let invented = Challenge { options: Value::Null, state: "x".to_owned() };
        let answer = phone.assertion(&late.options, ORIGIN);
        let outcome = finish(&workspace, &invented, answer).await;
        assert!(matches!(outcome, Err(ServiceError::Conflict(_))));
    })
    .await;
}

#[tokio::test]
async fn an_answer_to_another_challenge_or_of_another_site_is_refused() {
    testing::each_database(|workspace| async move {
        let (_, mut phone) = with_phone(&workspace, 1).await;
        let (first, second) = (begin(&workspace, None).await, begin(&workspace, None).await);
        let answer = phone.assertion(&first.options, ORIGIN);
        let outcome = finish(&workspace, &second, answer).await;
        assert!(reason(&workspace, outcome).await.starts_with("the signature does not verify"));
        let answer = phone.assertion(&first.options, "https://other.example");
        let outcome = finish(&workspace, &first, answer).await;
        assert!(reason(&workspace, outcome).await.starts_with("the signature does not verify"));
    })
    .await;
}

#[tokio::test]
async fn presence_verification_and_an_unchanged_home_are_needed() {
    testing::each_database(|workspace| async move {
        let (_, mut phone) = with_phone(&workspace, 1).await;
        let (present, verified, eligible) = (1, 4, 8);
        for flags in [SIGNED_IN & !present, SIGNED_IN & !verified, SIGNED_IN | eligible] {
            let challenge = begin(&workspace, None).await;
            let answer = phone.assertion_with(&challenge.options, ORIGIN, flags);
            let outcome = finish(&workspace, &challenge, answer).await;
            assert!(reason(&workspace, outcome).await.starts_with("the signature does not verify"));
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_name_the_key_says_whose_it_is() {
    testing::each_database(|workspace| async move {
        let (_, mut phone) = with_phone(&workspace, 1).await;
        for handle in [Value::Null, "AAAAAAAAAAAAAAAAAAAAAA".into()] {
            let challenge = begin(&workspace, None).await;
            let mut answer = phone.assertion(&challenge.options, ORIGIN);
            answer["response"]["userHandle"] = handle;
            let outcome = finish(&workspace, &challenge, answer).await;
            assert_eq!(reason(&workspace, outcome).await, "the key does not say whose it is");
        }
        // With a name, a key that is no discoverable one need not.
        let challenge = begin(&workspace, Some("user1")).await;
        let mut answer = phone.assertion(&challenge.options, ORIGIN);
        answer["response"].as_object_mut().unwrap().remove("userHandle");
        finish(&workspace, &challenge, answer).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_counter_that_does_not_rise_is_refused() {
    testing::each_database(|workspace| async move {
        let (_, mut phone) = with_phone(&workspace, 1).await;
        phone.counter = 10;
        sign_in(&workspace, None, &mut phone).await.unwrap();
        for counter in [10, 3] {
            phone.counter = counter;
            let outcome = sign_in(&workspace, None, &mut phone).await;
            if counter == 10 {
                // 11 was used; this is 11 again.
                assert!(reason(&workspace, outcome).await.contains("copy of the key"));
            } else {
                assert!(outcome.is_err());
            }
        }
        phone.counter = 11;
        sign_in(&workspace, None, &mut phone).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn strangers_do_not_fill_the_log() {
    let workspace = testing::workspace().await;
    for _ in 0..60 {
        assert!(sign_in(&workspace, None, &mut Handset::new()).await.is_err());
    }
    let query = EventQuery { action: Some(Action::UserSignInRefused), ..EventQuery::default() };
    let page = PageRequest { limit: 200, ..PageRequest::default() };
    assert_eq!(workspace.events(&query, &page).await.unwrap().total, 20);
}
