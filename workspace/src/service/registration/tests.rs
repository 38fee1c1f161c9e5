use pocketkey_core::protocol::{KeyState, Ticket};
use serde_json::{Value, json};
use webauthn_rs::prelude::RegisterPublicKeyCredential;
use zeroize::Zeroizing;

use super::RegistrationAuthority;
use crate::{
    data,
    model::{
        Action, EventQuery, Key, KeyKind, NewKey, PageRequest, TicketPurpose, TicketState, User,
        UserState,
    },
    service::{Challenge, ServiceError, Workspace},
    testing::{
        self, ORIGIN,
        handset::{Claims, Handset, REGISTERED},
    },
};

const BROWSER: &[u8] = b"a browser";

async fn card(workspace: &Workspace, user: &User, kind: KeyKind) -> Key {
    let new = NewKey { kind, label: "Card".to_owned(), settings: None };
    workspace.assign_key(&testing::administrator(), user.id, &new).await.unwrap()
}

fn panel(key: &Key) -> RegistrationAuthority {
    RegistrationAuthority::Panel(testing::administrator(), key.id)
}

/// The ticket of a message, as if it had been sent.
async fn mailed(workspace: &Workspace, key: &Key, byte: u8) -> Ticket {
    let actor = testing::administrator();
    let purpose = TicketPurpose::RegisterByEmail;
    let issued = workspace.issue_ticket(&actor, key.id, purpose).await.unwrap();
    let ticket = Ticket(Zeroizing::new([byte; 32]));
    let mut tx = workspace.db().write().await.unwrap();
    data::tickets::set_secret(&mut tx, issued.ticket.id, &ticket.digest()).await.unwrap();
    tx.commit().await.unwrap();
    ticket
}

/// What a FIDO2 key answers to creation options, by way of a browser.
fn answer(device: &mut Handset, options: &Value, format: &str) -> Value {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let claims = Claims {
        ticket: Ticket(Zeroizing::new([0; 32])),
        offer: pocketkey_core::protocol::Digest([0; 32]),
        device_name: String::new(),
        client_data: json!({
            "type": "webauthn.create",
            "challenge": options["challenge"],
            "origin": ORIGIN,
            "crossOrigin": false,
        }),
        rp_id: text(&options["rp"]["id"]),
        flags: REGISTERED,
        format: format.to_owned(),
        algorithm: -7,
        transports: vec!["usb".to_owned()],
    };
    let mut answer = serde_json::to_value(device.registration(&claims)).unwrap();
    answer["extensions"] = json!({});
    answer
}

async fn finish(
    workspace: &Workspace,
    authority: &RegistrationAuthority,
    challenge: &Challenge,
    answer: Value,
) -> Result<Key, ServiceError> {
    let answer: RegisterPublicKeyCredential = serde_json::from_value(answer).unwrap();
    workspace.finish_registration(BROWSER, authority, &challenge.state, &answer).await
}

async fn register(
    workspace: &Workspace,
    authority: &RegistrationAuthority,
    device: &mut Handset,
) -> Result<Key, ServiceError> {
    let challenge = workspace.begin_registration(BROWSER, authority).await?;
    let answer = answer(device, &challenge.options, "none");
    finish(workspace, authority, &challenge, answer).await
}

#[tokio::test]
async fn an_administrator_registers_a_key_in_the_panel() {
    testing::each_database(|workspace| async move {
        let user = testing::user(&workspace, 1).await;
        for kind in [KeyKind::Card, KeyKind::Fingerprint, KeyKind::UsbKey] {
            let key = card(&workspace, &user, kind).await;
            let key = register(&workspace, &panel(&key), &mut Handset::new()).await.unwrap();
            assert_eq!((key.state, key.kind), (Some(KeyState::Active), kind));
        }
        assert_eq!(workspace.user(user.id).await.unwrap().state, UserState::Active);
        let query = EventQuery { action: Some(Action::KeyActivated), ..EventQuery::default() };
        let events = workspace.events(&query, &PageRequest::default()).await.unwrap().items;
        assert_eq!(events.len(), 3);
        assert_eq!(events[0].actor, testing::administrator());
        assert_eq!(events[0].details["attestation"], "none");
    })
    .await;
}

