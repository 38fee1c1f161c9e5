//! How a phone becomes a key: as a whole, or not at all.

use std::sync::Arc;

use super::{Folder, member};
use crate::{
    Location,
    ctap::status::Status,
    membership::{JoinError, NotAnAnswer},
    policy::Settings,
    protocol::{JwsError, KeyState, Standing, digest},
    testing::{
        device::{CLIENT_DATA_HASH, Device, offline, online},
        workspace::ScriptedWorkspace,
    },
};

fn begun() -> (Device, ScriptedWorkspace, Standing) {
    let workspace = Arc::new(ScriptedWorkspace::new(&[0x77; 32], offline(10, 3)));
    let device = Device::with_workspace(&Location::Memory, &workspace);
    let workspace = ScriptedWorkspace::new(&[0x77; 32], offline(10, 3));
    let enrolment = device.begin_enrolment(&workspace);
    let standing = workspace.standing(digest(&enrolment.message));
    (device, workspace, standing)
}

fn is_pending(device: &Device) -> bool {
    device.authenticator.with_state(|state| state.pending_enrolment()).unwrap().is_some()
}

#[test]
fn the_answer_to_the_enrolment_makes_the_phone_a_key() {
    let (device, workspace, standing) = begun();
    device.take_enrolment_answer(&workspace.sign(&standing)).unwrap();
    assert!(!is_pending(&device));
    let member = member(&device);
    assert_eq!(member.workspace.name, ScriptedWorkspace::NAME);
    assert_eq!(member.origin, ScriptedWorkspace::ORIGIN);
    assert_eq!(member.user.name, "user1");
    assert_eq!(member.state, KeyState::Active);
    assert_eq!(member.settings, offline(10, 3));
    assert_eq!(member.policy_version, 1);
    assert_eq!(member.grant.unwrap().left, 10);
    assert_eq!(member.last_check_in, standing.issued_at);
    let credentials = device.authenticator.credentials().unwrap();
    assert_eq!(credentials.len(), 1);
    assert_eq!(credentials[0].rp_id, "keys.example");
}

#[test]
fn an_answer_that_cannot_be_believed_leaves_the_enrolment_pending() {
    let (device, workspace, standing) = begun();
    let foreign = ScriptedWorkspace::new(&[0x78; 32], online());
    let garbled = |text: &str| text.replacen('.', ".A", 1);
    for (answer, error) in [
        (foreign.sign(&standing), NotAnAnswer::Message(JwsError::BadSignature)),
        (garbled(&workspace.sign(&standing)), NotAnAnswer::Message(JwsError::BadSignature)),
        (String::new(), NotAnAnswer::Message(JwsError::NotAMessage)),
        (
            workspace.sign(&Standing { answers: digest("another"), ..standing.clone() }),
            NotAnAnswer::OtherQuestion,
        ),
        (
            workspace
                .sign(&Standing { issuer: "https://other.example".into(), ..standing.clone() }),
            NotAnAnswer::OtherKey,
        ),
    ] {
        match device.take_enrolment_answer(&answer) {
            Err(JoinError::NotAnAnswer(reason)) => assert_eq!(reason, error),
            other => panic!("{other:?} instead of {error}"),
        }
        assert!(is_pending(&device));
        assert!(device.membership().is_none());
        assert!(device.authenticator.credentials().unwrap().is_empty());
    }
    // And the right one is still taken.
    device.take_enrolment_answer(&workspace.sign(&standing)).unwrap();
}

#[test]
fn a_key_that_was_revoked_meanwhile_is_abandoned_with_its_keys() {
    let (device, workspace, standing) = begun();
    let revoked = Standing { state: KeyState::Revoked, grant: None, ..standing };
    let result = device.take_enrolment_answer(&workspace.sign(&revoked));
    assert!(matches!(result, Err(JoinError::Revoked)), "{result:?}");
    assert!(!is_pending(&device));
    assert!(device.membership().is_none());
}

#[test]
fn a_key_that_was_suspended_meanwhile_joins_as_that() {
    let (device, workspace, standing) = begun();
    let suspended = Standing { state: KeyState::Suspended, grant: None, ..standing };
    device.take_enrolment_answer(&workspace.sign(&suspended)).unwrap();
    assert_eq!(member(&device).state, KeyState::Suspended);
}

#[test]
fn a_phone_belongs_to_one_workspace_at_most() {
    let (device, workspace, standing) = begun();
    device.take_enrolment_answer(&workspace.sign(&standing)).unwrap();
    let again = device.take_enrolment_answer(&workspace.sign(&standing));
    assert!(matches!(again, Err(JoinError::AlreadyBound)), "{again:?}");
}

#[test]
fn without_an_enrolment_there_is_nothing_to_answer() {
    let (device, workspace, standing) = begun();
    let key_store = device.key_store();
    let abandon = || {
        let abandon =
            device.authenticator.with_state(|state| state.abandon_enrolment(key_store.as_ref()));
        abandon.unwrap();
    };
    abandon();
    let result = device.take_enrolment_answer(&workspace.sign(&standing));
    assert!(matches!(result, Err(JoinError::NothingPending)), "{result:?}");
    abandon();
    assert!(!is_pending(&device));
}

#[test]
fn a_pending_enrolment_is_there_after_a_restart_and_can_still_be_answered() {
    let folder = Folder::new();
    let workspace = Arc::new(ScriptedWorkspace::new(&[0x77; 32], online()));
    let message = folder.open(&workspace).begin_enrolment(&workspace).message;
    let device = folder.open(&workspace);
    let found = device.authenticator.with_state(|state| state.pending_enrolment());
    assert_eq!(found.unwrap().unwrap().message, message);
    let answer = workspace.sign(&workspace.standing(digest(&message)));
    device.take_enrolment_answer(&answer).unwrap();
    // The keys that were begun with are the ones that work.
    device.check_in().unwrap();
}

#[test]
fn what_was_allowed_before_joining_is_forgotten() {
    let workspace = Arc::new(ScriptedWorkspace::new(&[0x77; 32], Settings::default()));
    let device = Device::with_workspace(&Location::Memory, &workspace);
    let client = device.pin_client(2);
    client.set_pin("1234").unwrap();
    let token = client.token_using_pin("1234", 0x03, None).unwrap();
    device.join(&workspace).unwrap();
    let proof = (client.param(&token, &CLIENT_DATA_HASH), client.number());
    let result = device.make_credential("example.com", b"one", true, Some(proof));
    assert_eq!(result, Err(Status::PinAuthInvalid));
}

#[test]
fn a_reset_forgets_an_enrolment_too() {
    let (device, ..) = begun();
    device.authenticator.factory_reset().unwrap();
    assert!(!is_pending(&device));
}
