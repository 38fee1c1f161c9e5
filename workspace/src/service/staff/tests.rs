use pocketkey_core::protocol::{Digest, Ticket};
use serde_json::{Value, json};
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};
use zeroize::Zeroizing;

use super::{NewAdministrator, NewOwner, SignedIn};
use crate::{
    model::{Action, Administrator, EventQuery, PageRequest, Passkey, Role},
    service::{Challenge, Password, Secret, ServiceError, Workspace},
    testing::{
        self, ORIGIN,
        handset::{Claims, Handset, REGISTERED},
    },
};

/// What two browsers' ceremonies are bound to.
const BROWSER: &[u8] = b"a browser";
const OTHER: &[u8] = b"another browser";

async fn owner(workspace: &Workspace) -> Administrator {
    let link = workspace.new_set_up_link().await.unwrap().unwrap();
    let new = NewOwner {
        user_name: "owner".to_owned(),
        name: "First Owner".to_owned(),
        password: Password::from("correct horse battery"),
    };
    workspace.set_up(&link, &new).await.unwrap().administrator
}

/// What a key answers to creation options, by way of a browser.
fn created(device: &mut Handset, options: &Value) -> RegisterPublicKeyCredential {
    let claims = Claims {
        ticket: Ticket(Zeroizing::new([0; 32])),
        offer: Digest([0; 32]),
        device_name: String::new(),
        client_data: json!({
            "type": "webauthn.create",
            "challenge": options["challenge"],
            "origin": ORIGIN,
            "crossOrigin": false,
        }),
        rp_id: options["rp"]["id"].as_str().unwrap().to_owned(),
        flags: REGISTERED,
        format: "none".to_owned(),
        algorithm: -7,
        transports: vec!["usb".to_owned()],
    };
    let mut answer = serde_json::to_value(device.registration(&claims)).unwrap();
    answer["extensions"] = json!({});
    serde_json::from_value(answer).unwrap()
}

/// Adds a passkey of `who`, on this device.
async fn add(workspace: &Workspace, who: &Administrator, device: &mut Handset) -> Passkey {
    let begun = workspace.begin_passkey(who, BROWSER).await.unwrap();
    device.user_handle = who.id.0.as_bytes().to_vec();
    let answer = created(device, &begun.options);
    workspace.finish_passkey(who, BROWSER, &begun.state, " blue key ", &answer).await.unwrap()
}

fn asserted(device: &mut Handset, begun: &Challenge) -> PublicKeyCredential {
    serde_json::from_value(device.assertion(&begun.options, ORIGIN)).unwrap()
}

async fn sign_in(workspace: &Workspace, device: &mut Handset) -> Result<SignedIn, ServiceError> {
    let begun = workspace.begin_passkey_sign_in(BROWSER).await.unwrap();
    let answer = asserted(device, &begun);
    workspace.finish_passkey_sign_in(BROWSER, &begun.state, &answer, None).await
}

#[tokio::test]
async fn a_passkey_signs_its_administrator_in_without_a_name_on_each_database() {
    testing::each_database(|workspace| async move {
        let owner = owner(&workspace).await;
        let mut device = Handset::new();
        let passkey = add(&workspace, &owner, &mut device).await;
        assert_eq!(passkey.label, "blue key");
        let signed_in = sign_in(&workspace, &mut device).await.unwrap();
        assert_eq!(signed_in.administrator, owner);
        assert!(workspace.panel_session(&signed_in.secret).await.unwrap().is_some());
        assert!(workspace.passkeys(owner.id).await.unwrap()[0].used_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_removed_passkey_signs_nobody_in() {
    let workspace = testing::workspace().await;
    let owner = owner(&workspace).await;
    let mut device = Handset::new();
    let passkey = add(&workspace, &owner, &mut device).await;
    workspace.remove_passkey(&owner, passkey.id).await.unwrap();
    let refused = sign_in(&workspace, &mut device).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Forbidden(_)), "{refused}");
}

#[tokio::test]
async fn a_passkey_is_removed_by_its_owner_only() {
    let workspace = testing::workspace().await;
    let owner = owner(&workspace).await;
    let passkey = add(&workspace, &owner, &mut Handset::new()).await;
    let other = invited(&workspace).await;
    let refused = workspace.remove_passkey(&other, passkey.id).await.unwrap_err();
    assert!(matches!(refused, ServiceError::NotFound(_)), "{refused}");
}

#[tokio::test]
async fn an_answer_is_good_once_and_only_in_the_browser_that_asked() {
    let workspace = testing::workspace().await;
    let owner = owner(&workspace).await;
    let mut device = Handset::new();
    add(&workspace, &owner, &mut device).await;
    let begun = workspace.begin_passkey_sign_in(BROWSER).await.unwrap();
    let answer = asserted(&mut device, &begun);
    let elsewhere = workspace.finish_passkey_sign_in(OTHER, &begun.state, &answer, None).await;
    assert!(matches!(elsewhere, Err(ServiceError::Conflict(_))), "{elsewhere:?}");
    workspace.finish_passkey_sign_in(BROWSER, &begun.state, &answer, None).await.unwrap();
    let again = workspace.finish_passkey_sign_in(BROWSER, &begun.state, &answer, None).await;
    assert!(matches!(again, Err(ServiceError::Conflict(_))), "{again:?}");
}

#[tokio::test]
async fn an_answer_that_takes_more_than_five_minutes_is_too_late() {
    let time = testing::Time::default();
    let workspace = testing::workspace_at(&time).await;
    let owner = owner(&workspace).await;
    let mut device = Handset::new();
    add(&workspace, &owner, &mut device).await;
    let begun = workspace.begin_passkey_sign_in(BROWSER).await.unwrap();
    let answer = asserted(&mut device, &begun);
    time.pass(5 * 60);
    let late = workspace.finish_passkey_sign_in(BROWSER, &begun.state, &answer, None).await;
    assert!(matches!(late, Err(ServiceError::Conflict(_))), "{late:?}");
}

#[tokio::test]
async fn an_answer_to_another_challenge_or_under_anothers_name_is_refused() {
    let workspace = testing::workspace().await;
    let owner = owner(&workspace).await;
    let other = invited(&workspace).await;
    let mut device = Handset::new();
    add(&workspace, &owner, &mut device).await;
    let first = workspace.begin_passkey_sign_in(BROWSER).await.unwrap();
    let second = workspace.begin_passkey_sign_in(BROWSER).await.unwrap();
    let answer = asserted(&mut device, &first);
    let swapped = workspace.finish_passkey_sign_in(BROWSER, &second.state, &answer, None).await;
    assert!(matches!(swapped, Err(ServiceError::Forbidden(_))), "{swapped:?}");
    device.user_handle = other.id.0.as_bytes().to_vec();
    let refused = sign_in(&workspace, &mut device).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Forbidden(_)), "{refused}");
}