#[tokio::test]
async fn a_registered_key_signs_in() {
    testing::each_database(|workspace| async move {
        let user = testing::user(&workspace, 1).await;
        let key = card(&workspace, &user, KeyKind::UsbKey).await;
        let mut device = Handset::new();
        register(&workspace, &panel(&key), &mut device).await.unwrap();
        device.user_handle = user.id.0.as_bytes().to_vec();
        let challenge = workspace.begin_sign_in(BROWSER, Some("user1")).await.unwrap();
        let answer = device.assertion(&challenge.options, ORIGIN);
        let answer = serde_json::from_value(answer).unwrap();
        let signed_in = workspace.finish_sign_in(BROWSER, &challenge.state, &answer).await.unwrap();
        assert_eq!(signed_in.key.id, key.id);
    })
    .await;
}

#[tokio::test]
async fn the_options_ask_for_a_key_that_one_carries_and_none_twice() {
    testing::each_database(|workspace| async move {
        let user = testing::user(&workspace, 1).await;
        let first = card(&workspace, &user, KeyKind::Card).await;
        let mut device = Handset::new();
        register(&workspace, &panel(&first), &mut device).await.unwrap();
        let second = card(&workspace, &user, KeyKind::UsbKey).await;
        let challenge = workspace.begin_registration(BROWSER, &panel(&second)).await.unwrap();
        let options = &challenge.options;
        assert_eq!(options["hints"], json!(["security-key"]));
        let selection = &options["authenticatorSelection"];
        assert_eq!(selection["authenticatorAttachment"], "cross-platform");
        assert_eq!(selection["residentKey"], "preferred");
        assert_eq!(selection["userVerification"], "required");
        let id = pocketkey_core::protocol::Base64Url(device.credential_id.clone()).text();
        assert_eq!(options["excludeCredentials"][0]["id"], id);
        // A client that does not heed it gets nowhere.
        let answer = answer(&mut device, options, "none");
        assert!(finish(&workspace, &panel(&second), &challenge, answer).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn one_fido2_key_is_one_key_of_the_workspace() {
    testing::each_database(|workspace| async move {
        let first = card(&workspace, &testing::user(&workspace, 1).await, KeyKind::Card).await;
        let second = card(&workspace, &testing::user(&workspace, 2).await, KeyKind::Card).await;
        let mut device = Handset::new();
        register(&workspace, &panel(&first), &mut device).await.unwrap();
        let error = register(&workspace, &panel(&second), &mut device).await.unwrap_err();
        assert!(error.to_string().contains("registered already"), "{error}");
        assert_eq!(workspace.key(second.id).await.unwrap().state, None);
    })
    .await;
}

#[tokio::test]
async fn a_messages_link_registers_once() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        let user = testing::user(&workspace, 1).await;
        let key = card(&workspace, &user, KeyKind::Fingerprint).await;
        let ticket = mailed(&workspace, &key, 3).await;
        let authority = RegistrationAuthority::Ticket(ticket);
        let key = register(&workspace, &authority, &mut Handset::new()).await.unwrap();
        assert_eq!(key.state, Some(KeyState::Active));
        let used = workspace.last_ticket(key.id).await.unwrap().unwrap();
        assert_eq!(used.state, TicketState::Used);
        let again = register(&workspace, &authority, &mut Handset::new()).await.unwrap_err();
        assert!(again.to_string().contains("used already"), "{again}");
    })
    .await;
}

#[tokio::test]
async fn links_that_are_not_good_say_why() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        let user = testing::user(&workspace, 1).await;
        let key = card(&workspace, &user, KeyKind::Card).await;
        let begin = async |ticket| {
            let authority = RegistrationAuthority::Ticket(ticket);
            workspace.begin_registration(BROWSER, &authority).await.unwrap_err().to_string()
        };
        let nobodys = Ticket(Zeroizing::new([8; 32]));
        assert!(begin(nobodys).await.contains("not known"));
        let cancelled = mailed(&workspace, &key, 4).await;
        workspace.cancel_ticket(&testing::administrator(), key.id).await.unwrap();
        assert!(begin(cancelled).await.contains("taken back"));
        let expired = mailed(&workspace, &key, 5).await;
        site.time.pass(48 * 3600);
        assert!(begin(expired).await.contains("expired"));
    })
    .await;
}