#[tokio::test]
async fn anothers_passkey_confirms_nothing() {
    let workspace = testing::workspace().await;
    let owner = owner(&workspace).await;
    let other = invited(&workspace).await;
    let mut device = Handset::new();
    add(&workspace, &owner, &mut device).await;
    let mut tx = workspace.db().write().await.unwrap();
    let (secret, _) = workspace.begin_panel_session(&mut tx, other.id).await.unwrap();
    tx.commit().await.unwrap();
    let (session, _) = workspace.panel_session(&secret).await.unwrap().unwrap();
    let begun = workspace.begin_passkey_sign_in(BROWSER).await.unwrap();
    let answer = asserted(&mut device, &begun);
    let confirmed =
        workspace.confirm_by_passkey(&other, &session, BROWSER, &begun.state, &answer).await;
    assert!(matches!(confirmed, Err(ServiceError::Forbidden(_))), "{confirmed:?}");
}

#[tokio::test]
async fn one_credential_is_not_added_twice() {
    let workspace = testing::workspace().await;
    let owner = owner(&workspace).await;
    let other = invited(&workspace).await;
    let mut device = Handset::new();
    add(&workspace, &owner, &mut device).await;
    let begun = workspace.begin_passkey(&other, BROWSER).await.unwrap();
    let answer = created(&mut device, &begun.options);
    let twice = workspace.finish_passkey(&other, BROWSER, &begun.state, "mine", &answer).await;
    assert!(matches!(twice, Err(ServiceError::Conflict(_))), "{twice:?}");
}

#[tokio::test]
async fn a_secret_has_one_text_only() {
    let secret = Secret::new().unwrap();
    let text = secret.text();
    assert_eq!(Secret::parse(&text).unwrap().hash(), secret.hash());
    let last = text.chars().last().unwrap();
    let other = char::from(u8::try_from(last).unwrap() + 1);
    for wrong in [
        String::new(),
        format!("{}=", text.as_str()),
        format!(" {}", text.as_str()),
        format!("{}A", text.as_str()),
        format!("{}{other}", &text[..42]),
    ] {
        let parsed = Secret::parse(&wrong);
        assert!(parsed.is_none_or(|parsed| parsed.hash() != secret.hash()), "{wrong}");
    }
}

async fn invited(workspace: &Workspace) -> Administrator {
    let new = NewAdministrator {
        user_name: "other".to_owned(),
        name: "Other".to_owned(),
        role: Role::Auditor,
    };
    workspace.add_administrator(&testing::administrator(), &new).await.unwrap().0
}

#[tokio::test]
async fn who_is_refused_at_the_panel_cannot_fill_the_log_and_what_is_left_out_is_counted() {
    let time = testing::Time::default();
    let workspace = testing::workspace_at(&time).await;
    owner(&workspace).await;
    let refused = async |number: u32| {
        let password = Password::from("not the one");
        let tried = workspace.sign_in(&format!("name{number}"), &password, None).await;
        assert!(matches!(tried, Err(ServiceError::Forbidden(_))), "{tried:?}");
    };
    for number in 0..30 {
        refused(number).await;
    }
    let query =
        EventQuery { action: Some(Action::AdministratorSignInFailed), ..EventQuery::default() };
    let logged = async || workspace.events(&query, &PageRequest::default()).await.unwrap();
    assert_eq!(logged().await.total, 20);
    time.pass(60 * 60);
    refused(30).await;
    let newest = logged().await;
    assert_eq!((newest.total, &newest.items[0].details["not_logged_before"]), (21, &json!(10)));
}