#[tokio::test]
async fn a_link_that_ends_meanwhile_registers_nothing() {
    testing::each_database(|workspace| async move {
        let user = testing::user(&workspace, 1).await;
        let key = card(&workspace, &user, KeyKind::Card).await;
        let authority = RegistrationAuthority::Ticket(mailed(&workspace, &key, 6).await);
        let challenge = workspace.begin_registration(BROWSER, &authority).await.unwrap();
        workspace.cancel_ticket(&testing::administrator(), key.id).await.unwrap();
        let answer = answer(&mut Handset::new(), &challenge.options, "none");
        assert!(finish(&workspace, &authority, &challenge, answer).await.is_err());
        assert_eq!(workspace.key(key.id).await.unwrap().state, None);
    })
    .await;
}

#[tokio::test]
async fn a_registration_is_finished_for_the_key_it_was_begun_for() {
    testing::each_database(|workspace| async move {
        let user = testing::user(&workspace, 1).await;
        let (one, two) = (
            card(&workspace, &user, KeyKind::Card).await,
            card(&workspace, &user, KeyKind::Card).await,
        );
        let challenge = workspace.begin_registration(BROWSER, &panel(&one)).await.unwrap();
        let answer = answer(&mut Handset::new(), &challenge.options, "packed");
        let other = finish(&workspace, &panel(&two), &challenge, answer.clone()).await;
        assert!(matches!(other, Err(ServiceError::Conflict(_))));
        let again = finish(&workspace, &panel(&one), &challenge, answer).await;
        assert!(matches!(again, Err(ServiceError::Conflict(_))), "it was taken");
    })
    .await;
}

#[tokio::test]
async fn what_does_not_verify_is_refused_and_logged() {
    testing::each_database(|workspace| async move {
        let user = testing::user(&workspace, 1).await;
        let key = card(&workspace, &user, KeyKind::Card).await;
        let first = workspace.begin_registration(BROWSER, &panel(&key)).await.unwrap();
        let second = workspace.begin_registration(BROWSER, &panel(&key)).await.unwrap();
        let answer = answer(&mut Handset::new(), &first.options, "packed");
        let outcome = finish(&workspace, &panel(&key), &second, answer).await;
        assert!(matches!(outcome, Err(ServiceError::Forbidden(_))));
        let action = Some(Action::KeyActivationRefused);
        let query = EventQuery { action, ..EventQuery::default() };
        assert_eq!(workspace.events(&query, &PageRequest::default()).await.unwrap().total, 1);
    })
    .await;
}

#[tokio::test]
async fn smartphones_active_keys_and_blocked_users_register_nothing() {
    testing::each_database(|workspace| async move {
        let actor = testing::administrator();
        let user = testing::user(&workspace, 1).await;
        let phone = card(&workspace, &user, KeyKind::Smartphone).await;
        let begun = workspace.begin_registration(BROWSER, &panel(&phone)).await;
        assert!(matches!(begun, Err(ServiceError::Conflict(_))));
        let active = card(&workspace, &user, KeyKind::Card).await;
        register(&workspace, &panel(&active), &mut Handset::new()).await.unwrap();
        let begun = workspace.begin_registration(BROWSER, &panel(&active)).await;
        assert!(matches!(begun, Err(ServiceError::Conflict(_))));
        let pending = card(&workspace, &user, KeyKind::Card).await;
        workspace.block_user(&actor, user.id).await.unwrap();
        let begun = workspace.begin_registration(BROWSER, &panel(&pending)).await;
        assert!(matches!(begun, Err(ServiceError::Forbidden(_))));
        let nobodys = RegistrationAuthority::Panel(actor, crate::model::KeyId::new());
        let begun = workspace.begin_registration(BROWSER, &nobodys).await;
        assert!(matches!(begun, Err(ServiceError::NotFound("key"))));
    })
    .await;
}
